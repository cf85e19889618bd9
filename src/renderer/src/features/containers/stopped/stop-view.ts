/** What the region "Why it stopped" says of a report besides its sentence. Pure. */
import type { StopReport } from '@shared/contract/stop-report'
import { humanDuration } from '@shared/docker/duration'

/** ", about every 3 seconds"; empty when the rhythm is not known. */
function rhythm(everyMs: number | null): string {
  if (everyMs === null) return ''
  if (everyMs < 800) return ', several times a second'
  const seconds = Math.round(everyMs / 1000)
  if (seconds < 60) return seconds === 1 ? ', about every second' : `, about every ${seconds} seconds`
  const minutes = Math.round(seconds / 60)
  return minutes === 1 ? ', about every minute' : `, about every ${minutes} minutes`
}

/** "Restarted 4 times by its restart policy always, about every 3 seconds; Docker goes on." */
export function restartText(restarts: NonNullable<StopReport['restarts']>): string {
  const times = restarts.count === 1 ? 'once' : `${restarts.count} times`
  const end = restarts.goesOn ? '; Docker goes on starting it' : '; Docker has given up'
  return `Restarted ${times} by its restart policy ${restarts.policy}${rhythm(restarts.everyMs)}${end}`
}

/** Short facts, in one line. */
export function stopFacts(report: StopReport, now: number): readonly string[] {
  const { exit, oomKilled, health, restarts, finishedAt } = report
  return [
    exit,
    ...(oomKilled ? ['Out of memory'] : []),
    ...(health === null || health === 'healthy' ? [] : [`Health: ${health}`]),
    ...(restarts === null ? [] : [restartText(restarts)]),
    ...(finishedAt === null ? [] : [`${humanDuration(Math.max(0, now - finishedAt))} ago`])
  ]
}
