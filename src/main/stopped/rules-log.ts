/**
 * Why a program that ran has failed, by the last lines of its log. First come sentences that name one thing (a file, a host,
 * a variable), then what runtimes print of any error. Each rule has a test on a real container that fails that way.
 */
import { oneLine } from '@shared/docker/text'
import { firstGroup, LOGS, START, type Finding, type LineRule } from './evidence'
import {
  addressIn,
  missingFile,
  missingVariable,
  mountOf,
  notPermitted,
  permissionDenied,
  refused,
  unknownHost
} from './explain-line'
import { formatError } from './rules-start'

const PATH = String.raw`(\/[^\s:'"“”,)]+)`

export const LINE_RULES: readonly LineRule[] = [
  {
    id: 'wrong-architecture',
    pattern: /^exec (\S+): exec format error/,
    explain: (m, evidence) => formatError(evidence, m[1] ?? '')
  },
  {
    id: 'interpreter-missing',
    pattern: /^exec (\S+): no such file or directory|bad interpreter: ([^:]*)/,
    explain: (m) => ({
      sentence: `${m[1] ?? 'The script'} is there, but what it is run by is not: its interpreter or its loader is missing in the image.`,
      hint: 'A script saved with Windows line ends asks for “sh\\r”: save it with LF. Else its first line names a program the image lacks (bash), or a program was built for another C library.'
    })
  },
  {
    id: 'arguments-too-long',
    pattern: /argument list too long/i,
    explain: () => ({
      sentence: 'Its arguments or one of its variables are longer than the kernel allows (128 KiB each).',
      hint: 'Put the long value into a file and mount it.'
    })
  },
  {
    id: 'shared-library-missing',
    pattern: /error while loading shared libraries: ([^\s:]+)|Error loading shared library ([^\s:]+)/,
    explain: (m) => ({
      sentence: `The program needs the library ${m[1] ?? m[2] ?? ''}, which is not in the image.`,
      hint: 'Install the package that has it in the image, or build the program statically.'
    })
  },
  {
    id: 'heap-exhausted',
    pattern:
      /JavaScript heap out of memory|java\.lang\.OutOfMemoryError|runtime: out of memory|^MemoryError\b|Cannot allocate memory/i,
    explain: () => ({
      sentence: 'The program used up the memory its runtime allows it.',
      hint: 'Give the runtime more (for Node: --max-old-space-size, for Java: -Xmx), or find what grows.'
    })
  },
  {
    id: 'missing-variable',
    pattern:
      /(?:^|: )([A-Z_][A-Z0-9_]+): (?:parameter (?:null or )?not set|parameter not set or null|unbound variable|must be set|is required|required)|(?:environment|env)(?:ironment)? variables? [`"'“]?([A-Z_][A-Z0-9_]+)[`"'”]? (?:is |must be |was )?(?:not |un)?(?:set|defined|required|missing|empty|provided)|\b([A-Z][A-Z0-9_]{2,})\b(?: environment variable)? (?:is|was|must be) (?:not (?:set|defined|provided)|unset|missing|required|set|specified|defined)|missing (?:required )?(?:environment |env )(?:variable|var)s?:? [`"']?([A-Z_][A-Z0-9_]+)|KeyError: '([A-Z][A-Z0-9_]+)'|must specify [`"']?([A-Z][A-Z0-9_]+)/,
    explain: (m, evidence) => missingVariable(firstGroup(m), evidence)
  },
  {
    id: 'host-not-found',
    pattern:
      /bad address '([^']+)'|getaddrinfo (?:ENOTFOUND|EAI_AGAIN) ([\w.-]+)|could not translate host name "([^"]+)"|lookup ([\w.-]+)(?: on \S+)?: (?:no such host|.*(?:misbehaving|timeout|failure))|Could not resolve host: ([\w.-]+)|UnknownHostException: ([\w.-]+)|server host '([^']+)'|Name or service not known|Temporary failure in name resolution|nodename nor servname/i,
    explain: (m, evidence) => unknownHost(firstGroup(m), evidence)
  },
  {
    id: 'connection-refused',
    pattern: /connection refused|ECONNREFUSED|actively refused/i,
    explain: (m, evidence) => refused(addressIn(m.input), evidence)
  },
  {
    id: 'disk-full',
    pattern: /no space left on device|ENOSPC|disk quota exceeded/i,
    explain: (_, { inspect }) => ({
      sentence: 'There was no space left where it writes.',
      hint:
        Object.keys(inspect.HostConfig.Tmpfs ?? {}).length > 0
          ? 'Its tmpfs is full, or the engine’s disk is: raise the tmpfs size, or free space.'
          : 'Free space: stopped containers, the build cache, unused images, and what its volumes hold.',
      actions: [START],
      command: 'docker system df'
    })
  },
  {
    id: 'read-only',
    pattern: /read-only file ?system|EROFS/i,
    explain: (m, evidence) => {
      const path = new RegExp(PATH).exec(m.input)?.[1] ?? ''
      const mount = path === '' ? undefined : mountOf(path, evidence)
      const where = path === '' ? 'somewhere' : `to ${path}`
      return {
        sentence: `The program writes ${where}, which is read-only.`,
        hint:
          mount?.RW === false
            ? `${mount.Destination} is mounted read-only (:ro): mount it for writing if it may be changed.`
            : 'The container runs with a read-only root (--read-only): mount a volume or a tmpfs where it writes.'
      }
    }
  },
  {
    id: 'port-in-use-inside',
    pattern: /address already in use|EADDRINUSE|port \d+ is already in use/i,
    explain: (m, { inspect }) => ({
      sentence: `The port it listens on${/:(\d{2,5})\b/.exec(m.input)?.[1] === undefined ? '' : ` (${/:(\d{2,5})\b/.exec(m.input)?.[1] ?? ''})`} is already in use ${inspect.HostConfig.NetworkMode === 'host' ? 'on this machine, whose network it shares' : 'inside the container'}.`,
      hint:
        inspect.HostConfig.NetworkMode === 'host'
          ? 'Stop what uses the port, or let the program listen on another one.'
          : 'Two of its programs listen on one port, or it shares the network of a container that does.',
      actions: [START]
    })
  },
  {
    id: 'too-many-processes',
    pattern:
      /can'?t fork|fork: retry|Resource temporarily unavailable|unable to create (?:new )?native thread|pthread_create failed/i,
    explain: (_, { inspect }) => ({
      sentence: 'It could not start another process or thread.',
      hint:
        (inspect.HostConfig.PidsLimit ?? 0) > 0
          ? `Its limit is ${inspect.HostConfig.PidsLimit ?? 0} (--pids-limit): raise it, or find what multiplies.`
          : 'The machine’s limit is reached: find what multiplies.'
    })
  },
  {
    id: 'file-descriptors',
    pattern: /too many open files|EMFILE|ENFILE/i,
    explain: () => ({
      sentence: 'It opened more files or connections than it may.',
      hint: 'Run it with a higher limit, for example --ulimit nofile=65536, or find what is never closed.'
    })
  },
  {
    id: 'not-permitted',
    pattern: /operation not permitted|\bEPERM\b|are you root\?|must be run as root|superuser/i,
    explain: (m, evidence) => notPermitted(m.input, evidence)
  },
  {
    id: 'permission-denied',
    pattern: /permission denied|EACCES/i,
    explain: (m, evidence) => permissionDenied(new RegExp(PATH).exec(m.input)?.[1] ?? '', evidence)
  },
  {
    id: 'missing-file',
    pattern: new RegExp(
      `(?:can't open|cannot open|cannot access|can't read|can't cd to|failed to (?:open|read|load)|could not (?:open|read|find)|unable to (?:open|read|load)|open|stat|ENOENT[^'"/]*|No such file or directory)[^/\\n]{0,60}${PATH}|${PATH}['"”]?\\)?: (?:No such file or directory|not found)`,
      'i'
    ),
    explain: (m, evidence) => missingFile(m[1] ?? m[2] ?? '', evidence)
  },
  {
    id: 'bad-arguments',
    pattern:
      /unrecognized (?:option|argument)|unknown (?:shorthand )?(?:flag|option|argument|command)|invalid option|illegal option|bad option|unexpected argument|flag provided but not defined|no such option/i,
    explain: (m) => ({
      sentence: `The program does not know one of its arguments: ${oneLine(m.input, 200)}`,
      hint: 'Correct the command; what stands after the image’s name is given to the program.'
    })
  },
  {
    id: 'command-not-found-inside',
    pattern: /(?:^|: )(?:line \d+: )?([\w./-]+): (?:command )?not found$/,
    explain: (m) => ({
      sentence: `A script called ${m[1] ?? 'a command'}, which is not in the image.`,
      hint: 'Install it in the image, or correct the script.'
    })
  }
]

const unhandled = (what: string): Finding => ({
  sentence: `The program ended because of an error it did not handle: ${oneLine(what, 300)}`,
  hint: 'The log has where it happened.',
  actions: [LOGS]
})

/** What runtimes print of an error nobody caught: the heading says which. */
export const CRASH_RULES: readonly LineRule[] = [
  {
    id: 'uncaught-exception',
    pattern: /^(?:Exception in thread "[^"]*" )([\w.$]+(?:Exception|Error).*)/,
    explain: (m) => unhandled(m[1] ?? '')
  },
  {
    id: 'uncaught-exception',
    pattern: /^(panic: .*|fatal error: .*|thread '[^']*'.* panicked at .*)/,
    explain: (m) => unhandled(m[1] ?? '')
  },
  {
    id: 'uncaught-exception',
    pattern: /^(?:Unhandled exception\.? |PHP Fatal error: +|Fatal error: +)(.*)/i,
    explain: (m) => unhandled(m[1] ?? '')
  },
  {
    id: 'uncaught-exception',
    pattern: /^((?:[A-Za-z_][\w.]*)?(?:Error|Exception|Interrupt)\b(?: \[[A-Z_]+\])?: .*)/,
    explain: (m) => unhandled(m[1] ?? '')
  }
]
