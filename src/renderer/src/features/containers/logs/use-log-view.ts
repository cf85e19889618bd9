/**
 * The page's side of a view: its state as main tells it, and the rows that are shown, read when they come into sight. One
 * read is under way at a time and the newest wish wins, so that scrolling through a million lines asks for no more than
 * can be seen.
 */
import {
  computed,
  onScopeDispose,
  shallowRef,
  toValue,
  watch,
  type MaybeRefOrGetter,
  type Ref,
  type ShallowRef
} from 'vue'
import type { LogFilter, LogRow, LogViewState } from '@shared/contract/logs'
import type { AppError } from '@shared/errors'
import { api } from '@/api'
import { useStream } from '@/composables/use-stream'

export interface LogViewSource {
  readonly id: string
  readonly name: string
}

export interface LogView {
  readonly state: Readonly<Ref<LogViewState | null>>
  readonly error: Readonly<Ref<AppError | null>>
  /** Lines a second of late. */
  readonly rate: Readonly<Ref<number>>
  /** Changes when rows were read. */
  readonly version: Readonly<Ref<number>>
  /** A row that has been read; undefined until then. */
  row(row: number): LogRow | undefined
  /** The rows that can be seen now. */
  want(from: number, to: number): void
}

/** Rows read beyond those in sight, on either side. */
const AHEAD = 60
const MOST_KEPT = 3000

export function useLogView(
  sources: MaybeRefOrGetter<readonly LogViewSource[]>,
  filter: MaybeRefOrGetter<LogFilter>,
  enabled: MaybeRefOrGetter<boolean>
): LogView {
  const state = shallowRef<LogViewState | null>(null)
  const rate = shallowRef(0)
  const rows = new RowCache()
  const measure = rateMeter()

  const shown = showInPace(rows, state)

  function apply(next: LogViewState): void {
    rate.value = measure(next)
    shown.take(next)
  }

  const { error } = useStream(
    () => api.logs.watch({ sources: [...toValue(sources)], filter: toValue(filter) }),
    apply,
    { whenHidden: 'close', enabled: () => toValue(enabled) && toValue(sources).length > 0 }
  )
  // Other containers are another log: their rows must not be shown for a moment longer.
  watch(
    () =>
      toValue(sources)
        .map(({ id }) => id)
        .join(),
    () => {
      shown.forget()
      rows.clear()
    }
  )
  onScopeDispose(() => rows.clear())
  return {
    state: computed(() => state.value),
    error,
    rate: computed(() => rate.value),
    version: computed(() => rows.version.value),
    row: (row) => rows.get(row),
    want(from, to) {
      rows.want(from, to)
      if (state.value !== null) rows.fill(state.value)
    }
  }
}

/** Puts what main tells into `state`, with its rows where they are seen at once. */
function showInPace(rows: RowCache, state: ShallowRef<LogViewState | null>) {
  /** What main told last, and which one of its words that was. */
  let latest: LogViewState | null = null
  let told = 0
  let shown = 0
  let readingAhead = false

  function take(next: LogViewState): void {
    told += 1
    latest = next
    const now = state.value
    if (next.view === now?.view) rows.forgetFrom(next.changedFrom)
    else rows.renew(next.view)
    if (next.view !== now?.view || !rows.reach(now.endRow)) show(next, told)
    else if (!readingAhead) void readAhead(next, told)
  }

  function show(next: LogViewState, which: number): void {
    if (which < shown) return
    shown = which
    state.value = next
    rows.fill(next)
  }

  /** Who follows is shown new lines once they have been read: drawn twice, and empty at first, they would flicker. */
  async function readAhead(next: LogViewState, which: number): Promise<void> {
    readingAhead = true
    await rows.readEnd(next)
    readingAhead = false
    if (latest?.view === next.view) show(next, which)
    if (latest !== null && latest !== next) void readAhead(latest, told)
  }

  function forget(): void {
    latest = null
    state.value = null
  }
  return { take, forget }
}

