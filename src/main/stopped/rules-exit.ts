/** Why a container ended, by its exit code, by what the events tell, and by how it was run. Each rule has a test on a real one. */
import { exitWords, signalName, signalOf } from '@shared/docker/exit-code'
import { LOGS, START, type Evidence, type Finding, type Rule } from './evidence'
import { wasWished, type Ending } from './endings'
import { raiseMemory } from './rules-start'
import { runAgain } from './run-again'

const SIZE = ['B', 'KiB', 'MiB', 'GiB'] as const

function sizeText(bytes: number): string {
  const power = Math.min(3, Math.floor(Math.log2(Math.max(1, bytes)) / 10))
  return `${Math.round((bytes / 1024 ** power) * 10) / 10} ${SIZE[power] ?? 'B'}`
}

/** Out of memory comes first: whatever else is said, this is what happened. */
export const OOM_RULE: Rule = {
  id: 'out-of-memory',
  find({ inspect, ending, name }) {
    const { State, HostConfig } = inspect
    if (State.OOMKilled !== true && !(ending?.oom === true && State.ExitCode === 137)) return null
    const limit = HostConfig.Memory ?? 0
    return {
      sentence: `It ran out of memory${limit > 0 ? `: its limit is ${sizeText(limit)}` : ''}, and the kernel killed it.`,
      hint:
        limit > 0
          ? 'Raise its memory limit, or make what runs in it need less.'
          : 'The machine’s memory was used up: give it more, or set limits for what takes too much.',
      actions: [START],
      command: limit > 0 ? raiseMemory(name, limit) : null
    }
  }
}

const lastSignal = (ending: Ending): number => ending.signals.at(-1)?.signal ?? 0

/** A busy engine kills later than it was told to, and what it tells of both is some milliseconds off. */
const TOLD_LATE_MS = 200

/** How long `docker stop` waited before it killed, in whole seconds; null when it did not. */
function graceSeconds(ending: Ending): number | null {
  const [first, last] = [ending.signals[0], ending.signals.at(-1)]
  if (first === undefined || last === undefined || ending.signals.length < 2 || last.signal !== 9) return null
  return first.signal === 9
    ? null
    : Math.max(0, Math.floor((last.timeMs - first.timeMs + TOLD_LATE_MS) / 1000))
}

/** Somebody wished it: that is no error, except that it did not listen. */
export const WISH_RULES: readonly Rule[] = [
  {
    id: 'stop-timeout',
    find({ ending, inspect }) {
      const seconds = ending?.stopped === true && inspect.State.ExitCode === 137 ? graceSeconds(ending) : null
      if (seconds === null || seconds < 1) return null
      return {
        sentence: `It was stopped on request, did not end within ${seconds} ${seconds === 1 ? 'second' : 'seconds'}, and was then killed (SIGKILL).`,
        hint: 'What it had not saved is lost. Let the program end on SIGTERM (a shell as first process passes no signals on; --init helps), or give it more time (docker stop -t).',
        expected: true,
        actions: [START]
      }
    }
  },
  {
    id: 'stopped-by-user',
    find: ({ ending }) =>
      ending?.died === true && ending.stopped
        ? {
            sentence: 'It was stopped on request: by docker stop, or together with its engine.',
            hint: null,
            expected: true,
            actions: [START]
          }
        : null
  },
  {
    id: 'killed-by-user',
    find: ({ ending }) =>
      ending?.died === true && wasWished(ending)
        ? {
            sentence: `It was killed on request (docker kill, ${signalName(lastSignal(ending))}).`,
            hint: null,
            expected: true,
            actions: [START]
          }
        : null
  }
]

const INTERACTIVE = /(?:^|\/)(?:(?:ba|da|a|z|k)?sh|python[\d.]*|node|irb|ghci|lua|php)$/
const BACKGROUND = /(?:&\s*$)|\bservice \S+ start\b|\/etc\/init\.d\/|\bapachectl (?:-k )?start\b/

function waitsForNobody({ inspect }: Evidence): boolean {
  const { Path, Args, Config } = inspect
  return (
    INTERACTIVE.test(Path) &&
    Args.every((word) => /^-[il]+$/.test(word)) &&
    Config.Tty !== true &&
    Config.OpenStdin !== true
  )
}

