/** How a log is looked at: what is asked of main (the filter) and how it is drawn. What people like is kept on this machine. */
import type { LogFilter, LogLevel } from '@shared/contract/logs'

export interface LogOptions {
  readonly query: string
  readonly regex: boolean
  readonly caseSensitive: boolean
  readonly onlyMatches: boolean
  readonly streams: 'both' | 'stdout' | 'stderr'
  readonly levels: readonly LogLevel[] | null
  readonly tail: number | null
  /** As a `datetime-local` field spells it, in local time; empty: none. */
  readonly since: string
  readonly until: string
  readonly timestamps: boolean
  readonly wrap: boolean
  readonly columns: boolean
}

const KEPT = ['timestamps', 'wrap', 'columns', 'regex', 'caseSensitive'] as const
const STORAGE_KEY = 'quayside.logs'

export const FIRST_OPTIONS: LogOptions = {
  query: '',
  regex: false,
  caseSensitive: false,
  onlyMatches: false,
  streams: 'both',
  levels: null,
  tail: null,
  since: '',
  until: '',
  timestamps: false,
  wrap: false,
  columns: true
}

/** The first options, with what was kept; anything that is not as expected is left out. */
export function keptOptions(storage: Pick<Storage, 'getItem'> = localStorage): LogOptions {
  try {
    const stored: unknown = JSON.parse(storage.getItem(STORAGE_KEY) ?? '{}')
    if (typeof stored !== 'object' || stored === null) return FIRST_OPTIONS
    const known = Object.entries(stored).filter(
      ([key, value]) => (KEPT as readonly string[]).includes(key) && typeof value === 'boolean'
    )
    return { ...FIRST_OPTIONS, ...Object.fromEntries(known) }
  } catch {
    return FIRST_OPTIONS
  }
}

export function keepOptions(options: LogOptions, storage: Pick<Storage, 'setItem'> = localStorage): void {
  storage.setItem(STORAGE_KEY, JSON.stringify(Object.fromEntries(KEPT.map((key) => [key, options[key]]))))
}

/** What main is asked for. */
export function filterOf(options: LogOptions): LogFilter {
  return {
    stdout: options.streams !== 'stderr',
    stderr: options.streams !== 'stdout',
    levels: options.levels === null ? null : [...options.levels],
    since: milliseconds(options.since),
    until: milliseconds(options.until),
    tail: options.tail,
    query: options.query,
    regex: options.regex,
    caseSensitive: options.caseSensitive,
    onlyMatches: options.onlyMatches && options.query !== ''
  }
}

/** Whether some lines are left out. */
export function isFiltered(filter: LogFilter): boolean {
  const { stdout, stderr, levels, since, until, tail, onlyMatches } = filter
  return (
    !stdout || !stderr || levels !== null || since !== null || until !== null || tail !== null || onlyMatches
  )
}

function milliseconds(local: string): number | null {
  const time = Date.parse(local)
  return Number.isNaN(time) || time < 0 ? null : time
}

/** A moment as a `datetime-local` field spells it. */
export function localTime(ms: number): string {
  const date = new Date(ms - new Date(ms).getTimezoneOffset() * 60_000)
  return date.toISOString().slice(0, 23)
}
