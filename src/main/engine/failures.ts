/**
 * Turns an engine's exit code and last log lines into what failed, what to do, and whether to try again. Pure; used by
 * the supervisor, tested with 54 real failures. dockerd prints its reason last, but a full disk is named earlier than
 * the error it causes, so the rules are tried in order on all lines.
 */
import type { EngineFailure } from '@shared/contract/engine'
import { AppError, toAppError } from '@shared/errors'
import { damagedPart } from './crash-trace'

/**
 * `never`: configuration or environment, trying again changes nothing. `once`: perhaps damaged state. `budget`: it
 * crashed, three restarts in 60 s. `wait`: not ours, look again for as long as it takes.
 */
export type RetryPolicy = 'never' | 'once' | 'budget' | 'wait'

export interface Failure {
  readonly report: EngineFailure
  readonly policy: RetryPolicy
}

export interface Exit {
  /** null when a signal ended it or when it was not our child. */
  readonly exitCode: number | null
  readonly signal: string | null
}

export interface Classification {
  readonly kind: string
  readonly message: string
  readonly hint: string
  readonly policy: RetryPolicy
}

interface Rule {
  readonly kind: string
  readonly pattern: RegExp
  readonly message: string | ((match: RegExpExecArray) => string)
  readonly hint: string
  readonly policy?: RetryPolicy
}

const OPEN_LOG = 'The engine log has the details.'

