/**
 * A watched collection: the cached rows, what is known to be stale in them, and the readers that want to hear of it.
 * session.ts says when an engine is there and what its events touched; handlers read it through {@link watch}.
 * Nothing is fetched while no reader waits (but for an eager collection's first list): stale ids are only remembered.
 */
import { toAppError, type AppError } from '@shared/errors'
import { mergePatches, type Change, type Identified, type Patch } from '@shared/patch'
import { isEmpty, ResourceCache } from './cache'
import { Coalescer, type CoalescerTiming } from './coalescer'

/** How to read the rows of the engine that is connected. */
export interface RowSource<T> {
  list(signal: AbortSignal): Promise<readonly T[]>
  /** The rows of these ids; left out for kinds that can only be listed whole. */
  byId?(ids: readonly string[], signal: AbortSignal): Promise<readonly T[]>
}

/** More stale ids than this and the whole list is read instead: one request, and about as fast. */
const MAX_STALE_IDS = 200
const RETRY_MS = 500
/** So many failures in a row are no passing fault: the readers get the error. */
const MAX_FAILURES = 3

/** A reader: what it has not been told yet, and how to wake it while it waits. */
interface Reader<T> {
  pending: 'snapshot' | Patch<T> | null
  failure: AppError | null
  wake: (() => void) | null
}

export class WatchedCollection<T extends Identified> {
  readonly counters = { fetches: 0, patches: 0, snapshots: 0 }
  readonly #cache = new ResourceCache<T>()
  readonly #readers = new Set<Reader<T>>()
  readonly #coalescer: Coalescer
  readonly #onError: (error: AppError) => void
  #source: RowSource<T> | null = null
  #run = new AbortController()
  #stale: Set<string> | 'all' = 'all'
  /** Ids destroyed while a fetch was under way: its rows for them are from the past. */
  readonly #gone = new Set<string>()
  #everListed = false
  #resting = false
  #fetching = false
  #failures = 0

  readonly #eager: boolean

  constructor(
    options: {
      readonly timing?: CoalescerTiming
      readonly onError?: (error: AppError) => void
      /** Reads the first list before anybody asks: the page asks as soon as it is there, and need not wait for it then. */
      readonly eager?: boolean
    } = {}
  ) {
    this.#eager = options.eager ?? false
    this.#coalescer = new Coalescer(() => this.#fetch(), options.timing)
    this.#onError = options.onError ?? (() => undefined)
  }

  /** The rows as last read; for handlers that need a name or a state at hand. */
  get rows(): ReadonlyMap<string, T> {
    return this.#cache.rows
  }

