/**
 * The logs of all containers that were looked at since the app started: one reader each however many views there are, lines
 * kept within bounds after nobody looks any more, also of containers that are gone. Handlers open views here.
 */
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { LogFilter, LogRow, LogViewState } from '@shared/contract/logs'
import type { ContainerState } from '@shared/docker/container'
import { AppError } from '@shared/errors'
import type { EngineSession } from '../resources/session'
import { pause } from '../resources/pause'
import { ContainerLog } from './container-log'
import { exportJob, type ExportJob, type ExportOptions } from './export'
import type { OtherLogs } from './feed'
import { LineStore, type StoreLimits } from './line-store'
import { LogReader } from './reader'
import { readRows, rowText, type TextOptions } from './row'
import { Scanner, type ScanThread } from './scanner'
import { LogView } from './view'

/** The page is told at most so often. */
const TELL_MS = 40
/** Of lines that come faster than anybody reads, less often: drawing each few of them takes time from what writes them. */
const FLOOD_TELL_MS = 120
const FLOOD_ROWS = 100
const MOST_ROWS = 1000
const MOST_COPIED = 16 * 1024 * 1024
const SLICE_MS = 8

/** Two million lines or 256 MiB of one container, twice that of all together. */
export const LOG_LIMITS: StoreLimits & { readonly maxTotalBytes: number } = {
  maxLines: 2_000_000,
  maxBytes: 256 * 1024 * 1024,
  maxTotalBytes: 512 * 1024 * 1024
}

const ALIVE: ReadonlySet<ContainerState> = new Set(['running', 'paused', 'restarting'])

export interface LogServiceDeps {
  readonly session: Pick<EngineSession, 'client' | 'containers' | 'watchContainers'>
  readonly startScan: () => ScanThread
  readonly limits?: typeof LOG_LIMITS
  /** Lines that others write and keep. */
  readonly others?: OtherLogs
}

export interface ViewParams {
  readonly sources: readonly { readonly id: string; readonly name: string }[]
  readonly filter: LogFilter
}

export class LogService {
  readonly #session: LogServiceDeps['session']
  readonly #limits: typeof LOG_LIMITS
  readonly #others: OtherLogs | undefined
  readonly #scanner: Scanner
  readonly #logs = new Map<string, ContainerLog>()
  readonly #views = new Map<string, LogView>()
  #following: AbortController | null = null
  /** The containers of the engine are known. */
  #listed = false

  constructor({ session, startScan, limits = LOG_LIMITS, others }: LogServiceDeps) {
    this.#session = session
    this.#others = others
    this.#limits = limits
    this.#scanner = new Scanner(startScan)
  }

