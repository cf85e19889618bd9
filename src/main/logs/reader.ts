/**
 * Reads one container's log into its store for as long as somebody looks: what there is, then what comes, again after a
 * restart of the container, and from where it was when the engine or the connection comes back. While the store is being
 * filled the socket is not read, so the engine waits. Owned by container-log.ts.
 */
import { setImmediate as nextTurn } from 'node:timers/promises'
import { toAppError, type AppError } from '@shared/errors'
import type { LogSource } from '@shared/contract/logs'
import type { DockerClient } from '../docker/client'
import { logOrigin, openLog } from '../docker/logs'
import { LineAssembler, type Line } from './line-assembler'
import type { LogFeed } from './feed'
import type { LineStore } from './line-store'
import { resumeAfter, type Resume } from './resume'

export interface ReaderDeps {
  readonly id: string
  readonly store: LineStore
  readonly client: () => Promise<DockerClient>
  /** Whether the engine says that it runs; null when it has no such container, undefined while nobody knows. */
  readonly isAlive: () => boolean | null | undefined
  readonly onChange: () => void
  /** So many lines are asked for of what was written before. */
  readonly maxLines: number
}

/** How long main may be kept from other work. */
const SLICE_MS = 8
/** Nothing came for so long: what was written before has been read. */
const QUIET_MS = 120
const FIRST_WAIT_MS = 200
const LONGEST_WAIT_MS = 5000
/** After a pause usually less than this was written, and the engine finds it from the end of its file. */
const RESUME_TAIL = 2000

/** More was written than the tail that was asked for. */
class GapError extends Error {}

export class LogReader implements LogFeed {
  state: LogSource['state'] = 'reading'
  problem: AppError | null = null
  olderUnread = false
  readonly #deps: ReaderDeps
  #run: AbortController | null = null
  #wake: (() => void) | null = null
  #pendingSince: number | null = null

  constructor(deps: ReaderDeps) {
    this.#deps = deps
  }

  get running(): boolean {
    return this.#run !== null
  }

  start(): void {
    if (this.#run !== null) return
    this.#run = new AbortController()
    this.#become('reading')
    void this.#loop(this.#run.signal)
  }

  stop(): void {
    this.#run?.abort()
    this.#run = null
    this.#wake?.()
  }

  /** The engine said something of this container, or is there again. */
  poke(): void {
    this.#wake?.()
  }

  async #loop(signal: AbortSignal): Promise<void> {
    let waitMs = FIRST_WAIT_MS
    while (!signal.aborted) {
      const before = this.#deps.store.endLine
      try {
        await this.#connect(signal)
        if (isOver(signal)) return
        this.#become('ended')
        waitMs = this.#deps.store.endLine > before ? FIRST_WAIT_MS : waitMs
        await this.#untilAlive(waitMs, signal)
      } catch (thrown) {
        if (isOver(signal)) return
        await this.#failed(toAppError(thrown), waitMs, signal)
      }
      waitMs = Math.min(waitMs * 2, LONGEST_WAIT_MS)
    }
  }

