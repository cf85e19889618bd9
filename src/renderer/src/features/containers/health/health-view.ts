/** What the tab "Health" says of a health check and its probes. Pure. */
import type { StateTone } from '@/components/state-tone'
import { shellCommand } from '@shared/docker/command'
import type { HealthCheck, HealthProbe, HealthState } from '@shared/docker/inspect-schema'
import { hideArgument, hideArguments } from '@shared/docker/secrets'
import { plainText } from '@shared/docker/text'
import type { Fact } from '@/components/facts/fact-types'
import { engineTime, spanText } from '../inspect/inspect-view'

/** Whether the container has a check, has none, or was made to ignore the image's. */
export function checkKind(check: HealthCheck | null): 'none' | 'disabled' | 'check' {
  const test = check?.Test ?? []
  if (test[0] === 'NONE') return 'disabled'
  return test.length === 0 ? 'none' : 'check'
}

const SECOND = 1e9
/** The engine's defaults (moby daemon/health.go). */
const DEFAULTS = {
  Interval: 30 * SECOND,
  Timeout: 30 * SECOND,
  StartPeriod: 0,
  StartInterval: 5 * SECOND,
  Retries: 3
}

/** The probe's command and its settings, with the engine's defaults where none were given. */
export function healthFacts(check: HealthCheck | null): readonly Fact[] {
  const kind = checkKind(check)
  if (check === null || kind === 'none') return []
  if (kind === 'disabled') return [{ label: 'Health check', value: 'switched off (NONE)' }]
  const span = (name: 'Interval' | 'Timeout' | 'StartPeriod' | 'StartInterval'): string =>
    (check[name] ?? 0) > 0 ? spanText(check[name] ?? 0) : `${spanText(DEFAULTS[name])} (default)`
  const retries = (check.Retries ?? 0) > 0 ? `${check.Retries ?? 0}` : `${DEFAULTS.Retries} (default)`
  return [
    probeCommand(check.Test ?? []),
    { label: 'Interval', value: span('Interval') },
    { label: 'Timeout', value: span('Timeout') },
    { label: 'Retries', value: retries },
    { label: 'Start period', value: span('StartPeriod') },
    { label: 'Start interval', value: span('StartInterval') }
  ]
}

function probeCommand(test: readonly string[]): Fact {
  const shell = test[0] === 'CMD-SHELL'
  const words = test.slice(1)
  const value = shell ? words.join(' ') : shellCommand(words)
  const hidden = shell ? hideArgument(value, undefined) : shellCommand(hideArguments(words))
  return {
    label: shell ? 'Command (by the shell)' : 'Command',
    value,
    mono: true,
    ...(hidden === value ? {} : { hidden })
  }
}

const WORDS: Readonly<Record<string, readonly [word: string, tone: StateTone]>> = {
  healthy: ['Healthy', 'ok'],
  unhealthy: ['Unhealthy', 'danger'],
  starting: ['Starting', 'busy']
}

/** The state's word and tone. A container that does not run is not probed, whatever was said last. */
export function healthWord(
  state: HealthState | null,
  running: boolean
): readonly [word: string, tone: StateTone] {
  if (!running) return ['Not running', 'stopped']
  return WORDS[state?.Status ?? ''] ?? ['Not checked yet', 'neutral']
}

/** "3 failed in a row" */
export function streakText(streak: number): string {
  return streak === 0 ? 'None failed in a row' : `${streak} failed in a row`
}

export interface ProbeView {
  /** Milliseconds since the epoch; null when the engine did not say. */
  readonly start: number | null
  readonly took: string
  readonly exitCode: number
  readonly result: string
  readonly tone: StateTone
  readonly output: string
}

/** A probe for the list; exit codes are Docker's: 0 healthy, 1 unhealthy, -1 did not end in time or did not run. */
export function probeView({ Start, End, ExitCode, Output }: HealthProbe): ProbeView {
  const [start, end] = [engineTime(Start), engineTime(End ?? '')]
  return {
    start,
    took: start === null || end === null ? '' : spanText(Math.max(0, end - start) * 1e6),
    exitCode: ExitCode,
    result: ExitCode === 0 ? 'Passed' : ExitCode === -1 ? 'Did not run to its end' : 'Failed',
    tone: ExitCode === 0 ? 'ok' : 'danger',
    output: plainText(Output).trimEnd()
  }
}
