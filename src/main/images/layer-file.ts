/**
 * A layer's index as a file: a header that says which version it is and how long each column is, the columns, and a
 * checksum over all. A file that does not fit in every respect is no index: it is read from the image again.
 */
import { crc32 } from 'node:zlib'
import { COLUMN_TYPES, LayerIndex, type LayerColumns, type LayerTotals } from './layer-index'

/** Counted up whenever columns, kinds or flags mean something else. */
const VERSION = 1
const MAGIC = Buffer.from('QSLAYER\n')
const ALIGN = 8

type ColumnName = keyof typeof COLUMN_TYPES
const NAMES = Object.keys(COLUMN_TYPES) as ColumnName[]

interface Head {
  readonly version: number
  readonly totals: LayerTotals
  readonly lengths: Readonly<Record<ColumnName, number>>
}

/** The pieces of the file in order. */
export function encodeLayer(index: LayerIndex): Uint8Array[] {
  const lengths = Object.fromEntries(NAMES.map((name) => [name, index.columns[name].length]))
  const head = Buffer.from(JSON.stringify({ version: VERSION, totals: index.totals, lengths }))
  const prefix = Buffer.alloc(padded(MAGIC.length + 4 + head.length))
  MAGIC.copy(prefix)
  prefix.writeUInt32LE(head.length, MAGIC.length)
  head.copy(prefix, MAGIC.length + 4)
  const pieces: Uint8Array[] = [prefix]
  for (const name of NAMES) {
    const { buffer, byteOffset, byteLength } = index.columns[name]
    pieces.push(new Uint8Array(buffer, byteOffset, byteLength))
    pieces.push(new Uint8Array(padded(byteLength) - byteLength))
  }
  const sum = Buffer.alloc(4)
  sum.writeUInt32LE(pieces.reduce((crc, piece) => crc32(piece, crc), 0))
  return [...pieces, sum]
}

/** The index in a file's bytes, which it goes on using; null when they are not a whole index of this version. */
export function decodeLayer(bytes: Uint8Array): LayerIndex | null {
  const end = bytes.length - 4
  if (end < MAGIC.length + 4 || bytes.byteOffset % ALIGN !== 0) return null
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
  if (
    !view.subarray(0, MAGIC.length).equals(MAGIC) ||
    crc32(bytes.subarray(0, end)) !== view.readUInt32LE(end)
  )
    return null
  const length = view.readUInt32LE(MAGIC.length)
  const head = headIn(view.subarray(MAGIC.length + 4, MAGIC.length + 4 + length))
  if (head === null) return null
  let at = padded(MAGIC.length + 4 + length)
  const columns: Partial<Record<ColumnName, unknown>> = {}
  for (const name of NAMES) {
    const type = COLUMN_TYPES[name]
    const count = head.lengths[name]
    if (at + count * type.BYTES_PER_ELEMENT > end) return null
    columns[name] = new type(bytes.buffer as ArrayBuffer, bytes.byteOffset + at, count)
    at += padded(count * type.BYTES_PER_ELEMENT)
  }
  return at === end ? new LayerIndex(columns as LayerColumns, head.totals) : null
}

function headIn(bytes: Buffer): Head | null {
  try {
    const head = JSON.parse(bytes.toString('utf8')) as Head
    return head.version === VERSION && NAMES.every((name) => Number.isSafeInteger(head.lengths[name]))
      ? head
      : null
  } catch {
    return null
  }
}

function padded(bytes: number): number {
  return Math.ceil(bytes / ALIGN) * ALIGN
}