  /** What failed for good waits for news of the container; anything else is tried again. */
  async #failed(error: AppError, waitMs: number, signal: AbortSignal): Promise<void> {
    this.problem = error
    if (error.code === 'NotFound') this.#become('removed')
    else if (error.code === 'NotImplemented') this.#become('unreadable')
    else this.#become('waiting')
    // An engine that starts says so: the list of its containers is news.
    const final = ['NotFound', 'NotImplemented', 'EngineNotRunning'].includes(error.code)
    await this.#rest(final ? null : waitMs, signal)
  }

  /** A row that still says "running" is often behind: it is tried, ever more slowly. */
  async #untilAlive(waitMs: number, signal: AbortSignal): Promise<void> {
    await this.#rest(this.#deps.isAlive() === true ? waitMs : null, signal)
    while (!signal.aborted && this.#deps.isAlive() !== true) {
      if (this.#deps.isAlive() === null) this.#become('removed')
      await this.#rest(null, signal)
    }
  }

  /** Until somebody pokes, the time is over (null: never), or the signal aborts. */
  #rest(ms: number | null, signal: AbortSignal): Promise<void> {
    if (signal.aborted) return Promise.resolve()
    return new Promise((resolve) => {
      const timer = ms === null ? null : setTimeout(() => this.#wake?.(), ms)
      this.#wake = () => {
        this.#wake = null
        if (timer !== null) clearTimeout(timer)
        resolve()
      }
    })
  }

  async #connect(signal: AbortSignal): Promise<void> {
    const client = await this.#deps.client()
    const { tty } = await logOrigin(client, this.#deps.id, signal)
    const resume = resumeAfter(this.#deps.store, this.#pendingSince)
    try {
      await this.#read(client, tty, resume, resume === null ? this.#deps.maxLines : RESUME_TAIL, signal)
    } catch (error) {
      if (!(error instanceof GapError)) throw error
      const again = resumeAfter(this.#deps.store, this.#pendingSince)
      await this.#read(client, tty, again, null, signal)
    }
  }

  async #read(
    client: DockerClient,
    tty: boolean,
    resume: Resume | null,
    tail: number | null,
    signal: AbortSignal
  ): Promise<void> {
    const { store, id } = this.#deps
    const connection = new AbortController()
    const both = AbortSignal.any([signal, connection.signal])
    const assembler = new LineAssembler(tty, this.#sinkOf(resume, resume !== null && tail !== null))
    try {
      const reply = await openLog(client, id, { since: resume?.since ?? null, tail }, both)
      const asked = Math.floor(Date.parse(reply.headers.date ?? '') / 1000) || Infinity
      await this.#drain(reply, assembler, asked, both)
      // Nobody looks any more: a line that has only half come will come again as a whole.
      this.#pendingSince = isOver(both) ? assembler.pendingSince : null
      if (isOver(both)) return
      assembler.flush()
      if (resume === null) this.olderUnread = tail !== null && store.endLine >= tail
    } catch (error) {
      this.#pendingSince = assembler.pendingSince
      throw error
    } finally {
      connection.abort()
      this.#deps.onChange()
    }
  }

  #sinkOf(resume: Resume | null, mayMiss: boolean): (line: Line) => void {
    const { store } = this.#deps
    if (resume === null) return (line) => store.append(line)
    return (line) => {
      if (resume.isKnown(line)) return
      if (mayMiss && !resume.met) throw new GapError()
      store.append(line)
    }
  }

  async #drain(
    reply: AsyncIterable<Uint8Array>,
    assembler: LineAssembler,
    askedSecond: number,
    signal: AbortSignal
  ): Promise<void> {
    const { store, onChange, maxLines } = this.#deps
    const first = store.endLine
    const progress = { caughtUp: false }
    const catchUp = (): void => {
      progress.caughtUp = true
      if (first === 0) this.olderUnread = store.endLine >= maxLines
      this.#become('following')
    }
    let quiet = setTimeout(catchUp, QUIET_MS)
    let sliceStart = performance.now()
    try {
      for await (const chunk of reply) {
        assembler.push(chunk)
        onChange()
        if (!progress.caughtUp) {
          clearTimeout(quiet)
          if (store.endLine > first && store.timeMs(store.endLine - 1) / 1000 >= askedSecond) catchUp()
          else quiet = setTimeout(catchUp, QUIET_MS)
        }
        if (performance.now() - sliceStart < SLICE_MS) continue
        await nextTurn()
        sliceStart = performance.now()
        if (signal.aborted) return
      }
    } finally {
      clearTimeout(quiet)
    }
  }

  #become(state: LogSource['state']): void {
    if (state !== 'waiting' && state !== 'unreadable' && state !== 'removed') this.problem = null
    if (this.state !== state) {
      this.state = state
      this.#deps.onChange()
    }
  }
}

/** Asked through a function because the compiler holds that a property cannot change across an `await`. */
function isOver(signal: AbortSignal): boolean {
  return signal.aborted
}