class RowCache {
  readonly version = shallowRef(0)
  #view = ''
  #rows = new Map<number, LogRow>()
  /** Of the view before, shown until the first rows of this one are here. */
  #before: ReadonlyMap<number, LogRow> = new Map()
  #wanted: readonly [number, number] = [0, 0]
  #there: readonly [number, number] = [0, 0]
  #reading = false

  get(row: number): LogRow | undefined {
    return this.#rows.get(row) ?? this.#before.get(row)
  }

  want(from: number, to: number): void {
    this.#wanted = [from, to]
  }

  /** Whether the last of so many rows can be seen. */
  reach(endRow: number): boolean {
    const [from, to] = this.#wanted
    return from < to && to >= endRow
  }

  /** Reads as many of the last rows as are wanted, without those that are here. */
  async readEnd({ view, firstRow, endRow }: LogViewState): Promise<void> {
    const [from, to] = this.#wanted
    let start = Math.max(firstRow, endRow - (to - from))
    while (start < endRow && this.#rows.has(start)) start += 1
    if (start === endRow) return
    const rows = await api.logs.read({ view, from: start, to: endRow }).catch(() => null)
    if (rows !== null && view === this.#view) this.#take(rows)
  }

  clear(): void {
    this.#view = ''
    this.#rows = new Map()
    this.#before = new Map()
    this.version.value += 1
  }

  renew(view: string): void {
    this.#view = view
    if (this.#rows.size > 0) this.#before = this.#rows
    this.#rows = new Map()
  }

  forgetFrom(row: number): void {
    for (const known of [...this.#rows.keys()]) if (known >= row) this.#rows.delete(known)
  }

  /** Reads what is wanted and missing, within what there is. */
  fill({ firstRow, endRow }: { readonly firstRow: number; readonly endRow: number }): void {
    this.#there = [firstRow, endRow]
    if (!this.#reading) void this.#read()
  }

  async #read(): Promise<void> {
    this.#reading = true
    try {
      for (let view = this.#view; view !== ''; view = this.#view) {
        const [first, end] = this.#there
        const missing = this.#missing(Math.max(first, this.#wanted[0]), Math.min(end, this.#wanted[1]))
        if (missing === null) return
        const from = Math.max(first, missing[0] - AHEAD)
        const to = Math.min(end, missing[1] + AHEAD)
        // A view that was closed meanwhile has a successor, which is asked then.
        const rows = await api.logs.read({ view, from, to }).catch(() => null)
        if (view !== this.#view) continue
        if (rows === null || rows.length === 0) return
        this.#take(rows)
      }
    } finally {
      this.#reading = false
    }
  }

  #missing(from: number, to: number): [number, number] | null {
    let [start, end] = [from, to]
    while (start < end && this.#rows.has(start)) start += 1
    while (end > start && this.#rows.has(end - 1)) end -= 1
    return start < end ? [start, end] : null
  }

  #take(rows: readonly LogRow[]): void {
    for (const row of rows) this.#rows.set(row.row, row)
    this.#before = new Map()
    if (this.#rows.size > MOST_KEPT) this.#prune()
    this.version.value += 1
  }

  #prune(): void {
    const [from, to] = this.#wanted
    for (const row of [...this.#rows.keys()]) {
      if (row < from - AHEAD * 4 || row > to + AHEAD * 4) this.#rows.delete(row)
    }
  }
}

const RATE_WINDOW_MS = 1000

/** Rows a second, over windows of a second. */
function rateMeter(): (state: LogViewState) => number {
  let [view, since, from, rate] = ['', 0, 0, 0]
  return ({ view: current, endRow }) => {
    const now = performance.now()
    if (current !== view) [view, since, from] = [current, now, endRow]
    const elapsed = now - since
    if (elapsed >= RATE_WINDOW_MS) {
      rate = ((endRow - from) * 1000) / elapsed
      ;[since, from] = [now, endRow]
    } else rate = Math.max(rate, endRow - from)
    return rate
  }
}
