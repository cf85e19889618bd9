/**
 * What one reading of an archive may cost, counted over all of its parts: a bomb in a hundred pieces is a bomb. Whoever
 * unpacks or indexes reports here; the first report that is too much ends the whole reading (docs/decisions/0540).
 */
import type { AppError } from '@shared/errors'
import { tooLarge } from './damage'

export interface Limits {
  /** Bytes that may come out of compressed parts, whatever went in. */
  readonly inflatedBytes: number
  /** Above that, how many times what went in may come out. */
  readonly ratio: number
  /** Bytes that zstd's windows may be moved by. */
  readonly movedBytes: number
  /** Files and folders of all layers. */
  readonly nodes: number
  /** Folders and files without an entry of their own: this many, and some for every entry. */
  readonly freeNodes: number
  readonly nodesPerEntry: number
  /** Different names of all layers. */
  readonly textBytes: number
}

export const LIMITS: Limits = {
  inflatedBytes: 8 * 1024 ** 3,
  // gzip cannot do more than 1,032 times; real layers reach 20, a disk image of zeros is what lies between.
  ratio: 200,
  // Some minutes: 64 GB of usual zstd data, 4 GB with the largest window there is.
  movedBytes: 4 * 1024 ** 4,
  // Three times what the largest images have. A node costs about 60 bytes while it is read.
  nodes: 10_000_000,
  freeNodes: 1_000_000,
  nodesPerEntry: 16,
  textBytes: 512 * 1024 * 1024
}

export class Budget {
  readonly #limits: Limits
  readonly #signal: AbortSignal | null
  #packed = 0
  #inflated = 0
  #moved = 0
  #entries = 0
  #nodes = 0
  #textBytes = 0
  #spent: AppError | null = null

  constructor({ signal = null, limits = LIMITS }: { signal?: AbortSignal | null; limits?: Limits } = {}) {
    this.#signal = signal
    this.#limits = limits
  }

  /** Throws when the reading is cancelled, or has cost too much. */
  check(): void {
    this.#signal?.throwIfAborted()
    if (this.#spent !== null) throw this.#spent
  }

  /** Compressed bytes that went in. */
  packed(bytes: number): void {
    this.#packed += bytes
  }

  /** Bytes that came out of them. */
  inflated(bytes: number): void {
    this.#inflated += bytes
    const { inflatedBytes, ratio } = this.#limits
    if (this.#inflated > inflatedBytes && this.#inflated > this.#packed * ratio) {
      this.#end('it unpacks to more than two hundred times its size')
    }
  }

  /** A zstd block came: its window is moved in memory, however small the block is. */
  moved(bytes: number): void {
    this.#moved += bytes
    if (this.#moved > this.#limits.movedBytes) this.#end('a part of it is made to take hours to unpack')
  }

  entry(): void {
    this.#entries += 1
  }

  node(): void {
    this.#nodes += 1
    const { nodes, freeNodes, nodesPerEntry } = this.#limits
    if (this.#nodes > nodes) this.#end('it has more than ten million files')
    if (this.#nodes > freeNodes + this.#entries * nodesPerEntry) {
      this.#end('its names are of far more folders than it has files')
    }
  }

  text(bytes: number): void {
    this.#textBytes += bytes
    if (this.#textBytes > this.#limits.textBytes) this.#end('its names alone take more than 512 MB')
  }

  #end(what: string): never {
    this.#spent ??= tooLarge(what)
    throw this.#spent
  }
}
