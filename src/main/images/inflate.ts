/**
 * Decompression of archives and layers: gzip by zlib on its own thread, zstd by fzstd. Used by the archive readers. Bounded:
 * what expands like a bomb ends in an error before it costs more than some seconds.
 */
import { createGunzip } from 'node:zlib'
import { Decompress } from 'fzstd'
import { toAppError, type AppError } from '@shared/errors'
import { damaged, noImage, tooLarge, truncated } from './damage'

export type Compression = 'none' | 'gzip' | 'zstd'

/** gzip cannot do more than 1,032 times; real layers reach 20, a disk image of zeros is what lies between. */
const BOMB_RATIO = 200
const BOMB_BYTES = 8 * 1024 ** 3
const OUT_BYTES = 256 * 1024
/** fzstd hands out a block at a time; small pieces let the limit act between them. */
const ZSTD_PIECE = 16 * 1024
/** What the zstd tool itself allows without being asked. */
const ZSTD_WINDOW = 128 * 1024 * 1024

/** What the first bytes say. Formats that are known and not read are an error that says so. */
export function compressionOf(head: Uint8Array): Compression {
  const starts = (...magic: number[]): boolean => magic.every((byte, i) => head[i] === byte)
  if (starts(0x1f, 0x8b)) return 'gzip'
  if (starts(0x28, 0xb5, 0x2f, 0xfd)) return 'zstd'
  if (starts(0xfd, 0x37, 0x7a, 0x58, 0x5a)) throw noImage('it is compressed with xz; unpack it first')
  if (starts(0x42, 0x5a, 0x68) && head[3] !== undefined && head[3] > 0x30) {
    throw noImage('it is compressed with bzip2; unpack it first')
  }
  return 'none'
}

/** Takes compressed bytes, hands out plain ones. Errors are thrown by whichever method is called next. */
export interface Inflater {
  write(piece: Uint8Array): void
  /** Resolves when more may be written. */
  drained(): Promise<void>
  /** No more will come; resolves when all has been handed out. */
  end(): Promise<void>
  dispose(): void
}

export function makeInflater(compression: Compression, out: (piece: Uint8Array) => void): Inflater {
  if (compression === 'gzip') return new Gunzip(out)
  if (compression === 'zstd') return new Unzstd(out)
  return new Plain(out)
}

class Plain implements Inflater {
  readonly write: (piece: Uint8Array) => void

  constructor(out: (piece: Uint8Array) => void) {
    this.write = out
  }

  drained(): Promise<void> {
    return Promise.resolve()
  }

  end(): Promise<void> {
    return Promise.resolve()
  }

  dispose(): void {
    // Nothing is held.
  }
}

/** Passes bytes on while their number stays believable. */
function bounded(out: (piece: Uint8Array) => void, read: () => number): (piece: Uint8Array) => void {
  let bytes = 0
  return (piece) => {
    bytes += piece.length
    if (bytes > BOMB_BYTES && bytes > read() * BOMB_RATIO) {
      throw tooLarge('a part of it unpacks to more than two hundred times its size')
    }
    out(piece)
  }
}

class Gunzip implements Inflater {
  readonly #zlib = createGunzip({ chunkSize: OUT_BYTES })
  #read = 0
  #failure: AppError | null = null
  #full = false

  constructor(out: (piece: Uint8Array) => void) {
    const guarded = bounded(out, () => this.#read)
    this.#zlib.on('data', (piece: Buffer) => {
      if (this.#failure !== null) return
      try {
        guarded(piece)
      } catch (thrown) {
        this.#fail(toAppError(thrown))
      }
    })
    this.#zlib.on('error', (error: NodeJS.ErrnoException) => {
      this.#fail(
        error.code === 'Z_BUF_ERROR' ? truncated('compressed data') : damaged('its gzip data is not readable')
      )
    })
  }

  write(piece: Uint8Array): void {
    this.#check()
    this.#read += piece.length
    this.#full = !this.#zlib.write(piece)
  }

  async drained(): Promise<void> {
    if (this.#full && this.#failure === null) await this.#happens('drain')
    this.#full = false
    this.#check()
  }

  async end(): Promise<void> {
    this.#check()
    const ended = this.#happens('end')
    this.#zlib.end()
    await ended
    this.#check()
  }

  dispose(): void {
    this.#zlib.destroy()
  }

  /** The event, or the end of everything. */
  #happens(event: 'drain' | 'end'): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => resolve()
      this.#zlib.once(event, done)
      this.#zlib.once('close', done)
    })
  }

  #fail(error: AppError): void {
    this.#failure ??= error
    this.#zlib.destroy()
  }

  #check(): void {
    if (this.#failure !== null) throw this.#failure
  }
}

/** The memory a zstd frame asks for (RFC 8878, 3.1.1.1): its window, or its content when that is one piece. */
function zstdWindow(head: Uint8Array): number {
  const descriptor = head[4] ?? 0
  const singleSegment = (descriptor & 0x20) !== 0
  if (!singleSegment) {
    const window = head[5] ?? 0
    const base = 2 ** (10 + (window >> 3))
    return base + (base / 8) * (window & 7)
  }
  const at = 5 + ([0, 1, 2, 4][descriptor & 3] as number)
  const bytes = [1, 2, 4, 8][descriptor >> 6] as number
  let size = bytes === 2 ? 256 : 0
  for (let i = 0; i < bytes; i++) size += (head[at + i] ?? 0) * 256 ** i
  return size
}

class Unzstd implements Inflater {
  readonly #zstd: Decompress
  #read = 0

  constructor(out: (piece: Uint8Array) => void) {
    const guarded = bounded(out, () => this.#read)
    this.#zstd = new Decompress((piece) => {
      if (piece.length > 0) guarded(piece)
    })
  }

  write(piece: Uint8Array): void {
    if (this.#read === 0 && zstdWindow(piece) > ZSTD_WINDOW) {
      throw tooLarge('a part of it asks for more than 128 MB of memory to be unpacked')
    }
    for (let at = 0; at < piece.length; at += ZSTD_PIECE) {
      const part = piece.subarray(at, at + ZSTD_PIECE)
      this.#read += part.length
      this.#push(part, false)
    }
  }

  drained(): Promise<void> {
    return Promise.resolve()
  }

  end(): Promise<void> {
    this.#push(new Uint8Array(0), true)
    return Promise.resolve()
  }

  dispose(): void {
    // It holds memory only.
  }

  #push(piece: Uint8Array, last: boolean): void {
    try {
      this.#zstd.push(piece, last)
    } catch (thrown) {
      // fzstd marks its own errors by a number; everything else came out of `out`.
      if (!(thrown instanceof Error) || !('code' in thrown) || typeof thrown.code !== 'number') throw thrown
      throw thrown.message.includes('EOF')
        ? truncated('compressed data')
        : damaged('its zstd data is not readable')
    }
  }
}
