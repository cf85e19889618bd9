/** The time range of a log in words, and ranges that end now. Times are as `datetime-local` fields spell them. Pure. */
import { localTime } from './log-options'

const MINUTE_MS = 60_000

export const RECENT_RANGES = [
  { label: 'Last 15 minutes', ms: 15 * MINUTE_MS },
  { label: 'Last hour', ms: 60 * MINUTE_MS },
  { label: 'Last 24 hours', ms: 24 * 60 * MINUTE_MS }
] as const

/** Where a range that began so long ago begins, to the second. */
export function sinceAgo(ms: number, now: number): string {
  return localTime(now - ms).slice(0, 19)
}

/** Short enough for a button: the day is told only where it is not today's. */
export function rangeText(since: string, until: string, now: number): string {
  const today = localTime(now).slice(0, 10)
  const [from, to] = [since, until].map((time) => momentText(time, today))
  if (from === '' && to === '') return 'All time'
  if (to === '') return `Since ${from ?? ''}`
  if (from === '') return `Until ${to ?? ''}`
  return `${from ?? ''} – ${to ?? ''}`
}

function momentText(local: string, today: string): string {
  const [day = '', time = ''] = local.slice(0, 19).split('T')
  const short = time.replace(/^(..:..):00$/, '$1')
  return day === today || day === '' ? short : `${day} ${short}`
}
