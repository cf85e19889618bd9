/**
 * Sparse files of GNU tar: where the pieces of their content belong. Three ways to say so exist: in the header (old GNU),
 * in a PAX header (0.0, 0.1), or at the start of the content (1.0). Used by tar-scanner and by whoever reads content.
 */
import { damaged, tooLarge } from './damage'
import { BLOCK, numberAt } from './tar-header'

/** A stretch of the file that has bytes in the archive; everything between is zeros. */
export interface Stretch {
  readonly offset: number
  readonly length: number
}

export interface Sparse {
  readonly map: readonly Stretch[]
  /** The map comes first in the content, as decimal lines padded to a block. */
  readonly inContent: boolean
}

const MAX_STRETCHES = 1_000_000
const IN_HEADER = 4
const IN_EXTENSION = 21

function stretches(bytes: Uint8Array, at: number, count: number, into: Stretch[]): void {
  for (let i = 0; i < count; i++) {
    const start = at + i * 24
    if (bytes[start] === 0) return
    const offset = numberAt(bytes, start, 12)
    const length = numberAt(bytes, start + 12, 12)
    if (!(offset >= 0) || !(length >= 0)) throw damaged('the map of a sparse file is not readable')
    if (into.length >= MAX_STRETCHES) throw tooLarge('a sparse file in it has more than a million pieces')
    into.push({ offset, length })
  }
}

/** The part of the map that fits an old GNU header. */
export function sparseInHeader(
  bytes: Uint8Array,
  at: number
): { map: Stretch[]; realSize: number; extended: boolean } {
  const map: Stretch[] = []
  stretches(bytes, at + 386, IN_HEADER, map)
  const realSize = numberAt(bytes, at + 483, 12)
  if (!(realSize >= 0)) throw damaged('a sparse file has an impossible size')
  return { map, realSize, extended: bytes[at + 482] === 1 }
}

/** The blocks that continue an old GNU header's map. */
export class SparseExtension {
  readonly map: Stretch[]

  constructor(map: Stretch[]) {
    this.map = map
  }

  /** Reads one block; answers whether another one follows. */
  block(bytes: Uint8Array, at: number): boolean {
    stretches(bytes, at, IN_EXTENSION, this.map)
    return bytes[at + 504] === 1
  }
}

/** The map of a PAX header: `offset,length,offset,length…`. */
export function sparseInText(text: string): Stretch[] {
  const numbers = text === '' ? [] : text.split(',').map(Number)
  if (numbers.length % 2 !== 0 || !numbers.every((n) => Number.isSafeInteger(n) && n >= 0)) {
    throw damaged('the map of a sparse file is not readable')
  }
  const map: Stretch[] = []
  for (let i = 0; i < numbers.length; i += 2) {
    map.push({ offset: numbers[i] as number, length: numbers[i + 1] as number })
  }
  return map
}

/**
 * The map at the start of the content (version 1.0), and how many bytes it takes; null while more bytes are needed.
 */
export function sparseInContent(bytes: Uint8Array): { map: Stretch[]; bytes: number } | null {
  const numbers: number[] = []
  let value = 0
  let wanted = -1
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i] as number
    if (byte !== 10) {
      if (byte < 48 || byte > 57) throw damaged('the map of a sparse file is not readable')
      value = value * 10 + byte - 48
      continue
    }
    if (wanted < 0) wanted = value
    else numbers.push(value)
    if (wanted > MAX_STRETCHES) throw tooLarge('a sparse file in it has more than a million pieces')
    value = 0
    if (numbers.length === wanted * 2) {
      const length = Math.ceil((i + 1) / BLOCK) * BLOCK
      return length > bytes.length ? null : { map: sparseInText(numbers.join(',')), bytes: length }
    }
  }
  return null
}
