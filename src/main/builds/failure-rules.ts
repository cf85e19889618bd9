/**
 * What buildx's and BuildKit's errors mean, and what helps: rules in order, the first that matches speaks. Their words are
 * those of buildx 0.29 and BuildKit 0.2x; what no rule knows is shown as buildx says it. Pure; used by failure.ts.
 */
import { fixed, type Rule } from './failure-rule'
import { NETWORK, REGISTRY } from './failure-rules-registry'

/** A command that is cut off has an exit code too; that the engine went away is what matters. */
export const ENGINE_LOST =
  /Cannot connect to the Docker daemon|error reading from server: (?:EOF|read:)|connection error: desc|transport is closing|client connection is closing|failed to receive status: rpc error: code = Unavailable|docker daemon is not running/i

const ENGINE: readonly Rule[] = [
  fixed(
    ENGINE_LOST,
    'The engine went away while it was building.',
    'Start the engine, then choose Rebuild: the steps that were done are in its cache.'
  ),
  fixed(
    /failed to receive status: rpc error: code = Canceled/i,
    'buildx gave the build up: it printed more than could be taken in time.',
    'Let the build print less, or choose Rebuild: the steps that were done are in the cache.'
  ),
  fixed(
    /no space left on device|disk quota exceeded/i,
    'The disk is full.',
    'Free disk space on the page Disk (build cache, unused images), then choose Rebuild.'
  ),
  {
    says: /no builder "([^"]*)" found|failed to find driver|no valid drivers found/i,
    tell: ([, name = '']) => ({
      message: name === '' ? 'The builder cannot be used.' : `There is no builder ${name}.`,
      hint: 'Leave the field Builder empty to build with the engine itself.'
    })
  }
]

const LOCAL: readonly Rule[] = [
  {
    says: /resolve : (?:lstat|CreateFile) ([^:\n]+):/i,
    tell: ([, path = '']) => ({
      message: `There is no Dockerfile where it was looked for: ${path} is not there.`,
      hint: 'Check the field Dockerfile: its path is within the context.'
    })
  }
]

const DOCKERFILE: readonly Rule[] = [
  {
    says: /failed to read dockerfile: open ([^:\n]+): no such file|unable to evaluate symlinks in Dockerfile path|dockerfile.*no such file or directory/i,
    tell: ([, name = 'Dockerfile']) => ({
      message: `There is no ${name} in the context.`,
      hint: 'Check the fields Context and Dockerfile: the path of the Dockerfile is within the context.'
    })
  },
  {
    says: /target stage "([^"]*)" could not be found/i,
    tell: ([, name = '']) => ({
      message: `The Dockerfile has no stage “${name}”.`,
      hint: 'Choose one of the stages that the field Target offers, or leave it empty for the last.'
    })
  },
  {
    says: /dockerfile parse error(?: on line (\d+))?: ([^\n]*)/i,
    tell: ([, line, reason = '']) => ({
      message: `The Dockerfile has a mistake${line === undefined ? '' : ` in line ${line}`}: ${reason}`,
      hint: 'Correct the line, then choose Rebuild.'
    })
  },
  fixed(
    /the Dockerfile (?:\([^)]*\) )?cannot be empty|file with no instructions/i,
    'The Dockerfile is empty.',
    'It needs at least a line FROM.'
  ),
  fixed(
    /no build stage in current context/i,
    'The Dockerfile does not begin with FROM.',
    'Put a line FROM before the others; only ARG may come earlier.'
  ),
  fixed(
    /base name \([^)]*\) should not be blank/i,
    'The name of a base image is empty.',
    'A FROM uses a build argument that has no value: give it one under Build arguments.'
  ),
  {
    says: /circular dependency detected on stage: ([^\n]*)/i,
    tell: ([, stage = '']) => ({
      message: `The stages need one another: ${stage}.`,
      hint: 'Copy from a stage that is above.'
    })
  },
  {
    says: /secret (\S+?):? (?:not found|is required)|could not find secret|secret ([^:\s]+): not found/i,
    tell: ([, name, other]) => ({
      message: `The build wants the secret ${name ?? other ?? ''}, which was not given.`,
      hint: 'Add it under Secrets with exactly this id.'
    })
  }
]

