/**
 * Decompression of archives and layers: gzip by zlib on its own thread, zstd by fzstd. Used by the archive readers. Bounded by
 * a budget: what expands like a bomb ends in an error before it costs more than some seconds.
 */
import { setImmediate } from 'node:timers/promises'
import { createGunzip } from 'node:zlib'
import { Decompress } from 'fzstd'
import { toAppError, type AppError } from '@shared/errors'
import type { Budget } from './budget'
import { damaged, noImage, truncated } from './damage'
import { ZstdFrames } from './zstd-frames'

export type Compression = 'none' | 'gzip' | 'zstd'

const OUT_BYTES = 256 * 1024
/** fzstd hands out a block at a time; small pieces let limits and others' questions act between them. */
const ZSTD_PIECE = 1024
/** How long the thread may be kept from other queries. */
const SLICE_MS = 30

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

export function makeInflater(
  compression: Compression,
  out: (piece: Uint8Array) => void,
  budget: Budget
): Inflater {
  if (compression === 'gzip') return new Gunzip(out, budget)
  if (compression === 'zstd') return new Unzstd(out, budget)
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

class Gunzip implements Inflater {
  readonly #zlib = createGunzip({ chunkSize: OUT_BYTES })
  readonly #budget: Budget
  #failure: AppError | null = null
  #full = false

  constructor(out: (piece: Uint8Array) => void, budget: Budget) {
    this.#budget = budget
    this.#zlib.on('data', (piece: Buffer) => {
      if (this.#failure !== null) return
      try {
        budget.inflated(piece.length)
        out(piece)
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
    this.#budget.packed(piece.length)
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
      const done = (): void => {
        this.#zlib.off(event, done).off('close', done)
        resolve()
      }
      this.#zlib.once(event, done).once('close', done)
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

class Unzstd implements Inflater {
  readonly #zstd: Decompress
  readonly #frames: ZstdFrames
  readonly #budget: Budget
  #waiting: Uint8Array[] = []
  /** What the receiver threw: it came through fzstd and is none of its errors. */
  #thrown: { readonly error: unknown } | null = null

  constructor(out: (piece: Uint8Array) => void, budget: Budget) {
    this.#budget = budget
    this.#frames = new ZstdFrames(budget)
    this.#zstd = new Decompress((piece) => {
      if (piece.length === 0) return
      try {
        budget.inflated(piece.length)
        out(piece)
      } catch (error) {
        this.#thrown = { error }
        throw error
      }
    })
  }

  write(piece: Uint8Array): void {
    this.#waiting.push(piece)
  }

  async drained(): Promise<void> {
    const pieces = this.#waiting
    this.#waiting = []
    let pause = performance.now() + SLICE_MS
    for (const piece of pieces) {
      for (let at = 0; at < piece.length; at += ZSTD_PIECE) {
        const part = piece.subarray(at, at + ZSTD_PIECE)
        this.#budget.packed(part.length)
        this.#frames.feed(part)
        this.#push(part, false)
        if (performance.now() < pause) continue
        await setImmediate()
        this.#budget.check()
        pause = performance.now() + SLICE_MS
      }
    }
  }

  async end(): Promise<void> {
    await this.drained()
    this.#push(new Uint8Array(0), true)
  }

  dispose(): void {
    // It holds memory only.
  }

  #push(piece: Uint8Array, last: boolean): void {
    try {
      this.#zstd.push(piece, last)
    } catch (thrown) {
      if (this.#thrown !== null) throw this.#thrown.error
      throw thrown instanceof Error && thrown.message.includes('EOF')
        ? truncated('compressed data')
        : damaged('its zstd data is not readable')
    }
  }
}
