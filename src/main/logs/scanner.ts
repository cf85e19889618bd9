/**
 * Main's side of the scanning thread: started with the first view that needs it, ended with the last. A pattern that keeps
 * the thread from answering ends the thread: the view it was for fails with a sentence, all others are scanned anew, and
 * no line is lost, because the lines are in main's memory.
 */
import type { LogFacets } from '@shared/contract/logs'
import { AppError, fromPlain } from '@shared/errors'
import { Columns } from './columns'
import type { LineStore } from './line-store'
import type { ColumnsNews, FromScan, ToScan } from './scan-messages'
import type { ScanPlan } from './view-scan'

/** A thread, or what stands in for one. */
export interface ScanThread {
  post(message: ToScan): void
  onMessage(listener: (message: FromScan) => void): void
  /** It ended by itself. */
  onFailure(listener: (error: unknown) => void): void
  end(): void
}

export interface ScanState {
  /** Read only; the thread writes it. */
  readonly rows: Columns
  readonly matches: Columns
  facets: LogFacets | null
  done: boolean
  error: AppError | null
}

interface ScanView {
  readonly number: number
  readonly stores: readonly LineStore[]
  readonly plan: ScanPlan
  readonly state: ScanState
  readonly onChange: (changedFrom: number) => void
}

export interface Scan {
  readonly state: ScanState
  /** Of each text where the query matches; empty when the thread did not answer. */
  ranges(texts: readonly string[]): Promise<readonly (readonly number[])[]>
  close(): void
}

export class Scanner {
  readonly #start: () => ScanThread
  readonly #deadlineMs: number
  readonly #views = new Map<number, ScanView>()
  readonly #stores = new Map<LineStore, number>()
  readonly #grown = new Set<LineStore>()
  readonly #asked = new Map<number, (ranges: readonly (readonly number[])[]) => void>()
  #thread: ScanThread | null = null
  #current = new Int32Array(new SharedArrayBuffer(4))
  #idle = true
  #watchdog: ReturnType<typeof setTimeout> | null = null
  #lastNumber = 0

  constructor(start: () => ScanThread, deadlineMs = 3000) {
    this.#start = start
    this.#deadlineMs = deadlineMs
  }

  /** Whether a thread runs; for tests and counters. */
  get running(): boolean {
    return this.#thread !== null
  }

