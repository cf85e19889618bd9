/**
 * The scanning thread's side: follows the stores it is told of and works on the views in turn, a step at a time, so that
 * it hears of a closed view soon. scan-worker.ts runs it in a thread, tests run it on any port.
 */
import { toAppError, toPlain } from '@shared/errors'
import type { Columns } from './columns'
import { SharedStore } from './line-store'
import type { ColumnsNews, FromScan, ToScan } from './scan-messages'
import { ViewScan } from './view-scan'

/** Matches marked in one line. */
const MOST_RANGES = 500

interface Open {
  readonly scan: ViewScan
  readonly stores: readonly number[]
  waiting: boolean
  told: [rows: number, matches: number]
}

export class ScanHost {
  readonly #post: (message: FromScan) => void
  readonly #stores = new Map<number, SharedStore>()
  readonly #views = new Map<number, Open>()
  #current = new Int32Array(new SharedArrayBuffer(4))
  #running = false

  constructor(post: (message: FromScan) => void) {
    this.#post = post
  }

  receive(message: ToScan): void {
    switch (message.type) {
      case 'begin':
        this.#current = new Int32Array(message.current)
        return
      case 'share':
        this.#store(message.store).apply(message.event)
        return
      case 'extent':
        this.#extend(message.store, message.firstLine, message.endLine)
        break
      case 'forget':
        this.#stores.delete(message.store)
        return
      case 'open':
        this.#open(message)
        break
      case 'close':
        this.#views.delete(message.view)
        return
      case 'ranges':
        this.#ranges(message)
        break
    }
    if (!this.#running) void this.#run()
  }

  #store(number: number): SharedStore {
    const known = this.#stores.get(number)
    if (known !== undefined) return known
    const store = new SharedStore()
    this.#stores.set(number, store)
    return store
  }

  #extend(number: number, firstLine: number, endLine: number): void {
    const store = this.#store(number)
    store.firstLine = Math.max(store.firstLine, firstLine)
    store.endLine = endLine
    for (const view of this.#views.values()) if (view.stores.includes(number)) view.waiting = true
  }

  #open({ view, stores, plan }: ToScan & { type: 'open' }): void {
    try {
      const scan = new ViewScan(
        plan,
        stores.map((number) => this.#store(number))
      )
      this.#views.set(view, { scan, stores, waiting: true, told: [-1, -1] })
    } catch (thrown) {
      this.#post({ type: 'failed', view, error: toPlain(toAppError(thrown)) })
    }
  }

  #ranges({ view, request, texts }: ToScan & { type: 'ranges' }): void {
    this.#current[0] = view
    const scan = this.#views.get(view)?.scan
    const ranges = texts.map((text) => scan?.ranges(text, MOST_RANGES) ?? [])
    this.#current[0] = 0
    this.#post({ type: 'ranges', request, ranges })
  }

  async #run(): Promise<void> {
    this.#running = true
    for (let busy = true; busy;) {
      busy = false
      for (const [number, view] of [...this.#views]) {
        if (!view.waiting || !this.#views.has(number)) continue
        this.#step(number, view)
        busy = true
        await new Promise((resolve) => setImmediate(resolve))
      }
    }
    this.#running = false
    this.#post({ type: 'idle' })
  }

  #step(number: number, view: Open): void {
    const { scan } = view
    this.#current[0] = number
    view.waiting = scan.step()
    this.#current[0] = 0
    this.#post({
      type: 'state',
      view: number,
      rows: news(scan.rows, view.told, 0),
      matches: news(scan.matches, view.told, 1),
      changedFrom: Number.isFinite(scan.changedFrom) ? scan.changedFrom : null,
      facets: scan.facets,
      done: !view.waiting
    })
    scan.changedFrom = Infinity
  }
}

function news(columns: Columns, told: [number, number], at: 0 | 1): ColumnsNews {
  const known = told[at] === columns.generation
  told[at] = columns.generation
  return { ...columns.state, buffers: known ? null : [...columns.buffers] }
}
