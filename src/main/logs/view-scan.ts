/**
 * Looks at the lines of a view in small steps: which pass the filter, which match the query, where they stand among those
 * of other containers by time. Runs in the scanning thread (scan-host.ts), knows no thread itself.
 */
import type { LogFacets } from '@shared/contract/logs'
import { Columns, lowerBound } from './columns'
import { FacetCounter } from './facets'
import { levelOf, NONE } from './level'
import { LineRuns } from './line-runs'
import { FLAG_STDERR, PAGE_LINES, type StoreReader } from './line-store'
import { compileQuery, type LogQuery, type Matcher } from './query'

/** What a view wants to know, as plain data. */
export interface ScanPlan {
  /** Whether rows are to be listed: not for one container without a filter, whose rows are its lines. */
  readonly rows: boolean
  readonly stdout: boolean
  readonly stderr: boolean
  /** Of each level of LOG_LEVELS whether it is shown; null: all. */
  readonly levels: readonly boolean[] | null
  readonly since: number | null
  readonly until: number | null
  readonly query: LogQuery | null
  readonly onlyMatches: boolean
  readonly facets: boolean
  /** Of each source: its first line. */
  readonly from: readonly number[]
}

/** Lines of one source looked at in one step, and bytes. */
const STEP_LINES = 16_384
const STEP_BYTES = 4 * 1024 * 1024

export const LINE = 0
export const SOURCE = 1
export const HIT = 2
const TIME = 3
const COLUMNS = [LINE, SOURCE, HIT, TIME] as const

interface Found {
  readonly source: number
  readonly line: number
  readonly hit: number
  readonly time: number
}

export class ViewScan {
  /** Columns LINE, SOURCE, HIT and the time by which rows are in order. */
  readonly rows = new Columns(4)
  /** Row numbers (line numbers when no rows are listed), ascending. */
  readonly matches = new Columns(1)
  /** The first row that is another one than when this was last set to Infinity. */
  changedFrom = Infinity
  readonly #plan: ScanPlan
  readonly #stores: readonly StoreReader[]
  readonly #matcher: Matcher | null
  /** Of each source, while something is searched. */
  readonly #runs: readonly LineRuns[]
  readonly #facets: FacetCounter | null
  /** Of each source: the next line to look at, and the time of the one before, which is never later. */
  readonly #next: number[]
  readonly #latest: number[]

  /** @throws AppError for a query that cannot be compiled. */
  constructor(plan: ScanPlan, stores: readonly StoreReader[]) {
    this.#plan = plan
    this.#stores = stores
    this.#matcher = plan.query === null ? null : compileQuery(plan.query)
    const matcher = this.#matcher
    this.#runs = matcher === null ? [] : stores.map((store) => new LineRuns(store, matcher))
    this.#facets = plan.facets ? new FacetCounter() : null
    this.#next = [...plan.from]
    this.#latest = plan.from.map(() => 0)
  }

  get facets(): LogFacets | null {
    return this.#facets?.facets ?? null
  }

  ranges(text: string, most: number): number[] {
    return this.#matcher?.ranges(text, most) ?? []
  }

