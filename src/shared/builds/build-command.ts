/** The form of a build as arguments of `docker buildx build`, and as the command that is shown. Pure. */
import type { BuildInput } from '../contract/builds'
import { shellCommand, shellQuote } from '../docker/command'
import { csvField } from './csv'
import { isAbsolute, parseSecret } from './secret-line'

export interface BuildArguments {
  /** What follows `buildx build`. */
  readonly args: readonly string[]
  /** What goes to the standard input. */
  readonly input: 'nothing' | 'dockerfile' | 'tar'
  /** Names of variables as the child has them, by the names that the secrets give. */
  readonly variables: ReadonlyMap<string, string>
}

/** `forShow` keeps the names of the variables as they were written. */
export function buildArguments(input: BuildInput, forShow = false): BuildArguments {
  const variables = new Map<string, string>()
  const secrets = input.secrets.map((line) => {
    const secret = parseSecret(line)
    if (!secret.ok || secret.from === 'file' || forShow) return line.trim()
    // Under a name of our own, a variable such as PATH cannot come in the way of the child's.
    const name = variables.get(secret.name) ?? `QUAYSIDE_SECRET_${variables.size + 1}`
    variables.set(secret.name, name)
    return `${csvField(`id=${secret.id}`)},env=${name}`
  })
  const stdin = input.contextKind === 'tar' ? 'tar' : input.dockerfileText === null ? 'nothing' : 'dockerfile'
  return {
    args: [
      ...(input.builder === '' ? [] : ['--builder', input.builder]),
      ...fileArguments(input),
      ...each('--tag', input.tags),
      ...(input.target === '' ? [] : ['--target', input.target]),
      ...each('--build-arg', input.buildArgs),
      ...each('--secret', secrets),
      ...each('--ssh', input.ssh),
      ...(input.platforms.length === 0 ? [] : ['--platform', input.platforms.join(',')]),
      ...each('--label', input.labels),
      ...each('--annotation', input.annotations),
      ...each('--build-context', input.contexts),
      ...each('--cache-from', input.cacheFrom),
      ...each('--cache-to', input.cacheTo),
      ...(input.network === 'default' ? [] : ['--network', input.network]),
      ...each('--add-host', input.addHosts),
      ...each('--ulimit', input.ulimits),
      ...(input.shmSize === '' ? [] : ['--shm-size', input.shmSize]),
      ...(input.cgroupParent === '' ? [] : ['--cgroup-parent', input.cgroupParent]),
      ...each('--allow', input.allow),
      ...(input.noCache ? ['--no-cache'] : []),
      ...each('--no-cache-filter', input.noCacheFilter),
      ...(input.pull ? ['--pull'] : []),
      ...attestations(input),
      ...outputArguments(input),
      ...each('--output', input.outputs),
      input.contextKind === 'tar' ? '-' : input.context
    ],
    input: stdin,
    variables
  }
}

/** Ready to paste into a shell. */
export function buildCommand(input: BuildInput): string {
  const { args, input: stdin } = buildArguments(input, true)
  const command = shellCommand(['docker', 'buildx', 'build', ...args])
  if (stdin === 'tar') return `${command} < ${shellQuote(input.context)}`
  return stdin === 'dockerfile' ? `${command} < Dockerfile` : command
}

/** The Dockerfile's path, as the CLI wants it: from where it is called, not from the context. */
function fileArguments({ context, contextKind, dockerfile, dockerfileText }: BuildInput): string[] {
  if (dockerfileText !== null) return ['--file', '-']
  if (dockerfile === '') return []
  if (contextKind !== 'folder' || isAbsolute(dockerfile)) return ['--file', dockerfile]
  return ['--file', joinPath(context, dockerfile)]
}

/** A path below a folder of the host. */
export function joinPath(folder: string, below: string): string {
  const separator = folder.includes('\\') && !folder.includes('/') ? '\\' : '/'
  return folder.endsWith('/') || folder.endsWith('\\') ? `${folder}${below}` : `${folder}${separator}${below}`
}

function attestations({ provenance, sbom, attestations: more }: BuildInput): string[] {
  const mode = {
    default: [],
    min: ['--provenance', 'mode=min'],
    max: ['--provenance', 'mode=max'],
    off: ['--provenance', 'false']
  }
  return [...mode[provenance], ...(sbom ? ['--sbom', 'true'] : []), ...each('--attest', more)]
}

function outputArguments({ output, outputPath }: BuildInput): string[] {
  const to = csvField(`dest=${outputPath}`)
  switch (output) {
    case 'engine':
      return ['--load']
    case 'push':
      return ['--push']
    case 'tar':
      return ['--output', `type=tar,${to}`]
    case 'oci':
      return ['--output', `type=oci,${to}`]
    case 'folder':
      return ['--output', `type=local,${to}`]
    case 'cache':
      return ['--output', 'type=cacheonly']
    case 'other':
      return []
  }
}

function each(flag: string, values: readonly string[]): string[] {
  return values.flatMap((value) => [flag, value])
}
