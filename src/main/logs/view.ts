/**
 * What one page looks at: some containers, a filter, a query. Rows are the lines themselves while that is all there is to
 * it, and else what the scanning thread lists. Made by service.ts, which tells it when its lines change.
 */
import { randomUUID } from 'node:crypto'
import type { LogFilter, LogViewState } from '@shared/contract/logs'
import { LOG_LEVELS } from '@shared/docker/log-levels'
import { Pulse } from '../resources/pulse'
import { lowerBound } from './columns'
import type { ContainerLog } from './container-log'
import type { LogQuery } from './query'
import type { Scan, Scanner } from './scanner'
import { HIT, LINE, SOURCE } from './view-scan'

export interface Place {
  readonly source: number
  readonly line: number
}

export class LogView {
  readonly id = randomUUID()
  readonly logs: readonly ContainerLog[]
  readonly filter: LogFilter
  readonly query: LogQuery | null
  readonly changed = new Pulse()
  readonly #scanner: Scanner
  readonly #release: (() => void)[]
  /** Of each source the first line that `tail` lets through; null until that is known. */
  #tails: number[] | null
  #scan: Scan | null = null
  #facets = false
  #changedFrom = 0
  #opened = false

  constructor(logs: readonly ContainerLog[], filter: LogFilter, scanner: Scanner, now: number) {
    this.logs = logs
    this.filter = filter
    this.query =
      filter.query === ''
        ? null
        : { text: filter.query, regex: filter.regex, caseSensitive: filter.caseSensitive }
    this.#scanner = scanner
    this.#tails = filter.tail === null ? logs.map(() => 0) : null
    this.#release = logs.map((log) => log.acquire(now))
    this.update()
  }

  /** Lines or states of a container of this view changed. */
  update(): void {
    if (this.#tails === null && this.logs.every((log) => log.settled)) {
      this.#tails = this.logs.map(({ store }) =>
        Math.max(store.firstLine, store.endLine - (this.filter.tail ?? 0))
      )
    }
    if (this.#tails !== null && (!this.#opened || (this.json && !this.#facets))) this.reopen()
    for (const { store } of this.logs) this.#scanner.grew(store)
    this.changed.beat()
  }

  /** Everything is looked at anew: it begins elsewhere, or is looked at in another way. */
  reopen(): void {
    if (this.#tails === null) return
    this.#opened = true
    this.#changedFrom = 0
    this.#facets = this.json
    const previous = this.#scan
    this.#scan = this.#facets || this.listed || this.query !== null ? this.#openScan() : null
    previous?.close()
    this.changed.beat()
  }

  close(): void {
    this.#scan?.close()
    this.#scan = null
    for (const release of this.#release) release()
  }

  get json(): boolean {
    return this.logs.some((log) => log.json)
  }

  /** Whether rows are other than the lines of one container. */
  get listed(): boolean {
    const { stdout, stderr, levels, since, until, onlyMatches } = this.filter
    const all = stdout && stderr && levels === null && since === null && until === null
    return this.logs.length > 1 || !all || (onlyMatches && this.query !== null)
  }

  get firstRow(): number {
    const [log] = this.logs
    if (this.#tails === null || log === undefined) return 0
    return this.listed ? (this.#scan?.state.rows.start ?? 0) : Math.max(log.store.firstLine, this.#from(0))
  }

  get endRow(): number {
    if (this.#tails === null) return 0
    const end = this.listed ? (this.#scan?.state.rows.end ?? 0) : (this.logs[0]?.store.endLine ?? 0)
    return Math.max(end, this.firstRow)
  }

  /** Where a row's line is; null when it is not in memory. */
  place(row: number): Place | null {
    if (row < this.firstRow || row >= this.endRow) return null
    const rows = this.listed ? this.#scan?.state.rows : undefined
    const place =
      rows === undefined
        ? { source: 0, line: row }
        : { source: rows.at(SOURCE, row), line: rows.at(LINE, row) }
    const store = this.logs[place.source]?.store
    return store !== undefined && place.line >= store.firstLine && place.line < store.endLine ? place : null
  }

  isMatch(row: number): boolean {
    if (this.query === null || this.#scan === null) return false
    const { rows, matches } = this.#scan.state
    if (this.listed) return rows.at(HIT, row) === 1
    return matches.at(0, this.#matchAt(row)) === row
  }

  /** The matching row after or before `row`, going on at the other end. */
  match(row: number, direction: 'next' | 'previous'): { row: number; ordinal: number } | null {
    const matches = this.#scan?.state.matches
    if (this.query === null || matches === undefined || matches.end === matches.start) return null
    let at = this.#matchAt(direction === 'next' ? row + 1 : row) - (direction === 'next' ? 0 : 1)
    if (at >= matches.end) at = matches.start
    if (at < matches.start) at = matches.end - 1
    return { row: matches.at(0, at), ordinal: at - matches.start + 1 }
  }

  #matchAt(row: number): number {
    const matches = this.#scan?.state.matches
    if (matches === undefined) return 0
    return lowerBound((n) => matches.at(0, n), matches.start, matches.end, row)
  }

  ranges(texts: readonly string[]): Promise<readonly (readonly number[])[]> {
    return this.#scan?.ranges(texts) ?? Promise.resolve([])
  }

  /** What the page is told; rows that changed are told once. */
  takeState(): LogViewState {
    const scan = this.#scan?.state ?? null
    const [firstRow, endRow] = [this.firstRow, this.endRow]
    const changedFrom = Math.min(this.#changedFrom, endRow)
    this.#changedFrom = Infinity
    const error = scan?.error ?? null
    return {
      view: this.id,
      firstRow,
      endRow,
      changedFrom,
      matches:
        this.query === null
          ? null
          : scan === null || error !== null
            ? 0
            : scan.matches.end - scan.matches.start,
      searching: this.#tails === null || (scan !== null && !scan.done),
      problem: error === null ? null : { message: error.message, hint: error.hint ?? '' },
      sources: this.logs.map((log) => log.source),
      json: this.json,
      facets: scan?.facets ?? null,
      cleared: this.logs.some((log) => log.clearedBefore > log.store.firstLine)
    }
  }

  #from(source: number): number {
    return Math.max(this.#tails?.[source] ?? 0, this.logs[source]?.clearedBefore ?? 0)
  }

  #openScan(): Scan {
    const { stdout, stderr, levels, since, until, onlyMatches } = this.filter
    return this.#scanner.open(
      this.logs.map(({ store }) => store),
      {
        rows: this.listed,
        stdout,
        stderr,
        levels: levels === null ? null : LOG_LEVELS.map((level) => levels.includes(level)),
        since,
        until,
        query: this.query,
        onlyMatches,
        facets: this.#facets,
        from: this.logs.map((_, source) => this.#from(source))
      },
      (changedFrom) => {
        this.#changedFrom = Math.min(this.#changedFrom, changedFrom)
        this.changed.beat()
      }
    )
  }
}
