/** Small parts of files that were looked at, until they are too many or their image is closed. */
import type { FileRange } from './contents'

const MAX_BYTES = 32 * 1024 * 1024
/** What is larger is no preview. */
const MAX_ENTRY = 2 * 1024 * 1024

interface Kept {
  readonly handle: string
  readonly pieces: readonly Uint8Array<ArrayBuffer>[]
  readonly bytes: number
}

export class PreviewCache {
  readonly #kept = new Map<string, Kept>()
  #bytes = 0

  get(range: FileRange): readonly Uint8Array<ArrayBuffer>[] | null {
    const key = keyOf(range)
    const kept = this.#kept.get(key)
    if (kept === undefined) return null
    this.#kept.delete(key)
    this.#kept.set(key, kept)
    return kept.pieces
  }

  /** Takes the pieces as they come and keeps them when they are as many as were expected. */
  recorder(range: FileRange, expected: number): { add(piece: Uint8Array<ArrayBuffer>): void; done(): void } {
    const pieces: Uint8Array<ArrayBuffer>[] = []
    let bytes = 0
    return {
      add: (piece) => {
        bytes += piece.length
        if (expected <= MAX_ENTRY) pieces.push(piece)
      },
      done: () => {
        if (bytes === expected && expected <= MAX_ENTRY)
          this.#put(keyOf(range), { handle: range.handle, pieces, bytes })
      }
    }
  }

  forget(handle: string): void {
    for (const [key, kept] of this.#kept) if (kept.handle === handle) this.#drop(key, kept)
  }

  #put(key: string, kept: Kept): void {
    const before = this.#kept.get(key)
    if (before !== undefined) this.#drop(key, before)
    this.#kept.set(key, kept)
    this.#bytes += kept.bytes
    for (const [oldest, other] of this.#kept) {
      if (this.#bytes <= MAX_BYTES) break
      this.#drop(oldest, other)
    }
  }

  #drop(key: string, kept: Kept): void {
    this.#kept.delete(key)
    this.#bytes -= kept.bytes
  }
}

function keyOf({ handle, view, path, offset, limit }: FileRange): string {
  return JSON.stringify([handle, view, path, offset, limit])
}
