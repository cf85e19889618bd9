/**
 * Walks the frames and blocks of zstd data ahead of fzstd, which believes what they claim: how much memory a frame wants,
 * and how many blocks it is in (fzstd moves the whole window for each). Used by inflate; RFC 8878, 3.1.1.
 */
import type { Budget } from './budget'
import { damaged, tooLarge } from './damage'

/** What the zstd tool itself allows without being asked. */
const MAX_WINDOW = 128 * 1024 * 1024
const MAX_BLOCK = 128 * 1024
const MAX_HEAD = 18
const BLOCK_HEAD = 3
const MAGIC = 0xfd2fb528
const SKIPPABLE = 0x184d2a50

export class ZstdFrames {
  readonly #budget: Budget
  readonly #head = Buffer.alloc(MAX_HEAD)
  #filled = 0
  #wanted = 5
  #skip = 0
  #inFrame = false
  #window = 0
  #checksum = false
  #last = false

  constructor(budget: Budget) {
    this.#budget = budget
  }

  /** The next bytes; throws for what is not to be unpacked. */
  feed(piece: Uint8Array): void {
    for (let at = 0; at < piece.length;) {
      if (this.#skip > 0) {
        const count = Math.min(this.#skip, piece.length - at)
        this.#skip -= count
        at += count
        continue
      }
      this.#head[this.#filled++] = piece[at++] as number
      if (this.#filled < this.#wanted) continue
      if (this.#inFrame) this.#block()
      else this.#frame()
    }
  }

  #frame(): void {
    const head = this.#head
    const magic = head.readUInt32LE(0)
    if ((magic & 0xfffffff0) === SKIPPABLE) {
      this.#wanted = 8
      if (this.#filled < 8) return
      this.#skip = head.readUInt32LE(4)
      this.#next(5)
      return
    }
    if (magic !== MAGIC) throw damaged('its zstd data is not readable')
    const descriptor = head[4] as number
    const single = (descriptor & 0x20) !== 0
    const idBytes = [0, 1, 2, 4][descriptor & 3] as number
    const sizeBytes = [single ? 1 : 0, 2, 4, 8][descriptor >> 6] as number
    this.#wanted = 5 + (single ? 0 : 1) + idBytes + sizeBytes
    if (this.#filled < this.#wanted) return
    this.#window = single ? this.#content(5 + idBytes, sizeBytes) : windowOf(head[5] as number)
    if (this.#window > MAX_WINDOW) {
      throw tooLarge('a part of it asks for more than 128 MB of memory to be unpacked')
    }
    this.#checksum = (descriptor & 4) !== 0
    this.#inFrame = true
    this.#next(BLOCK_HEAD)
  }

  #content(at: number, bytes: number): number {
    let size = bytes === 2 ? 256 : 0
    for (let i = 0; i < bytes; i++) size += (this.#head[at + i] as number) * 256 ** i
    return size
  }

  #block(): void {
    const head = this.#head.readUIntLE(0, BLOCK_HEAD)
    const type = (head >> 1) & 3
    const size = head >> 3
    if (type === 3 || size > MAX_BLOCK) throw damaged('its zstd data is not readable')
    this.#budget.moved(this.#window)
    this.#skip = type === 1 ? 1 : size
    this.#last = (head & 1) !== 0
    if (this.#last) {
      this.#skip += this.#checksum ? 4 : 0
      this.#inFrame = false
    }
    this.#next(this.#last ? 5 : BLOCK_HEAD)
  }

  #next(wanted: number): void {
    this.#filled = 0
    this.#wanted = wanted
  }
}

function windowOf(byte: number): number {
  const base = 2 ** (10 + (byte >> 3))
  return base + (base / 8) * (byte & 7)
}