const RULES: readonly Rule[] = [
  {
    kind: 'disk-full',
    pattern: /no space left on device/,
    message: 'The engine could not start because its disk is full.',
    hint: 'Free some space on the disk that holds Quayside’s folder, then start the engine again.'
  },
  {
    kind: 'read-only-disk',
    pattern: /read-only file system/,
    message: 'The engine could not start because its disk is read-only.',
    hint: 'Make the disk that holds Quayside’s folder writable, then start the engine again.'
  },
  {
    kind: 'corrupt-image-index',
    pattern: /Couldn't create reference store repository/,
    message: 'The engine could not read its list of images (image/overlay2/repositories.json is damaged).',
    hint: 'Move that file aside: the images stay, but lose their names. Then start the engine again.'
  },
  {
    kind: 'path-too-long',
    pattern: /unix socket path too long|bind: invalid argument/,
    message: 'The engine could not start because the path of its folder is too long for a socket.',
    hint: 'Set QUAYSIDE_HOME to a folder with a shorter path.'
  },
  {
    kind: 'socket-path',
    pattern: /can't create unix socket (\S+): is a directory/,
    message: (m) => `The engine could not make its socket: ${m[1]} is a folder.`,
    hint: 'Remove or rename that folder, then start the engine again.'
  },
  {
    kind: 'pidfile-in-use',
    pattern: /ensure docker is not running or delete (\S+): process with PID (\d+) is still running/,
    message: (m) => `The engine believes that it is running already, as process ${m[2]}.`,
    hint: 'Stop that process if it is an engine, else delete the pid file, then start the engine again.'
  },
  {
    kind: 'pidfile-bad',
    pattern: /ensure docker is not running or delete (\S+): /,
    message: (m) => `The engine could not use its pid file ${m[1]}.`,
    hint: 'Delete what is there, then start the engine again.'
  },
  {
    kind: 'port-in-use',
    pattern: /listen tcp (\S+): bind: address already in use/,
    message: (m) => `The engine could not listen on ${m[1]} because another program does.`,
    hint: 'Remove that address from the engine’s configuration or stop the other program.'
  },
  {
    kind: 'missing-binary',
    pattern:
      /exec: "([\w-]+)": executable file not found|failed to find (runc) binary|(userland-proxy)-path is not set/,
    message: (m) => `A part of the engine is missing: ${m[1] ?? m[2] ?? 'docker-proxy'}.`,
    hint: 'Install Quayside again; in a development copy run `node scripts/engine-bundle.mjs`.'
  },
  {
    kind: 'swarm-live-restore',
    pattern: /live-restore.*incompatible with swarm|incompatible with swarm mode/,
    message: 'The engine could not start because swarm mode and live restore exclude each other.',
    hint: 'Start the engine again: Quayside turns live restore off when it finds a swarm.',
    policy: 'once'
  },
  {
    // Every dockerd of a machine empties and fills the same chains while it starts.
    kind: 'firewall-race',
    pattern: /iptables.*(?:Chain '\S+' does not exist|No chain\/target\/match by that name)/i,
    message: 'Another engine changed the network rules of this machine while this one started.',
    hint: 'It is started again by itself; when it keeps failing, start one engine after the other.',
    policy: 'budget'
  },
  {
    kind: 'firewall',
    pattern:
      /iptables.*(?:not found|failed|Permission denied)|failed to create NAT chain|nftables?.*(?:not found|failed)/i,
    message: 'The engine could not set up the network rules of its containers (iptables failed).',
    hint: 'Install iptables (Debian, Ubuntu: apt install iptables) and load its kernel modules, then start again.'
  },
  {
    kind: 'cgroups',
    pattern: /cgroups?\b.*(?:isn't mounted|not mounted|not found|no such file)/i,
    message: 'The engine could not start because the control groups of this system are not mounted.',
    hint: 'Mount the cgroup file systems (or run under systemd), then start the engine again.'
  },
  {
    kind: 'user-namespaces',
    pattern:
      /newuidmap|newgidmap|unshare.*(?:operation not permitted|no space)|failed to start the child|fork\/exec.*operation not permitted/i,
    message: 'The engine could not start without root because this system does not allow user namespaces.',
    hint: 'The list of what the engine needs says what is missing, and the command that mends it.'
  },
  {
    kind: 'slirp4netns',
    pattern:
      /setting up network.*(slirp4netns|pasta)|(slirp4netns|pasta) (?:failed|exited)|open.*\/dev\/net\/tun/,
    message: 'The engine could not set up its network without root.',
    hint: 'Check that /dev/net/tun is there and may be opened by everyone.'
  },
  {
    kind: 'bad-config',
    pattern:
      /unable to configure the Docker daemon with file|unknown (?:shorthand )?flag|, Code: 125|insecure registry .* is not valid|default runtime|driver not supported|mutually exclusive|Error during [ug]id lookup|conflict labels|GC policy|option \S+ not supported|group \S+ not found|invalid argument ".*" for/,
    message: 'The engine refused its configuration.',
    hint: 'Correct the engine’s configuration file; the last lines of the log name the setting.'
  },
  {
    kind: 'containerd-did-not-start',
    pattern: /timeout waiting for containerd to start|failed to start containerd/,
    message: 'The engine could not start containerd, the part that runs containers.',
    hint: `Another engine may be using the same folder, or containerd crashes. ${OPEN_LOG}`,
    policy: 'once'
  },
  {
    kind: 'permission-denied',
    pattern: /permission denied|operation not permitted/i,
    message: 'The engine could not start because it lacks a permission.',
    hint: `Check who owns Quayside’s folder. ${OPEN_LOG}`
  }
]

const PANIC = /^panic: |^fatal error: |^runtime\.|\bruntime\/panic\.go|^goroutine \d+|^SIG(?:BUS|SEGV)/

/** What an engine's end means. `running` tells a crash of a working engine from one that never came up. */
export function classify(exit: Exit, lines: readonly string[], running = false): Classification {
  if (exit.exitCode === 2 || (exit.exitCode !== 0 && lines.some((line) => PANIC.test(line)))) {
    const part = damagedPart(lines)
    return {
      kind: 'corrupt-state-panic',
      message:
        part === null
          ? 'The engine crashed, probably on damaged data of its own.'
          : `The engine crashed on damaged data of its own: ${part.file} in its data folder.`,
      hint:
        part === null
          ? 'The log names the failing part; move its files aside (never delete them) and start the engine again.'
          : `Move ${part.file} aside (do not delete it): ${part.cost}. Then start the engine again.`,
      policy: 'once'
    }
  }
  if (exit.signal === null && exit.exitCode !== 0 && exit.exitCode !== null && !running) {
    const found = matchRule(lines)
    if (found !== null) return found
  }
  return classifyByExit(exit, running)
}

function matchRule(lines: readonly string[]): Classification | null {
  for (const { kind, pattern, message, hint, policy } of RULES) {
    for (const line of lines) {
      const match = pattern.exec(line)
      if (match === null) continue
      return {
        kind,
        message: typeof message === 'string' ? message : message(match),
        hint,
        policy: policy ?? 'never'
      }
    }
  }
  return null
}

function classifyByExit(exit: Exit, running: boolean): Classification {
  const hint = `Quayside starts it again by itself. ${OPEN_LOG}`
  if (exit.signal !== null || exit.exitCode === 137 || exit.exitCode === 143) {
    const signal = exit.signal ?? (exit.exitCode === 137 ? 'SIGKILL' : 'SIGTERM')
    return {
      kind: 'killed',
      message: `The engine was ended from outside (${signal}).`,
      hint,
      policy: 'budget'
    }
  }
  if (exit.exitCode === 0) {
    return {
      kind: 'stopped-from-outside',
      message: 'Something else stopped the engine.',
      hint,
      policy: 'budget'
    }
  }
  if (exit.exitCode === null)
    return { kind: 'gone', message: 'The engine’s process ended.', hint, policy: 'budget' }
  if (running) {
    return {
      kind: 'crashed',
      message: `The engine ended with exit code ${exit.exitCode}.`,
      hint,
      policy: 'budget'
    }
  }
  return {
    kind: 'start-failed',
    message: `The engine could not start (exit code ${exit.exitCode}).`,
    hint: `Read the last lines of its log, correct what they name, then start the engine again.`,
    policy: 'never'
  }
}

/** A failure of the program around the engine (preparing, spawning) as a report; AppError details may set `kind`. */
export function failureFrom(
  step: EngineFailure['step'],
  thrown: unknown,
  policy: RetryPolicy = 'never'
): Failure {
  // A write of ours that the disk refused: the system's words are those that dockerd would have passed on.
  const known = thrown instanceof Error && !(thrown instanceof AppError) ? matchRule([thrown.message]) : null
  if (known !== null) {
    const { kind, message, hint } = known
    return { policy, report: { step, message, hint, kind, lastLogLines: [] } }
  }
  const error = toAppError(thrown)
  const kind = error.details?.['kind']
  return {
    policy,
    report: {
      step,
      message: error.message,
      hint: error.hint ?? OPEN_LOG,
      kind: typeof kind === 'string' ? kind : error.code,
      lastLogLines: []
    }
  }
}