const CONTEXT: readonly Rule[] = [
  {
    says: /error fetching [^\n]*? for repository (\S+?):? |failed to fetch remote (\S+)|git stderr/i,
    tell: ([, name, other]) => ({
      message: `The repository ${(name ?? other ?? '').replace(/:$/, '')} could not be fetched.`,
      hint: 'Check the address and the branch after #. For a private one give a login as the secret GIT_AUTH_TOKEN.'
    })
  },
  {
    says: /failed to calculate checksum of ref [^"\n]*"([^"]+)": not found|"([^"]+)": not found|lstat ([^:\n]+): no such file or directory|(?:COPY|ADD) failed: [^\n]*?([^:\s]+): file does not exist/i,
    tell: ([, checksum, quoted, stat, sent]) => ({
      message: `${checksum ?? quoted ?? stat ?? sent ?? 'A file'} is not in the context.`,
      hint: 'Check the path in COPY or ADD: it begins at the context. The ignore file (.dockerignore) may leave it out.'
    })
  },
  {
    says: /error from sender: (?:open|lstat|readdir|readlink) ([^:\n]+): permission denied/i,
    tell: ([, path = '']) => ({
      message: `${path} may not be read.`,
      hint: 'Make it readable for you, or leave it out with the ignore file (.dockerignore).'
    })
  },
  {
    says: /(?:path|unable to prepare context: path) "([^"]+)" not found|resolve : (?:lstat|CreateFile) ([^:\n]+):/i,
    tell: ([, path, other]) => ({
      message: `The context ${path ?? other ?? ''} is not there.`,
      hint: 'Choose a folder that exists.'
    })
  },
  {
    says: /failed to fetch remote ([^\s:]+(?::[^\s:]+)?)|failed to load remote|repository ([^\n]+) not found|could not read Username/i,
    tell: () => ({
      message: 'The repository of the context could not be fetched.',
      hint: 'Check the address and the branch after #. For a private one give a login as the secret GIT_AUTH_TOKEN.'
    })
  },
  fixed(
    /invalid response status (\d+)/i,
    'The address of the context gives no file.',
    'Open it in a browser to see what it answers.'
  )
]

const OPTIONS: readonly Rule[] = [
  fixed(
    /docker exporter does not currently support exporting manifest lists|multiple platforms feature is currently not supported/i,
    'The engine cannot take an image for several platforms.',
    'Choose one platform, or another output: push, an OCI archive or a folder.'
  ),
  fixed(
    /(?:Cache export|OCI exporter|Attestation|Multi-platform build) is not supported for the docker driver|exporter feature is (?:currently )?not supported/i,
    'The engine’s own builder cannot do this.',
    'Choose a builder of the kind docker-container, or leave the option out.'
  ),
  fixed(
    /entitlement|granting entitlement|network\.host is not allowed/i,
    'The builder does not allow this.',
    'Choose another network, or a builder that allows it.'
  ),
  fixed(
    /exec format error/i,
    'A program of another platform was run.',
    'Install emulation (binfmt) for it, or build for the engine’s own platform.'
  ),
  fixed(
    /invalid tag|invalid reference format/i,
    'A tag is not written as one.',
    'Write it as name:tag, in lower case.'
  ),
  {
    says: /failed to stat ([^:\n]+): [^\n]*no such file|failed to (?:read|open)[^\n]*?([^\s:]+): no such file/i,
    tell: ([, path, other]) => ({
      message: `The file ${path ?? other ?? ''} is not there.`,
      hint: 'Check the paths under Secrets, SSH and cache.'
    })
  }
]

/** Before the step's own exit code is looked at; the output of a step must not be taken for buildx's words. */
export const ERROR_RULES: readonly Rule[] = [
  ...ENGINE,
  ...LOCAL,
  ...DOCKERFILE,
  ...REGISTRY,
  ...CONTEXT,
  ...NETWORK,
  ...OPTIONS
]

/** Of a step's output, for the hint. */
export const OUTPUT_RULES: readonly { readonly says: RegExp; readonly hint: string }[] = [
  { says: /no space left on device/i, hint: 'The disk is full: free disk space, then choose Rebuild.' },
  {
    says: /temporary failure (?:in name resolution|resolving)|could not resolve|bad address|no such host|EAI_AGAIN|network is unreachable/i,
    hint: 'The step could not reach the network: check the network of the build and its proxy.'
  },
  {
    says: /permission denied|EACCES/i,
    hint: 'The step may not do this: check the user (USER) and the modes of the files.'
  },
  {
    says: /no such file or directory|ENOENT|cannot find/i,
    hint: 'The step misses a file: check what was copied before it.'
  },
  {
    says: /unable to locate package|no such package|unsatisfiable constraints/i,
    hint: 'A package was not found: run apt-get update (or apk update) in the same RUN.'
  },
  { says: /out of memory|cannot allocate memory|heap out of memory/i, hint: 'The step ran out of memory.' }
]

/** What a RUN's exit code mostly means. */
export const EXIT_HINTS: ReadonlyMap<number, string> = new Map([
  [126, 'The program may not be run: check its mode (chmod +x) and its format.'],
  [127, 'A program of the command was not found: install it in an earlier step, or check its name.'],
  [130, 'The step was interrupted.'],
  [137, 'The step was killed, mostly because memory ran out.'],
  [139, 'The program crashed (segmentation fault).'],
  [143, 'The step was stopped.']
])
