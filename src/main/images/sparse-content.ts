/** The content of a file as it is unpacked: pieces of a sparse one at their places, zeros between them. */
import { damaged, tooLarge } from './damage'
import { sparseInContent, type Sparse, type Stretch } from './tar-sparse'

const ZEROS = new Uint8Array(64 * 1024)
/** Zeros are made, not read: no file that is looked at or saved has more than this of them. */
const MAX_HOLES = 16 * 1024 ** 3
const MAX_MAP = 32 * 1024 * 1024

export class SparseContent {
  readonly #size: number
  readonly #out: (piece: Uint8Array) => void
  /** null for a file that is stored whole. */
  #map: readonly Stretch[] | null
  /** The bytes of a map that comes first in the content, until it is whole. */
  #head: Uint8Array | null
  #at = 0
  #next = 0
  #inStretch = 0
  #holes = 0

  constructor(sparse: Sparse | null, size: number, out: (piece: Uint8Array) => void) {
    this.#size = size
    this.#out = out
    this.#map = sparse?.map ?? null
    this.#head = sparse?.inContent === true ? new Uint8Array(0) : null
  }

  write(piece: Uint8Array): void {
    if (this.#head !== null) this.#readMap(piece)
    else if (this.#map === null) this.#emit(piece)
    else this.#place(piece)
  }

  end(): void {
    if (this.#map !== null) this.#zeros(this.#size)
  }

  #readMap(piece: Uint8Array): void {
    const head = Buffer.concat([this.#head ?? ZEROS.subarray(0, 0), piece])
    if (head.length > MAX_MAP) throw damaged('the map of a sparse file is not readable')
    const found = sparseInContent(head)
    this.#head = found === null ? head : null
    if (found === null) return
    this.#map = found.map
    if (head.length > found.bytes) this.#place(head.subarray(found.bytes))
  }

  #place(piece: Uint8Array): void {
    for (let from = 0; from < piece.length;) {
      const stretch = this.#map?.[this.#next]
      if (stretch === undefined) return
      if (this.#inStretch === 0) this.#zeros(stretch.offset)
      const count = Math.min(stretch.length - this.#inStretch, piece.length - from)
      this.#emit(piece.subarray(from, from + count))
      from += count
      this.#inStretch += count
      if (this.#inStretch < stretch.length) continue
      this.#inStretch = 0
      this.#next += 1
    }
  }

  #zeros(until: number): void {
    this.#holes += until - this.#at
    if (this.#holes > MAX_HOLES) throw tooLarge('a sparse file in it unpacks to more than 16 GB of zeros')
    if (until < this.#at) throw impossible()
    while (this.#at < until) this.#emit(ZEROS.subarray(0, Math.min(ZEROS.length, until - this.#at)))
  }

  #emit(piece: Uint8Array): void {
    if (piece.length === 0) return
    this.#at += piece.length
    // Only a map can say more than the size: what is stored whole has as many bytes as it has.
    if (this.#at > this.#size) throw impossible()
    this.#out(piece)
  }
}

function impossible(): Error {
  return damaged('a sparse file in it has an impossible map')
}