  /** `onChange` is told the first row that may have become another one. */
  open(stores: readonly LineStore[], plan: ScanPlan, onChange: (changedFrom: number) => void): Scan {
    const number = (this.#lastNumber += 1)
    const state: ScanState = {
      rows: new Columns(4),
      matches: new Columns(1),
      facets: null,
      done: false,
      error: null
    }
    const view: ScanView = { number, stores, plan, state, onChange }
    this.#views.set(number, view)
    if (this.#thread === null) this.#begin()
    else this.#send(view)
    return {
      state,
      ranges: (texts) => this.#ranges(number, texts),
      close: () => this.#close(number)
    }
  }

  /** There are more lines, or fewer. */
  grew(store: LineStore): void {
    if (!this.#stores.has(store)) return
    this.#grown.add(store)
    if (this.#idle) this.#tellGrown()
  }

  #begin(): void {
    const thread = this.#start()
    this.#thread = thread
    this.#stores.clear()
    this.#current = new Int32Array(new SharedArrayBuffer(4))
    thread.onMessage((message) => {
      if (this.#thread === thread) this.#receive(message)
    })
    thread.onFailure((cause) => {
      if (this.#thread === thread) this.#failed(cause)
    })
    thread.post({ type: 'begin', current: this.#current.buffer })
    for (const view of this.#views.values()) this.#send(view)
  }

  #send(view: ScanView): void {
    if (view.state.error !== null) return
    for (const store of view.stores) this.#share(store)
    const stores = view.stores.map((store) => this.#stores.get(store) ?? 0)
    this.#post({ type: 'open', view: view.number, stores, plan: view.plan })
  }

  #share(store: LineStore): void {
    if (this.#stores.has(store)) return
    const number = (this.#lastNumber += 1)
    this.#stores.set(store, number)
    const tell = (event: Parameters<NonNullable<LineStore['onShare']>>[0]): void => {
      this.#thread?.post({ type: 'share', store: number, event })
    }
    for (const event of store.shared()) tell(event)
    store.onShare = tell
    this.#post({ type: 'extent', store: number, firstLine: store.firstLine, endLine: store.endLine })
  }

  #tellGrown(): void {
    for (const store of this.#grown) {
      const number = this.#stores.get(store)
      if (number === undefined) continue
      this.#post({ type: 'extent', store: number, firstLine: store.firstLine, endLine: store.endLine })
    }
    this.#grown.clear()
  }

  #post(message: ToScan): void {
    this.#thread?.post(message)
    this.#idle = false
    if (this.#watchdog === null) this.#watch()
  }

  #ranges(view: number, texts: readonly string[]): Promise<readonly (readonly number[])[]> {
    const open = this.#views.get(view)
    if (open === undefined || open.state.error !== null) return Promise.resolve([])
    const request = (this.#lastNumber += 1)
    return new Promise((resolve) => {
      this.#asked.set(request, resolve)
      this.#post({ type: 'ranges', view, request, texts })
    })
  }

  #close(number: number): void {
    const view = this.#views.get(number)
    if (view === undefined) return
    this.#views.delete(number)
    this.#thread?.post({ type: 'close', view: number })
    for (const store of view.stores) this.#release(store)
    if (this.#views.size === 0) this.#end()
  }

  #release(store: LineStore): void {
    const number = this.#stores.get(store)
    if (number === undefined || [...this.#views.values()].some((view) => view.stores.includes(store))) return
    this.#stores.delete(store)
    store.onShare = null
    this.#thread?.post({ type: 'forget', store: number })
  }

  #end(): void {
    for (const store of this.#stores.keys()) store.onShare = null
    this.#stores.clear()
    this.#grown.clear()
    this.#thread?.end()
    this.#thread = null
    this.#idle = true
    this.#unwatch()
    for (const answer of this.#asked.values()) answer([])
    this.#asked.clear()
  }

  #receive(message: FromScan): void {
    this.#unwatch()
    if (message.type === 'idle') this.#idle = true
    else if (message.type === 'ranges') {
      this.#asked.get(message.request)?.(message.ranges)
      this.#asked.delete(message.request)
    } else this.#apply(message)
    this.#tellGrown()
    if (!this.#idle && this.#watchdog === null) this.#watch()
  }

  #apply(message: FromScan & { type: 'state' | 'failed' }): void {
    const view = this.#views.get(message.view)
    if (view === undefined) return
    const { state } = view
    if (message.type === 'failed') {
      state.error = fromPlain(message.error)
      state.done = true
      view.onChange(Infinity)
      return
    }
    take(state.rows, message.rows)
    take(state.matches, message.matches)
    state.facets = message.facets
    state.done = message.done
    view.onChange(message.changedFrom ?? Infinity)
  }

  #watch(): void {
    this.#watchdog = setTimeout(() => {
      this.#watchdog = null
      const culprit = this.#views.get(Atomics.load(this.#current, 0))
      // Not at work: the machine is slow, or what it was at has just ended.
      if (culprit === undefined) this.#watch()
      else this.#blame(culprit, tooSlow())
    }, this.#deadlineMs)
  }

  #unwatch(): void {
    if (this.#watchdog !== null) clearTimeout(this.#watchdog)
    this.#watchdog = null
  }

  #failed(cause: unknown): void {
    const culprit = this.#views.get(Atomics.load(this.#current, 0)) ?? [...this.#views.values()].at(-1)
    if (culprit !== undefined) this.#blame(culprit, brokeOff(cause))
  }

  #blame(culprit: ScanView, error: AppError): void {
    this.#end()
    culprit.state.error = error
    culprit.state.done = true
    const others = [...this.#views.values()].filter((view) => view.state.error === null)
    if (others.length > 0) this.#begin()
    culprit.onChange(Infinity)
    for (const view of others) view.onChange(0)
  }
}

function take(columns: Columns, { base, start, end, buffers }: ColumnsNews): void {
  if (buffers !== null) columns.values = buffers.map((buffer) => new Float64Array(buffer))
  Object.assign(columns, { base, start, end })
}

const tooSlow = (): AppError =>
  new AppError('Deadline', 'This pattern takes too long on these lines.', {
    hint: 'Make it simpler: nested repetitions such as (a+)+ are what usually takes long.'
  })

const brokeOff = (cause: unknown): AppError =>
  new AppError('System', 'The search broke off.', { hint: 'Search for something shorter.', cause })
