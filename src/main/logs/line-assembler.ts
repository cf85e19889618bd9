/**
 * Lines out of a log's messages: the timestamp before each message is taken off, and the parts in which the engine keeps
 * a long line (16 KiB each) are joined. One per connection; used by reader.ts.
 */
import { FrameSplitter, LineSplitter, STDERR, STDOUT, type StreamNumber } from './framing'
import { parseStamp } from './timestamp'

/** A finished line: its bytes without the line feed are `bytes[start..end)`, valid during the call only. */
export interface Line {
  readonly stream: StreamNumber
  readonly sec: number
  readonly nano: number
  readonly bytes: Uint8Array
  readonly start: number
  readonly end: number
  /** False for the last line of a container that ended without a line feed, and for a piece of an endless one. */
  readonly ended: boolean
}

export type LineSink = (line: Line) => void

/** A longer line is stored in pieces of this size. */
export const MAX_LINE_BYTES = 32 * 1024 * 1024
/** moby's daemon/logger/copier.go: what it keeps as one part of a long line. */
const PART_BYTES = 16 * 1024
/** The sizes of such parts in the engines there are. Anything else without a line feed is the last word of a container. */
const PART_SIZES: ReadonlySet<number> = new Set([4096, 8192, PART_BYTES, 32_768, 65_536])
const NEWLINE = 10

interface Pending {
  parts: Uint8Array[]
  size: number
  sec: number
  nano: number
}

export class LineAssembler {
  readonly #sink: LineSink
  readonly #split: FrameSplitter | LineSplitter
  readonly #pending: Record<StreamNumber, Pending | null> = { [STDOUT]: null, [STDERR]: null }

  constructor(tty: boolean, sink: LineSink) {
    this.#sink = sink
    this.#split = tty
      ? new LineSplitter(
          (stream, bytes, start, end) => this.#terminalLine(stream, bytes, start, end),
          MAX_LINE_BYTES
        )
      : new FrameSplitter((stream, bytes, start, end) => this.#message(stream, bytes, start, end))
  }

  push(chunk: Uint8Array): void {
    this.#split.push(chunk)
  }

  /** The stream has ended: what has no line feed is a line too. */
  flush(): void {
    if (this.#split instanceof LineSplitter) this.#split.flush()
    for (const stream of [STDOUT, STDERR] as const) {
      const pending = this.#pending[stream]
      if (pending !== null) this.#finish(stream, pending, false)
    }
  }

  /** When the oldest unfinished line began, in seconds; null when there is none. */
  get pendingSince(): number | null {
    const begun = [this.#pending[STDOUT], this.#pending[STDERR]].flatMap((one) =>
      one === null ? [] : [one.sec]
    )
    return begun.length === 0 ? null : Math.min(...begun)
  }

  /** One message of the engine: a line, or a part of one. */
  #message(stream: StreamNumber, bytes: Uint8Array, start: number, end: number): void {
    const stamp = parseStamp(bytes, start, end)
    let at = start + (stamp?.bytes ?? 0)
    const [sec, nano] = [stamp?.sec ?? 0, stamp?.nano ?? 0]
    // Most messages are one whole line, which needs no search from its start.
    if (bytes[end - 1] === NEWLINE && bytes.indexOf(NEWLINE, at) === end - 1) {
      this.#piece(stream, sec, nano, bytes, at, end - 1, true)
      return
    }
    while (at < end) {
      const feed = bytes.indexOf(NEWLINE, at)
      const stop = feed < 0 || feed >= end ? end : feed
      this.#piece(stream, sec, nano, bytes, at, stop, stop < end)
      at = stop + 1
    }
  }

  #piece(
    stream: StreamNumber,
    sec: number,
    nano: number,
    bytes: Uint8Array,
    start: number,
    end: number,
    ended: boolean
  ): void {
    const pending = this.#pending[stream]
    const whole = ended || !PART_SIZES.has(end - start)
    if (whole && pending === null) {
      this.#sink({ stream, sec, nano, bytes, start, end, ended })
      return
    }
    const into = pending ?? { parts: [], size: 0, sec, nano }
    into.parts.push(bytes.slice(start, end))
    into.size += end - start
    this.#pending[stream] = into
    if (whole || into.size >= MAX_LINE_BYTES) this.#finish(stream, into, ended)
  }

  #finish(stream: StreamNumber, { parts, size, sec, nano }: Pending, ended: boolean): void {
    this.#pending[stream] = null
    this.#sink({ stream, sec, nano, bytes: Buffer.concat(parts, size), start: 0, end: size, ended })
  }

  /** A line of a terminal: its parts follow one another, each with a timestamp, without anything that says so but their size. */
  #terminalLine(stream: StreamNumber, bytes: Uint8Array, start: number, end: number): void {
    const ended = bytes[end - 1] === NEWLINE
    const stop = ended ? end - 1 : end
    const stamp = parseStamp(bytes, start, stop)
    const [sec, nano] = [stamp?.sec ?? 0, stamp?.nano ?? 0]
    const first = start + (stamp?.bytes ?? 0)
    if (stop - first <= PART_BYTES) {
      this.#sink({ stream, sec, nano, bytes, start: first, end: stop, ended })
      return
    }
    const whole = Buffer.concat(terminalParts(bytes, first, stop))
    this.#sink({ stream, sec, nano, bytes: whole, start: 0, end: whole.length, ended })
  }
}

function terminalParts(bytes: Uint8Array, start: number, end: number): Uint8Array[] {
  const parts: Uint8Array[] = []
  let at = start
  while (at < end) {
    const stop = Math.min(at + PART_BYTES, end)
    parts.push(bytes.subarray(at, stop))
    at = stop + (stop < end ? (parseStamp(bytes, stop, end)?.bytes ?? 0) : 0)
  }
  return parts
}
