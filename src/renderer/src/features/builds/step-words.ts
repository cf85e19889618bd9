/** Words and times of builds and their steps, as the page shows them. Pure. */
import type { BuildState, BuildStep, StepState } from '@shared/contract/builds'
import { humanSize } from '@shared/docker/size'

export const STATE_TONES = {
  Cached: 'neutral',
  Running: 'busy',
  Done: 'ok',
  Error: 'danger',
  Canceled: 'stopped'
} as const satisfies Record<StepState | BuildState, string>

/** `0.3s`, `42.0s`, `3m 05s`: a tenth matters only in short ones. */
export function stepTime(ms: number): string {
  const seconds = ms / 1000
  if (seconds < 60) return `${seconds.toFixed(1)}s`
  const whole = Math.round(seconds)
  const minutes = Math.floor(whole / 60)
  if (minutes < 60) return `${minutes}m ${String(whole % 60).padStart(2, '0')}s`
  return `${Math.floor(minutes / 60)}h ${String(minutes % 60).padStart(2, '0')}m`
}

/** `12MB of 40MB`; empty when nothing was transferred. */
export function bytesText({ bytes, totalBytes }: BuildStep): string {
  if (bytes === 0 && totalBytes === 0) return ''
  return totalBytes > bytes ? `${humanSize(bytes, 3)} of ${humanSize(totalBytes, 3)}` : humanSize(bytes, 3)
}