  /** An engine is there (again): everything is stale, and readers get a new snapshot. */
  online(source: RowSource<T>): void {
    this.offline()
    this.#run = new AbortController()
    this.#source = source
    this.#stale = 'all'
    this.#failures = 0
    for (const reader of this.#readers) reader.pending = 'snapshot'
    this.#touched()
  }

  /** The engine went away: rows stay as they were last seen. */
  offline(): void {
    this.#source = null
    this.#run.abort()
    this.#coalescer.cancel()
    this.#gone.clear()
  }

  /** Nobody looks: nothing is read and no reader is woken, what happens meanwhile is remembered. */
  rest(): void {
    this.#resting = true
  }

  get resting(): boolean {
    return this.#resting
  }

  /** Somebody looks again. */
  wake(): void {
    if (!this.#resting) return
    this.#resting = false
    this.#touched()
    this.#wakeReaders()
  }

  /** Whether the row of `id` is as it was last read, with nothing about it under way or known to be stale. */
  isSettled(id: string): boolean {
    return !this.#fetching && this.#stale !== 'all' && !this.#stale.has(id)
  }

  touch(id: string): void {
    if (this.#stale !== 'all') this.#stale.add(id)
    this.#touched()
  }

  touchAll(): void {
    this.#stale = 'all'
    this.#touched()
  }

  /** The object is gone for good; that needs no request. */
  remove(id: string): void {
    if (this.#fetching) this.#gone.add(id)
    if (this.#stale !== 'all') this.#stale.delete(id)
    this.#deliver(this.#cache.replaceSome([id], []))
  }

  /** A snapshot, then merged patches, until the signal aborts. Lives across engine runs. */
  async *watch(signal: AbortSignal): AsyncGenerator<Change<T>, void, undefined> {
    const reader: Reader<T> = { pending: 'snapshot', failure: null, wake: null }
    this.#readers.add(reader)
    const wake = () => reader.wake?.()
    signal.addEventListener('abort', wake)
    try {
      while (!signal.aborted) {
        const change = this.#take(reader)
        if (change !== null) yield change
        else await this.#wait(reader)
      }
    } finally {
      signal.removeEventListener('abort', wake)
      this.#readers.delete(reader)
    }
  }

  #take(reader: Reader<T>): Change<T> | null {
    if (reader.failure !== null) {
      const error = reader.failure
      reader.failure = null
      throw error
    }
    const { pending } = reader
    if (pending === null) return null
    if (pending !== 'snapshot') {
      reader.pending = null
      this.counters.patches += 1
      return pending
    }
    // With an engine there the snapshot waits for its list; without one the last rows are the best there is.
    if (!this.#everListed || (this.#source !== null && this.#stale === 'all')) return null
    reader.pending = null
    this.counters.snapshots += 1
    return { type: 'snapshot', items: [...this.#cache.rows.values()] }
  }

  #wait(reader: Reader<T>): Promise<void> {
    return new Promise((resolve) => {
      reader.wake = () => {
        reader.wake = null
        resolve()
      }
      this.#touched()
    })
  }

  #touched(): void {
    if (this.#source !== null && this.#hasStale() && this.#someoneWaits()) this.#coalescer.touch()
  }

  #hasStale(): boolean {
    return this.#stale === 'all' || this.#stale.size > 0
  }

  #someoneWaits(): boolean {
    if (this.#resting) return false
    if (this.#eager && !this.#everListed) return true
    for (const reader of this.#readers) if (reader.wake !== null) return true
    return false
  }

  async #fetch(): Promise<void> {
    const source = this.#source
    if (source === null || !this.#hasStale() || !this.#someoneWaits()) return
    const run = this.#run
    const stale = this.#stale
    this.#stale = new Set()
    this.#gone.clear()
    this.#fetching = true
    try {
      const patch = await this.#read(source, stale, run.signal)
      if (run.signal.aborted) return
      this.#failures = 0
      this.#deliver(patch)
    } catch (error) {
      if (!run.signal.aborted) this.#failed(stale, toAppError(error))
    } finally {
      this.#fetching = false
    }
  }

  async #read(
    source: RowSource<T>,
    stale: ReadonlySet<string> | 'all',
    signal: AbortSignal
  ): Promise<Patch<T>> {
    this.counters.fetches += 1
    if (stale === 'all' || source.byId === undefined || stale.size > MAX_STALE_IDS) {
      const rows = this.#present(await source.list(signal))
      if (signal.aborted) return { type: 'patch', upserts: [], removes: [] }
      this.#everListed = true
      return this.#cache.replaceAll(rows)
    }
    const rows = this.#present(await source.byId([...stale], signal))
    if (signal.aborted) return { type: 'patch', upserts: [], removes: [] }
    return this.#cache.replaceSome(stale, rows)
  }

  #present(rows: readonly T[]): readonly T[] {
    return this.#gone.size === 0 ? rows : rows.filter((row) => !this.#gone.has(row.Id))
  }

  #deliver(patch: Patch<T>): void {
    const empty = isEmpty(patch)
    for (const reader of this.#readers) {
      if (!empty && reader.pending !== 'snapshot') {
        reader.pending = reader.pending === null ? patch : mergePatches(reader.pending, patch)
      }
    }
    this.#wakeReaders()
  }

  #wakeReaders(): void {
    if (this.#resting) return
    for (const reader of this.#readers) if (reader.pending !== null) reader.wake?.()
  }

  /** What was to be read stays stale; it is tried again, and after several failures the readers hear why. */
  #failed(stale: ReadonlySet<string> | 'all', error: AppError): void {
    this.#stale = stale === 'all' || this.#stale === 'all' ? 'all' : new Set([...stale, ...this.#stale])
    this.#failures += 1
    this.#onError(error)
    if (this.#failures < MAX_FAILURES) {
      // The coalescer is acting right now: a plain touch would be tried again at once.
      setTimeout(() => this.#touched(), RETRY_MS * this.#failures)
      return
    }
    this.#failures = 0
    for (const reader of this.#readers) {
      reader.failure = error
      reader.wake?.()
    }
  }
}
