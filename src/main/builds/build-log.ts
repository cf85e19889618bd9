/**
 * What a build prints, in memory: every step's own lines, and all of them as `docker build --progress=plain` prints them.
 * Written by build-run.ts whether anybody looks or not; read through main/logs like the log of a container.
 */
import type { LogSource } from '@shared/contract/logs'
import type { LogFeed, WrittenLog } from '../logs/feed'
import { STDOUT, type StreamNumber } from '../logs/framing'
import { LineStore, type StoreLimits } from '../logs/line-store'

const NEWLINE = 10
/** A line without an end is taken in pieces of this size. */
const MOST_PENDING = 1024 * 1024

/** Per log; the registry bounds all builds together. */
export const BUILD_LOG_LIMITS: StoreLimits = { maxLines: 2_000_000, maxBytes: 192 * 1024 * 1024 }

interface StepLog {
  readonly store: LineStore
  /** What has no line feed yet, by stream. */
  readonly pending: Map<StreamNumber, { parts: Uint8Array[]; size: number; timeMs: number }>
}

export class BuildLog {
  readonly all = new LineStore(BUILD_LOG_LIMITS)
  readonly #steps = new Map<number, StepLog>()
  readonly #feeds = new Set<Feed>()
  #ended = false

  get sizeBytes(): number {
    let sum = this.all.sizeBytes
    for (const { store } of this.#steps.values()) sum += store.sizeBytes
    return sum
  }

  /** Output of a step, in pieces as they come. Answers how many lines it made. */
  write(step: number, stream: StreamNumber, data: Uint8Array, timeMs: number): number {
    const log = this.#step(step)
    let lines = 0
    let at = 0
    for (let feed = data.indexOf(NEWLINE); feed >= 0; feed = data.indexOf(NEWLINE, at)) {
      this.#finish(step, log, stream, data.subarray(at, feed), timeMs)
      lines += 1
      at = feed + 1
    }
    if (at < data.length) {
      const pending = log.pending.get(stream) ?? { parts: [], size: 0, timeMs }
      pending.parts.push(data.slice(at))
      pending.size += data.length - at
      log.pending.set(stream, pending)
      if (pending.size >= MOST_PENDING) {
        this.#finish(step, log, stream, new Uint8Array(0), timeMs)
        lines += 1
      }
    }
    if (lines > 0) this.#tell()
    return lines
  }

  /** The step printed its last: what has no line feed is a line too. Answers how many there were. */
  flush(step: number, timeMs: number): number {
    const log = this.#steps.get(step)
    if (log === undefined) return 0
    const streams = [...log.pending.keys()]
    for (const stream of streams) this.#finish(step, log, stream, new Uint8Array(0), timeMs)
    if (streams.length > 0) this.#tell()
    return streams.length
  }

  /** A line of buildx's own, or about a step: in the whole log only. */
  note(text: string, timeMs: number, stream: StreamNumber = STDOUT): void {
    for (const line of text.split('\n')) append(this.all, Buffer.from(line), stream, timeMs)
    this.#tell()
  }

  end(): void {
    this.#ended = true
    this.#tell()
  }

  /** The last lines of a step, as text. */
  lastLines(step: number, count: number): string[] {
    const store = this.#steps.get(step)?.store
    if (store === undefined) return []
    const lines: string[] = []
    for (let line = Math.max(store.firstLine, store.endLine - count); line < store.endLine; line += 1) {
      lines.push(store.text(line, 4096))
    }
    return lines
  }

  /** undefined for a step that has no log. */
  open(step: number | null, onChange: () => void): WrittenLog | undefined {
    const store = step === null ? this.all : this.#steps.get(step)?.store
    if (store === undefined) return undefined
    const reader = new Feed(this.#feeds, () => this.#ended, onChange)
    return { store, reader }
  }

  #step(step: number): StepLog {
    const known = this.#steps.get(step)
    if (known !== undefined) return known
    const made = { store: new LineStore(BUILD_LOG_LIMITS), pending: new Map() }
    this.#steps.set(step, made)
    return made
  }

  #finish(step: number, log: StepLog, stream: StreamNumber, rest: Uint8Array, timeMs: number): void {
    const pending = log.pending.get(stream)
    log.pending.delete(stream)
    const bytes = pending === undefined ? rest : Buffer.concat([...pending.parts, rest])
    const time = pending?.timeMs ?? timeMs
    append(log.store, bytes, stream, time)
    append(this.all, Buffer.concat([Buffer.from(`#${step} `), bytes]), stream, time)
  }

  #tell(): void {
    for (const feed of this.#feeds) feed.onChange()
  }
}

/** One view's ear: it hears of lines while somebody looks. */
class Feed implements LogFeed {
  readonly problem = null
  readonly olderUnread = false
  readonly onChange: () => void
  readonly #feeds: Set<Feed>
  readonly #isEnded: () => boolean

  constructor(feeds: Set<Feed>, isEnded: () => boolean, onChange: () => void) {
    this.#feeds = feeds
    this.#isEnded = isEnded
    this.onChange = onChange
  }

  get state(): LogSource['state'] {
    return this.#isEnded() ? 'ended' : 'following'
  }

  get running(): boolean {
    return this.#feeds.has(this)
  }

  start(): void {
    this.#feeds.add(this)
  }

  stop(): void {
    this.#feeds.delete(this)
  }

  poke(): void {
    // What is written here is here already.
  }
}

function append(store: LineStore, bytes: Uint8Array, stream: StreamNumber, timeMs: number): void {
  const sec = Math.floor(timeMs / 1000)
  const nano = Math.min(999_999_999, Math.max(0, Math.round((timeMs - sec * 1000) * 1e6)))
  const end = bytes.at(-1) === 13 ? bytes.length - 1 : bytes.length
  store.append({ stream, sec, nano, bytes, start: 0, end, ended: true })
}
