/** From the evidence to the report: which rules are asked, in which order, and what else is said of the end. Pure. */
import type { StopReport } from '@shared/contract/stop-report'
import { exitWords, signalOf } from '@shared/docker/exit-code'
import { newestLine, START, type Evidence, type Finding, type Rule } from './evidence'
import { rhythmMs } from './endings'
import { CODES, OOM_RULE, WISH_RULES, ZERO } from './rules-exit'
import { CRASH_RULES, LINE_RULES } from './rules-log'
import { START_RULES } from './rules-start'

type Found = Finding & { readonly id: string }

/** A restart this long ago is history: the container has settled. */
const LOOP_MEMORY_MS = 2 * 60_000
const SHOWN_LINES = 20

/** null while there is nothing to explain: it runs and stays, or was never started. `now` in milliseconds. */
export function stopReport(evidence: Evidence, now: number): StopReport | null {
  const { State } = evidence.inspect
  const found = isOver(evidence, now) ? cause(evidence) : neverStarted(evidence)
  if (found === null) return null
  const { id, sentence, hint, evidence: said = [], actions = [], command = null, expected = false } = found
  const restarts = restartsOf(evidence)
  return {
    expected: expected && restarts === null,
    cause: { id, sentence, hint, evidence: [...new Set(said)], actions: [...actions], command },
    exit: exitWords(State.ExitCode),
    exitCode: State.ExitCode,
    signal: signalOf(State.ExitCode),
    oomKilled: State.OOMKilled === true,
    health: State.Health?.Status === 'none' ? null : (State.Health?.Status ?? null),
    restarts,
    finishedAt: time(State.FinishedAt),
    lines: shownLines(evidence)
  }
}

/** It ended, could not be started, or is in a loop of both. */
function isOver({ inspect }: Evidence, now: number): boolean {
  const { State } = inspect
  if (State.Status === 'exited' || State.Status === 'dead' || State.Status === 'restarting') return true
  if (State.Status === 'created') return (State.Error ?? '') !== ''
  const ended = time(State.FinishedAt)
  return (
    State.Status === 'running' &&
    (inspect.RestartCount ?? 0) > 0 &&
    ended !== null &&
    now - ended < LOOP_MEMORY_MS
  )
}

/** A start that was refused before the engine noted anything. */
function neverStarted({ inspect, missingSources }: Evidence): Found | null {
  const [source] = missingSources
  if (inspect.State.Status !== 'created' || source === undefined) return null
  return {
    id: 'mount-source-missing',
    sentence: `The host folder ${source} that it mounts does not exist, so it cannot be started.`,
    hint: 'Create it, then start the container.',
    actions: [START],
    command: `mkdir -p ${source}`
  }
}

function cause(evidence: Evidence): Found {
  const { State } = evidence.inspect
  const oom = first([OOM_RULE], evidence)
  if (oom !== null) return oom
  const refused = (State.Error ?? '') === '' ? null : first(START_RULES, evidence)
  if (refused !== null) return refused
  const wished = first(WISH_RULES, evidence)
  if (wished !== null) return wished
  const rest = State.ExitCode === 0 ? first(ZERO, evidence) : (said(evidence) ?? first(CODES, evidence))
  // Both lists end with a rule that always finds something.
  return rest ?? { id: 'failed', sentence: `${exitWords(State.ExitCode)}.`, hint: null }
}

const specific = newestLine(LINE_RULES)
const general = newestLine(CRASH_RULES)

function said(evidence: Evidence): Found | null {
  return specific(evidence) ?? general(evidence)
}

function first(rules: readonly Rule[], evidence: Evidence): Found | null {
  for (const { id, find } of rules) {
    const finding = find(evidence)
    if (finding !== null) return { id, ...finding }
  }
  return null
}

function restartsOf({ inspect, ending }: Evidence): StopReport['restarts'] {
  const count = inspect.RestartCount ?? 0
  if (count === 0) return null
  const { Name = 'no', MaximumRetryCount = 0 } = inspect.HostConfig.RestartPolicy ?? {}
  const goesOn = inspect.State.Status === 'restarting' || inspect.State.Status === 'running'
  const policy = Name === 'on-failure' && MaximumRetryCount > 0 ? `${Name}:${MaximumRetryCount}` : Name
  return { count, policy, everyMs: rhythmMs(ending), goesOn }
}

/** In the order they were written; where there are too many, errors are kept before output. */
function shownLines({ lines }: Evidence): StopReport['lines'] {
  const worth = lines.filter(({ text }) => text.trim() !== '')
  const errors = worth.filter(({ source }) => source === 'stderr').slice(-SHOWN_LINES)
  const output = worth.filter(({ source }) => source === 'stdout')
  const room = SHOWN_LINES - errors.length
  const shown = new Set([...errors, ...(room > 0 ? output.slice(-room) : [])])
  return worth.filter((line) => shown.has(line))
}

function time(text: string): number | null {
  const at = Date.parse(text)
  return Number.isNaN(at) || at <= 0 ? null : at
}
