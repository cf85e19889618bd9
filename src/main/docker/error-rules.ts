/**
 * What the engine's sentences mean: a table of patterns, first match wins. Read by errors.ts only.
 * Every rule has a test with a sentence of a real engine; add no rule without one.
 */
import type { ErrorCode } from '@shared/errors'
import { shortId } from '@shared/docker/container'
import { EXEC_RULES } from './error-rules-exec'
import { REGISTRY_RULES } from './error-rules-registry'

export interface RuleResult {
  readonly code?: ErrorCode
  /** Replaces the engine's sentence when that is hard to read; the original stays in the details. */
  readonly message?: string
  readonly hint: string
  readonly retryable?: boolean
  readonly details?: Readonly<Record<string, unknown>>
}

export type Rule = readonly [pattern: RegExp, make: (match: RegExpExecArray) => RuleResult]

// The engine's nested prefixes before the reason a container did not start.
const OCI =
  /(?:failed to create (?:shim )?task(?: for container)?: )?(?:failed to create shim task: )?OCI runtime create failed: (?:runc create failed: )?(?:unable to start container process: )?(?:error during container init: )?(.*)$/

function portInUse(port: string | undefined, by: string): RuleResult {
  const named = port === undefined ? 'A port' : `Port ${port}`
  return {
    code: 'Conflict',
    message: `${named} is already in use by another ${by}.`,
    hint: `Choose another host port, or stop what uses ${port === undefined ? 'it' : `port ${port}`}.`,
    details: port === undefined ? {} : { port: Number(port) }
  }
}

const PORT = /(?::|\bport )(\d{1,5})(?:\/\w+|:|\b)/

/** The host port in a sentence such as `failed to bind host port 0.0.0.0:8080/tcp: address already in use`. */
function hostPort(text: string): string | undefined {
  const where =
    /(?:Bind for|bind host port(?: for)?|listen (?:tcp|udp|sctp)[46]?|exposing port \w+) (\S+)/.exec(
      text
    )?.[1]
  return where === undefined ? undefined : PORT.exec(where.replace(/^\[[^\]]*\]/, ''))?.[1]
}

const startRules: readonly Rule[] = [
  [/port is already allocated/, (m) => portInUse(hostPort(m.input), 'container')],
  [/address already in use/, (m) => portInUse(hostPort(m.input), 'program')],
  [
    /exec: "([^"]*)":.*(?:executable file not found|no such file or directory)/,
    (m) => ({
      code: 'InvalidParameter',
      message: `The image has no command "${m[1] ?? ''}".`,
      hint: 'Check the command and its path inside the image.'
    })
  ],
  [
    /exec: "([^"]*)": permission denied/,
    (m) => ({
      code: 'InvalidParameter',
      message: `"${m[1] ?? ''}" in the image cannot be run.`,
      hint: 'It is a folder or is not marked as executable.'
    })
  ],
  [
    /environment variable (?:name|value) can't contain null/,
    () => ({
      code: 'InvalidParameter',
      message: 'An environment variable holds a NUL character.',
      hint: 'Remove it from the value.'
    })
  ],
  [
    /^no command specified$/,
    () => ({
      code: 'InvalidParameter',
      message: 'The image has no command of its own.',
      hint: 'Give one, for example sh.'
    })
  ],
  [
    /bind source path does not exist: (.*)$/,
    (m) => ({
      code: 'InvalidParameter',
      message: `The host folder ${m[1] ?? ''} does not exist.`,
      hint: 'Create it, or correct the path.',
      details: { missingFolder: m[1] }
    })
  ],
  [
    /failed to set up container networking: network (\S+) not found/,
    (m) => ({
      code: 'NotFound',
      message: `There is no network ${m[1] ?? ''}.`,
      hint: 'Choose a network that exists.'
    })
  ],
  [
    /containerd\.sock: connect|connection error: desc = .*containerd/,
    () => ({
      code: 'Unavailable',
      message: 'The engine’s container runtime (containerd) does not answer.',
      hint: 'It is usually restarted within 20 seconds; then try again.'
    })
  ]
]

