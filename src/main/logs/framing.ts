/**
 * Messages out of the bytes of a log: frames (`stream 0 0 0 length` and a payload) or, of a container with a terminal,
 * bare lines. Chunks end anywhere. Used by line-assembler.ts; it holds at most one unfinished message.
 */
import { AppError } from '@shared/errors'

export const STDOUT = 1
export const STDERR = 2
export type StreamNumber = typeof STDOUT | typeof STDERR

/** `bytes[start..end)` is only valid during the call. */
export type MessageSink = (stream: StreamNumber, bytes: Uint8Array, start: number, end: number) => void

const HEADER = 8
/** The engine's frames hold 16 KiB; one that claims more than this is no frame. */
const MAX_FRAME = 64 * 1024 * 1024

export class FrameSplitter {
  readonly #sink: MessageSink
  /** What of an unfinished frame has come, its header included. */
  #parts: Uint8Array[] = []
  #held = 0
  /** Bytes the unfinished frame has in all; its header alone until that is known. */
  #wanted = HEADER

  constructor(sink: MessageSink) {
    this.#sink = sink
  }

  push(chunk: Uint8Array): void {
    let at = 0
    while (this.#held > 0 && at < chunk.length) {
      const take = Math.min(this.#wanted - this.#held, chunk.length - at)
      this.#hold(chunk.subarray(at, at + take))
      at += take
      if (this.#held === this.#wanted) this.#finish()
    }
    while (chunk.length - at >= HEADER) {
      const end = at + HEADER + frameLength(chunk, at)
      if (end > chunk.length) break
      this.#sink(streamAt(chunk, at), chunk, at + HEADER, end)
      at = end
    }
    if (at < chunk.length) {
      this.#wanted = chunk.length - at < HEADER ? HEADER : HEADER + frameLength(chunk, at)
      this.#hold(chunk.subarray(at))
    }
  }

  #hold(part: Uint8Array): void {
    this.#parts.push(part)
    this.#held += part.length
  }

  #finish(): void {
    const whole = Buffer.concat(this.#parts)
    if (whole.length === HEADER) {
      this.#wanted = HEADER + frameLength(whole, 0)
      this.#parts = [whole]
      if (this.#wanted > HEADER) return
    }
    this.#parts = []
    this.#held = 0
    this.#wanted = HEADER
    this.#sink(streamAt(whole, 0), whole, HEADER, whole.length)
  }
}

/** stdin (0) is never logged, but the protocol has it; 3 is the engine's own complaint. */
function streamAt(bytes: Uint8Array, at: number): StreamNumber {
  return bytes[at] === STDERR || bytes[at] === 3 ? STDERR : STDOUT
}

function frameLength(bytes: Uint8Array, at: number): number {
  const [kind = 0, a, b, c] = bytes.subarray(at, at + 4)
  const length = new DataView(bytes.buffer, bytes.byteOffset + at, HEADER).getUint32(4)
  if (kind <= 3 && a === 0 && b === 0 && c === 0 && length <= MAX_FRAME) return length
  throw new AppError('DataLoss', 'The engine sent a log that cannot be read.', {
    hint: 'Restart the container, or look at its log with the docker CLI.'
  })
}

const NEWLINE = 10

/** Lines of a terminal, each with its line feed. One that grows beyond `maxBytes` is passed on as it is. */
export class LineSplitter {
  readonly #sink: MessageSink
  readonly #maxBytes: number
  #parts: Uint8Array[] = []
  #held = 0

  constructor(sink: MessageSink, maxBytes: number) {
    this.#sink = sink
    this.#maxBytes = maxBytes
  }

  push(chunk: Uint8Array): void {
    let at = 0
    for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, at)) {
      this.#pass(chunk, at, end + 1)
      at = end + 1
    }
    if (at === chunk.length) return
    this.#parts.push(chunk.subarray(at))
    this.#held += chunk.length - at
    if (this.#held > this.#maxBytes) this.flush()
  }

  /** Passes on what has no line feed (yet). */
  flush(): void {
    if (this.#held > 0) this.#pass(new Uint8Array(0), 0, 0)
  }

  #pass(chunk: Uint8Array, start: number, end: number): void {
    if (this.#held === 0) {
      this.#sink(STDOUT, chunk, start, end)
      return
    }
    const whole = Buffer.concat([...this.#parts, chunk.subarray(start, end)])
    this.#parts = []
    this.#held = 0
    this.#sink(STDOUT, whole, 0, whole.length)
  }
}
