/**
 * The lines of one container: bytes in chunks, and an index of where each line is, when it was written and on which stream.
 * Both are shared memory, so that the scanning thread reads them without a copy. The owner (main) appends; when a bound
 * is reached the oldest chunk goes. Line numbers are never used again.
 */
import type { Line } from './line-assembler'
import { STDERR } from './framing'

export const PAGE_LINES = 8192
const FIRST_CHUNK = 64 * 1024
const CHUNK = 1024 * 1024
/** Empty lines fill no chunk, and only whole chunks can be let go. */
const CHUNK_LINES = 65_536
/** A page of the index holds its five columns of four bytes and its two of one. */
const PAGE_BYTES = PAGE_LINES * (5 * 4 + 2)

export interface StoreLimits {
  readonly maxBytes: number
  readonly maxLines: number
}

export const FLAG_STDERR = 1
/** No line feed followed. */
export const FLAG_OPEN = 2

/** One page of the index as columns over one buffer. */
export class IndexPage {
  readonly chunk: Uint32Array
  readonly offset: Uint32Array
  readonly length: Uint32Array
  readonly sec: Uint32Array
  readonly nano: Uint32Array
  readonly flags: Uint8Array
  /** Filled in by the scanning thread: 0 until it has looked, then one more than the place in LOG_LEVELS. */
  readonly level: Uint8Array

  constructor(readonly buffer: SharedArrayBuffer) {
    const column = (n: number): Uint32Array => new Uint32Array(buffer, n * PAGE_LINES * 4, PAGE_LINES)
    this.chunk = column(0)
    this.offset = column(1)
    this.length = column(2)
    this.sec = column(3)
    this.nano = column(4)
    this.flags = new Uint8Array(buffer, PAGE_LINES * 20, PAGE_LINES)
    this.level = new Uint8Array(buffer, PAGE_LINES * 21, PAGE_LINES)
  }
}

/** Where one line is; what both threads read. */
export class StoreReader {
  firstLine = 0
  endLine = 0
  readonly chunks = new Map<number, Buffer>()
  readonly pages = new Map<number, IndexPage>()

  page(line: number): IndexPage {
    const page = this.pages.get(Math.floor(line / PAGE_LINES))
    if (page === undefined) throw new RangeError(`line ${line} is not in memory`)
    return page
  }

  /** The line's bytes, at most `limit` of them. */
  bytes(line: number, limit = Infinity): Buffer {
    const page = this.page(line)
    const at = line % PAGE_LINES
    const offset = page.offset[at] as number
    const chunk = this.chunks.get(page.chunk[at] as number) as Buffer
    return chunk.subarray(offset, offset + Math.min(page.length[at] as number, limit))
  }

  /** The line's characters; what is no UTF-8 becomes U+FFFD. */
  text(line: number, limit = Infinity): string {
    const page = this.page(line)
    const at = line % PAGE_LINES
    const offset = page.offset[at] as number
    const chunk = this.chunks.get(page.chunk[at] as number) as Buffer
    return chunk.toString('utf8', offset, offset + Math.min(page.length[at] as number, limit))
  }

  /** Milliseconds since the epoch. */
  timeMs(line: number): number {
    const page = this.page(line)
    const at = line % PAGE_LINES
    return (page.sec[at] as number) * 1000 + (page.nano[at] as number) / 1e6
  }
}

/** What the scanning thread has to hear to see what the store sees. */
export type ShareEvent =
  | { readonly type: 'chunk'; readonly number: number; readonly buffer: SharedArrayBuffer }
  | { readonly type: 'page'; readonly number: number; readonly buffer: SharedArrayBuffer }
  | { readonly type: 'drop'; readonly chunk: number; readonly firstLine: number }

export class LineStore extends StoreReader {
  /** Bytes of all chunks. */
  sizeBytes = 0
  readonly #limits: StoreLimits
  /** Of each full chunk, in order: the line after its last. */
  readonly #chunkEnds = new Map<number, number>()
  #current: Buffer = Buffer.alloc(0)
  #number = -1
  #used = 0
  #chunkFirst = 0