const conflictRules: readonly Rule[] = [
  [
    /^RWLayer of container \S+ is unexpectedly nil/,
    () => ({
      code: 'Conflict',
      message: 'The container is being removed.',
      hint: 'It will be gone in a moment.',
      retryable: false
    })
  ],
  [
    /The container name "\/?([^"]+)" is already in use by container "?([0-9a-f]{12,64})/,
    (m) => ({
      code: 'Conflict',
      message: `The name "${m[1] ?? ''}" is already in use by container ${shortId(m[2] ?? '')}.`,
      hint: 'Choose another name, or remove or rename that container.',
      details: { name: m[1], containerId: m[2] }
    })
  ],
  [
    /unable to (?:remove|delete).*container (\w+) is using its referenced image/,
    (m) => ({
      code: 'Conflict',
      message: `The image is in use by container ${m[1] ?? ''}.`,
      hint: 'Remove that container first.',
      details: { containerId: m[1] }
    })
  ],
  [
    /unable to (?:remove|delete).*image is being used by (?:running|stopped) container (\w+)/,
    (m) => ({
      code: 'Conflict',
      message: `The image is in use by container ${m[1] ?? ''}.`,
      hint: 'Remove that container first.',
      details: { containerId: m[1] }
    })
  ],
  [
    /unable to delete \S+ .*image has dependent child images/,
    () => ({
      code: 'Conflict',
      message: 'Other images are built on this one.',
      hint: 'Remove those images first.'
    })
  ],
  [
    /cannot remove container.*container is (running|paused|restarting)/,
    (m) => ({
      code: 'Conflict',
      message: `The container is ${m[1] ?? 'running'}.`,
      hint: 'Stop it first, or remove it by force.'
    })
  ],
  [
    /[Cc]ontainer \S+ is paused/,
    () => ({ code: 'Conflict', message: 'The container is paused.', hint: 'Unpause it first.' })
  ],
  [
    /removal of container \S+ is already in progress/,
    () => ({ code: 'Conflict', hint: 'Wait until it is gone.' })
  ],
  [
    /[Cc]ontainer \S+ is not paused/,
    () => ({
      code: 'Conflict',
      message: 'The container is not paused.',
      hint: 'There is nothing to unpause.'
    })
  ],
  [
    /[Cc]ontainer \S+ is already paused/,
    () => ({ code: 'Conflict', message: 'The container is already paused.', hint: 'Unpause it to go on.' })
  ],
  [
    /[Cc]ontainer \S+ is not running/,
    () => ({ code: 'Conflict', message: 'The container is not running.', hint: 'Start it first.' })
  ],
  [
    /cannot start a paused container/,
    () => ({ code: 'Conflict', message: 'The container is paused.', hint: 'Unpause it instead.' })
  ]
]

const missingRules: readonly Rule[] = [
  [
    /No such container: (.*)$/i,
    (m) => ({
      code: 'NotFound',
      message: `There is no container ${/^[0-9a-f]{64}$/.test(m[1] ?? '') ? shortId(m[1] ?? '') : (m[1] ?? '')}.`,
      hint: 'It has been removed meanwhile.'
    })
  ],
  [
    /No such image: (.*)$/i,
    (m) => ({
      code: 'NotFound',
      message: `There is no image ${m[1] ?? ''}.`,
      hint: /^(?:sha256:)?[0-9a-f]{64}$/.test(m[1] ?? '')
        ? 'This is an image’s id; one that is not here is pulled by its name.'
        : 'Pull it, or check its name.'
    })
  ],
  [
    /plugin "([^"]*)" not found/,
    () => ({ code: 'NotFound', hint: 'Install the plugin, or use another driver.' })
  ],
  [
    /page not found/,
    () => ({ code: 'NotImplemented', hint: 'This engine does not offer it; a newer engine may.' })
  ]
]

const inputRules: readonly Rule[] = [
  [/must be lowercase/, () => ({ code: 'InvalidParameter', hint: 'Image names are written in lower case.' })],
  [
    /invalid reference format|unsupported digest algorithm|cannot specify 64-byte hexadecimal|repository name must not be more than/,
    () => ({ code: 'InvalidParameter', hint: 'Write it as name:tag, for example nginx:1.27.' })
  ],
  [
    /Invalid container name/,
    () => ({
      code: 'InvalidParameter',
      hint: 'Use two or more letters, digits, dots, dashes and underscores, beginning with a letter or digit.'
    })
  ],
  [
    /invalid port specification|invalid host ?port|invalid container ?port/i,
    () => ({ code: 'InvalidParameter', hint: 'Ports are whole numbers from 1 to 65535.' })
  ],
  [/invalid environment variable/, () => ({ code: 'InvalidParameter', hint: 'Write it as KEY=value.' })],
  [
    /Duplicate mount point: (.*)$/,
    (m) => ({
      code: 'InvalidParameter',
      message: `Two mounts share the container path ${m[1] ?? ''}.`,
      hint: 'Keep one of them.'
    })
  ],
  [
    /includes invalid characters for a local volume name/,
    () => ({
      code: 'InvalidParameter',
      hint: 'A volume name has letters, digits, dots, dashes and underscores; a host folder begins with /.'
    })
  ],
  [
    /client version \S+ is too (?:new|old)/,
    () => ({ code: 'NotImplemented', hint: 'This engine and Quayside have no API version in common.' })
  ]
]

const hostRules: readonly Rule[] = [
  [
    /no space left on device|disk quota exceeded/,
    () => ({
      code: 'System',
      message: 'The engine’s disk is full.',
      hint: 'Free space in this order: stopped containers, the build cache, unused images.'
    })
  ],
  [
    /archive\/tar: |^unexpected EOF$|unrecognized image format|docker-import-\S+: no such file/,
    () => ({
      code: 'InvalidParameter',
      message: 'The file is not an image archive, or it is incomplete.',
      hint: 'Choose an archive made with docker save.',
      // A pull that breaks off has the same words; its caller knows that there is no archive.
      details: { brokeOff: true }
    })
  ],
  [/read-only file system/, () => ({ code: 'System', hint: 'The engine cannot write there.' })]
]

/** Anything left of runc's chain of prefixes: keep the reason, drop the chain. */
const ociRule: Rule = [
  OCI,
  (m) => ({
    message: m[1] === undefined || m[1] === '' ? m.input : m[1],
    hint: 'Check the container’s settings.'
  })
]

export const ERROR_RULES: readonly Rule[] = [
  ...hostRules,
  ...EXEC_RULES,
  ...startRules,
  ...conflictRules,
  ...missingRules,
  ...REGISTRY_RULES,
  ...inputRules,
  ociRule
]