const ZERO_RULES: readonly Rule[] = [
  {
    id: 'no-terminal',
    find(evidence) {
      if (!waitsForNobody(evidence)) return null
      const again = runAgain(evidence)
      return {
        sentence: `${evidence.inspect.Path} reads what is typed and had no terminal, so it ended at once without an error.`,
        hint: 'Run it with a terminal (docker run -it), or with a command that stays.',
        expected: true,
        actions:
          again === null
            ? []
            : [
                {
                  type: 'run',
                  label: 'Run so that it stays',
                  leftOut: again.leftOut,
                  options: { ...again.options, command: ['sleep', 'infinity'] }
                }
              ],
        command: `docker run -it ${evidence.inspect.Config.Image}`
      }
    }
  },
  {
    id: 'went-to-background',
    find: ({ inspect }) =>
      BACKGROUND.test(inspect.Args.join(' ')) || BACKGROUND.test(inspect.Path)
        ? {
            sentence:
              'Its first process ended without an error and left the work to a program in the background, which ended with it.',
            hint: 'A container runs as long as its first process: start the program in the foreground, without “&” or a service script.',
            expected: true,
            actions: [START]
          }
        : null
  },
  {
    id: 'finished',
    find: () => ({
      sentence: 'It did what it had to do and ended without an error.',
      hint: 'If it should go on running, its command has to stay in the foreground.',
      expected: true,
      actions: [START]
    })
  }
]

function crash(id: string, code: number, finding: Finding): Rule {
  return { id, find: ({ inspect }) => (inspect.State.ExitCode === code ? finding : null) }
}

const CODE_RULES: readonly Rule[] = [
  crash('segmentation-fault', 139, {
    sentence: 'The program crashed: it touched memory it may not (SIGSEGV).',
    hint: 'That is a fault of the program or of a library in it. Try another version of the image; on an emulated platform, one for this processor.',
    actions: [START, LOGS]
  }),
  crash('aborted', 134, {
    sentence: 'The program gave up by itself (SIGABRT), usually after a check in it failed.',
    hint: 'The last lines of its log say which.',
    actions: [LOGS, START]
  }),
  crash('illegal-instruction', 132, {
    sentence: 'The program uses an instruction this processor does not have (SIGILL).',
    hint: 'Use an image built for this processor’s generation.'
  }),
  {
    id: 'killed-from-outside',
    find: ({ inspect, ending }) =>
      inspect.State.ExitCode !== 137
        ? null
        : {
            sentence:
              ending?.died === true
                ? 'It was killed (SIGKILL), and not through Docker.'
                : 'It was killed (SIGKILL).',
            hint:
              ending?.died === true
                ? 'Something on this machine did it: a script, an administrator, or the kernel because the whole machine was out of memory.'
                : 'By docker kill, by docker stop after its time was up, or by the machine; its memory limit was not the reason.',
            actions: [START]
          }
  },
  crash('terminated', 143, {
    sentence: 'It ended because it was asked to (SIGTERM).',
    hint: null,
    expected: true,
    actions: [START]
  }),
  crash('interrupted', 130, {
    sentence: 'It was interrupted (SIGINT, as by Ctrl+C).',
    hint: null,
    expected: true,
    actions: [START]
  }),
  crash('not-executable', 126, {
    sentence: 'A script called a file that cannot be executed.',
    hint: 'Give it the permission to execute: chmod +x.'
  }),
  crash('command-not-found', 127, {
    sentence: 'A script called a command that is not in the image.',
    hint: 'Install it in the image, or correct the script.',
    actions: [LOGS]
  })
]

/** The last resort: what the code says, and the log. */
const unknown: Rule = {
  id: 'failed',
  find: ({ inspect, lines }) => ({
    sentence: `It ended by itself with an error. ${exitWords(inspect.State.ExitCode)}.`,
    hint:
      lines.length === 0
        ? 'It wrote nothing; run it with more output to see why.'
        : 'Its last lines may say why.',
    actions: signalOf(inspect.State.ExitCode) === null ? [LOGS, START] : [START, LOGS]
  })
}

export const ZERO: readonly Rule[] = ZERO_RULES
export const CODES: readonly Rule[] = [...CODE_RULES, unknown]