  /** Looks at some more lines of every source; answers whether there are yet more. */
  step(): boolean {
    const found: Found[] = []
    let more = false
    this.#stores.forEach((store, source) => {
      const end = this.#scan(store, source, found)
      more ||= end < store.endLine
    })
    this.#forgetDropped()
    if (found.length === 0) return more
    if (this.#plan.rows) this.#merge(found)
    else this.#addMatches(found)
    return more
  }

  #scan(store: StoreReader, source: number, found: Found[]): number {
    let line = Math.max(this.#next[source] ?? 0, store.firstLine)
    const end = Math.min(store.endLine, line + STEP_LINES)
    for (let bytes = 0; line < end && bytes < STEP_BYTES; line += 1) {
      const page = store.page(line)
      const at = line % PAGE_LINES
      const time = (page.sec[at] as number) * 1000 + (page.nano[at] as number) / 1e6
      const stderr = ((page.flags[at] as number) & FLAG_STDERR) !== 0
      bytes += 64
      if (!this.#inTime(time) || !(stderr ? this.#plan.stderr : this.#plan.stdout)) continue
      bytes += page.length[at] as number
      const hit = this.#look(source, line, time)
      if (hit === null) continue
      const latest = (this.#latest[source] = Math.max(this.#latest[source] ?? 0, time))
      found.push({ source, line, hit, time: latest })
    }
    this.#next[source] = line
    return line
  }

  #inTime(time: number): boolean {
    const { since, until } = this.#plan
    return (since === null || time >= since) && (until === null || time <= until)
  }

  /** Whether the query matches (0 or 1); null when the line is not shown. */
  #look(source: number, line: number, time: number): number | null {
    const { levels, onlyMatches } = this.#plan
    const hit = this.#runs[source]?.matches(line) === true ? 1 : 0
    if (onlyMatches && this.#matcher !== null && hit === 0) return null
    if (this.#facets !== null || levels !== null) {
      const level = knownLevel(this.#stores[source] as StoreReader, line)
      this.#facets?.add(level, time)
      if (levels?.[level] === false) return null
    }
    return hit
  }

  #addMatches(found: readonly Found[]): void {
    for (const { hit, line } of found) {
      if (hit === 0) continue
      this.matches.extend(1)
      this.matches.set(0, this.matches.end - 1, line)
    }
  }

  /** Rows are in order of time, and those of one container as it wrote them: merged from the back, since late ones are few. */
  #merge(found: Found[]): void {
    const { rows } = this
    if (this.#stores.length > 1)
      found.sort((a, b) => a.time - b.time || a.source - b.source || a.line - b.line)
    const before = rows.end
    rows.extend(found.length)
    let [old, to] = [before - 1, rows.end - 1]
    for (let next = found.length - 1; next >= 0; to -= 1) {
      const one = found[next] as Found
      if (old >= rows.start && rows.at(TIME, old) > one.time) {
        for (const column of COLUMNS) rows.set(column, to, rows.at(column, old))
        old -= 1
      } else {
        rows.set(LINE, to, one.line)
        rows.set(SOURCE, to, one.source)
        rows.set(HIT, to, one.hit)
        rows.set(TIME, to, one.time)
        next -= 1
      }
    }
    if (to + 1 < before) this.changedFrom = Math.min(this.changedFrom, to + 1)
    if (this.#matcher !== null) this.#matchRows(to + 1)
  }

  #matchRows(from: number): void {
    const { rows, matches } = this
    matches.end = lowerBound((n) => matches.at(0, n), matches.start, matches.end, from)
    for (let row = from; row < rows.end; row += 1) {
      if (rows.at(HIT, row) !== 1) continue
      matches.extend(1)
      matches.set(0, matches.end - 1, row)
    }
  }

  /** Rows whose lines are no longer in memory go from the front. */
  #forgetDropped(): void {
    const { rows, matches } = this
    if (this.#plan.rows) {
      while (rows.start < rows.end && this.#isGone(rows.start)) rows.start += 1
    }
    const first = this.#plan.rows ? rows.start : (this.#stores[0]?.firstLine ?? 0)
    while (matches.start < matches.end && matches.at(0, matches.start) < first) matches.start += 1
  }

  #isGone(row: number): boolean {
    const store = this.#stores[this.rows.at(SOURCE, row)]
    return store === undefined || this.rows.at(LINE, row) < store.firstLine
  }
}

function knownLevel(store: StoreReader, line: number): number {
  const page = store.page(line)
  const at = line % PAGE_LINES
  const known = page.level[at] as number
  if (known > 0) return known - 1
  // 123 is `{`: most lines that are no JSON are told from it by one byte.
  const level =
    store.bytes(line, 1)[0] === 123 || store.bytes(line, 1)[0] === 32 ? levelOf(store.text(line)) : NONE
  page.level[at] = level + 1
  return level
}