  /** What is open now; for tests. */
  get counters(): {
    readonly views: number
    readonly readers: number
    readonly logs: number
    readonly thread: boolean
  } {
    const readers = [...this.#logs.values()].filter(({ reader }) => reader.running).length
    return { views: this.#views.size, readers, logs: this.#logs.size, thread: this.#scanner.running }
  }

  /** Opens a view for as long as the signal lasts. */
  async *watch(
    { sources, filter }: ViewParams,
    signal: AbortSignal
  ): AsyncGenerator<LogViewState, void, undefined> {
    const logs = sources.map(({ id, name }) => this.#log(id, name))
    const view = new LogView([...new Set(logs)], filter, this.#scanner, performance.now())
    this.#views.set(view.id, view)
    this.#follow()
    let told = 0
    try {
      while (!signal.aborted) {
        const seen = view.changed.beats
        const state = view.takeState()
        const wait = state.endRow - told > FLOOD_ROWS ? FLOOD_TELL_MS : TELL_MS
        told = state.endRow
        yield state
        if (!(await view.changed.beyond(seen, signal)) || !(await pause(wait, signal))) return
      }
    } finally {
      this.#views.delete(view.id)
      view.close()
      this.#letGo()
      if (this.#views.size === 0) this.#unfollow()
    }
  }

  /** @throws AppError `NotFound` when the view is closed. */
  view(id: string): LogView {
    const view = this.#views.get(id)
    if (view !== undefined) return view
    throw new AppError('NotFound', 'These lines are not open any more.', { hint: 'Open the log again.' })
  }

  async read(id: string, from: number, to: number, whole: boolean): Promise<LogRow[]> {
    return await readRows(this.view(id), from, Math.min(to, from + (whole ? 1 : MOST_ROWS)), whole)
  }

  /** The rows as text, a line each. */
  async text(
    id: string,
    from: number,
    to: number,
    options: TextOptions
  ): Promise<{ text: string; lines: number }> {
    const view = this.view(id)
    const texts: string[] = []
    let size = 0
    let sliceStart = performance.now()
    for (let row = Math.max(from, view.firstRow); row < Math.min(to, view.endRow); row += 1) {
      const text = rowText(view, row, options)
      if (text === null) continue
      texts.push(text)
      size += text.length + 1
      if (size > MOST_COPIED) throw tooMuch()
      if (performance.now() - sliceStart < SLICE_MS) continue
      await nextTurn()
      sliceStart = performance.now()
    }
    return { text: texts.join('\n'), lines: texts.length }
  }

  /** Lets every view of these containers begin after what is there now, or at the beginning again. */
  clear(id: string, cleared: boolean): void {
    const { logs } = this.view(id)
    for (const log of logs) log.clearedBefore = cleared ? log.store.endLine : 0
    for (const view of this.#views.values()) if (view.logs.some((log) => logs.includes(log))) view.reopen()
  }

  export(id: string, options: ExportOptions): ExportJob {
    return exportJob(this.view(id), options)
  }

  /** The app quits. */
  dispose(): void {
    for (const view of this.#views.values()) view.close()
    this.#views.clear()
    for (const log of this.#logs.values()) log.rest()
    this.#unfollow()
  }

  #log(id: string, name: string): ContainerLog {
    const log = this.#logs.get(id) ?? this.#open(id)
    log.name = name
    this.#logs.set(id, log)
    return log
  }

  #open(id: string): ContainerLog {
    const onChange = (): void => this.#changed(id)
    if (this.#others?.owns(id) === true) {
      const { store, reader } = this.#others.open(id, onChange)
      return new ContainerLog(id, store, reader)
    }
    const store = new LineStore(this.#limits)
    const reader = new LogReader({
      id,
      store,
      client: () => this.#session.client(),
      isAlive: () => this.#isAlive(id),
      onChange,
      maxLines: this.#limits.maxLines
    })
    return new ContainerLog(id, store, reader)
  }

  #isAlive(id: string): boolean | null | undefined {
    if (!this.#listed) return undefined
    const row = this.#session.containers.get(id)
    return row === undefined ? null : ALIVE.has(row.State)
  }

  /** What others keep is opened anew each time. */
  #letGo(): void {
    for (const log of this.#logs.values()) {
      if (log.views > 0 || this.#others?.owns(log.id) !== true) continue
      log.rest()
      this.#logs.delete(log.id)
    }
  }

  #changed(id: string): void {
    const log = this.#logs.get(id)
    if (log === undefined) return
    for (const view of this.#views.values()) if (view.logs.includes(log)) view.update()
    this.#keepWithinBounds()
  }

  /** What nobody has looked at for longest goes first; what somebody looks at is bounded by itself. */
  #keepWithinBounds(): void {
    let total = 0
    // What others keep is theirs to bound.
    const own = [...this.#logs.values()].filter(({ id }) => this.#others?.owns(id) !== true)
    for (const { store } of own) total += store.sizeBytes
    if (total <= this.#limits.maxTotalBytes) return
    const idle = own.filter(({ views }) => views === 0)
    idle.sort((a, b) => a.lastUsed - b.lastUsed)
    for (const log of idle) {
      if (total <= this.#limits.maxTotalBytes) return
      total -= log.store.sizeBytes
      log.rest()
      this.#logs.delete(log.id)
    }
  }

  /** The engine's word on the containers wakes the readers that wait for it. */
  #follow(): void {
    if (this.#following !== null) return
    this.#following = new AbortController()
    void this.#wakeReaders(this.#following.signal)
  }

  #unfollow(): void {
    this.#following?.abort()
    this.#following = null
    this.#listed = false
  }

  async #wakeReaders(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      try {
        for await (const change of this.#session.watchContainers(signal)) {
          this.#listed = true
          const touched =
            change.type === 'patch'
              ? [...change.upserts.map(({ Id }) => Id), ...change.removes]
              : [...this.#logs.keys()]
          for (const id of touched) this.#logs.get(id)?.reader.poke()
        }
      } catch {
        // The list failed; the readers try by themselves meanwhile.
        await pause(1000, signal)
      }
    }
  }
}

const tooMuch = (): AppError =>
  new AppError('InvalidParameter', 'This is too much for the clipboard.', {
    hint: 'Export the lines to a file instead.'
  })