  /** Told of what the scanning thread must hear, while one follows this store. */
  onShare: ((event: ShareEvent) => void) | null = null

  constructor(limits: StoreLimits) {
    super()
    this.#limits = limits
  }

  append({ stream, sec, nano, bytes, start, end, ended }: Line): void {
    const size = end - start
    const line = this.endLine
    const full = this.#number < 0 || this.#current.length - this.#used < size
    if (full || line - this.#chunkFirst >= CHUNK_LINES) this.#nextChunk(size)
    const page = this.#pageFor(line)
    const at = line % PAGE_LINES
    this.#current.set(start === 0 && end === bytes.length ? bytes : bytes.subarray(start, end), this.#used)
    page.chunk[at] = this.#number
    page.offset[at] = this.#used
    page.length[at] = size
    page.sec[at] = sec
    page.nano[at] = nano
    page.flags[at] = (stream === STDERR ? FLAG_STDERR : 0) | (ended ? 0 : FLAG_OPEN)
    this.#used += size
    this.endLine = line + 1
    if (line + 1 - this.firstLine > this.#limits.maxLines) this.#dropOldest()
  }

  /** Everything that has been shared, for a thread that starts late. */
  shared(): ShareEvent[] {
    return [
      ...[...this.chunks].map(([number, { buffer }]): ShareEvent => ({
        type: 'chunk',
        number,
        buffer: buffer as unknown as SharedArrayBuffer
      })),
      ...[...this.pages].map(([number, { buffer }]): ShareEvent => ({ type: 'page', number, buffer }))
    ]
  }

  #nextChunk(size: number): void {
    const usual = this.#number < 0 ? FIRST_CHUNK : Math.min(CHUNK, this.#current.length * 2 || FIRST_CHUNK)
    const buffer = new SharedArrayBuffer(Math.max(size, Math.min(usual, CHUNK)))
    if (this.#number >= 0) this.#chunkEnds.set(this.#number, this.endLine)
    this.#number += 1
    this.#current = Buffer.from(buffer)
    this.#used = 0
    this.#chunkFirst = this.endLine
    this.chunks.set(this.#number, this.#current)
    this.sizeBytes += buffer.byteLength
    this.onShare?.({ type: 'chunk', number: this.#number, buffer })
    while (this.sizeBytes > this.#limits.maxBytes && this.#chunkEnds.size > 0) this.#dropOldest()
  }

  #pageFor(line: number): IndexPage {
    const number = Math.floor(line / PAGE_LINES)
    const known = this.pages.get(number)
    if (known !== undefined) return known
    const page = new IndexPage(new SharedArrayBuffer(PAGE_BYTES))
    this.pages.set(number, page)
    this.sizeBytes += PAGE_BYTES
    this.onShare?.({ type: 'page', number, buffer: page.buffer })
    return page
  }

  /** The oldest chunk with all its lines, and the pages that only they were in. */
  #dropOldest(): void {
    const [oldest] = this.#chunkEnds
    if (oldest === undefined) return
    const [number, firstLine] = oldest
    this.sizeBytes -= this.chunks.get(number)?.length ?? 0
    this.chunks.delete(number)
    this.#chunkEnds.delete(number)
    this.firstLine = firstLine
    for (const page of this.pages.keys()) {
      if ((page + 1) * PAGE_LINES > firstLine) break
      this.pages.delete(page)
      this.sizeBytes -= PAGE_BYTES
    }
    this.onShare?.({ type: 'drop', chunk: number, firstLine })
  }
}

/** The other thread's side: follows the events of a {@link LineStore}. */
export class SharedStore extends StoreReader {
  apply(event: ShareEvent): void {
    if (event.type === 'chunk') this.chunks.set(event.number, Buffer.from(event.buffer))
    else if (event.type === 'page') this.pages.set(event.number, new IndexPage(event.buffer))
    else {
      this.firstLine = event.firstLine
      this.chunks.delete(event.chunk)
      for (const page of this.pages.keys()) {
        if ((page + 1) * PAGE_LINES > event.firstLine) break
        this.pages.delete(page)
      }
    }
  }
}
