/**
 * The rows of one table of an SQLite file, for rpm's database: one table of blobs needs no query engine
 * (docs/decisions/0531). Reads whole files of strangers: every number is checked and every page is visited once at most.
 * Format: https://www.sqlite.org/fileformat.html. Pure.
 */
const MAGIC = Buffer.from('SQLite format 3\0', 'latin1')
const HEADER_BYTES = 100
const LEAF = 13
const INTERIOR = 5
const MAX_DEPTH = 24
/** Of one value; a package with a hundred thousand files has some ten megabytes. */
const MAX_PAYLOAD = 64 * 1024 * 1024

export type SqliteValue = number | string | Uint8Array | null

export class SqliteDamage extends Error {}

export function isSqlite(bytes: Uint8Array): boolean {
  return MAGIC.equals(bytes.subarray(0, MAGIC.length))
}

/** The rows of the table, in the order of their keys. Throws {@link SqliteDamage}. */
export function* sqliteTable(file: Uint8Array, table: string): Generator<SqliteValue[], void, undefined> {
  const pages = new Pages(file)
  for (const row of pages.rows(1)) {
    const [type, name, , root] = row
    if (type === 'table' && name === table && typeof root === 'number') {
      yield* pages.rows(root)
      return
    }
  }
  throw new SqliteDamage('has no such table')
}

class Pages {
  readonly #bytes: Buffer
  readonly #pageSize: number
  readonly #usable: number

  constructor(file: Uint8Array) {
    this.#bytes = Buffer.from(file.buffer, file.byteOffset, file.byteLength)
    if (!isSqlite(file) || file.length < HEADER_BYTES) throw new SqliteDamage('is no SQLite file')
    const size = this.#bytes.readUInt16BE(16)
    this.#pageSize = size === 1 ? 65536 : size
    this.#usable = this.#pageSize - (this.#bytes[20] as number)
    const power = (this.#pageSize & (this.#pageSize - 1)) === 0
    if (!power || this.#pageSize < 512 || this.#usable < 480) throw new SqliteDamage('has impossible pages')
  }

  *rows(root: number): Generator<SqliteValue[], void, undefined> {
    for (const payload of this.#leaves(root, new Set(), 0)) yield valuesOf(payload)
  }

  *#leaves(number: number, seen: Set<number>, depth: number): Generator<Buffer, void, undefined> {
    if (seen.has(number) || depth > MAX_DEPTH) throw new SqliteDamage('has pages that lead in a circle')
    seen.add(number)
    const page = this.#page(number)
    const start = number === 1 ? HEADER_BYTES : 0
    const type = page[start]
    if (type !== LEAF && type !== INTERIOR) throw new SqliteDamage('has a page of an unknown kind')
    const cells = page.readUInt16BE(start + 3)
    const first = start + (type === LEAF ? 8 : 12)
    for (let i = 0; i < cells; i++) {
      if (first + 2 * i + 2 > this.#usable) throw new SqliteDamage('has a page with too many cells')
      const at = page.readUInt16BE(first + 2 * i)
      if (at + 4 > this.#usable) throw new SqliteDamage('has a cell outside its page')
      if (type === LEAF) yield this.#payload(page, at)
      else yield* this.#leaves(page.readUInt32BE(at), seen, depth + 1)
    }
    if (type === INTERIOR) yield* this.#leaves(page.readUInt32BE(start + 8), seen, depth + 1)
  }

  /** A row's record, put together with the pages it runs over into. */
  #payload(page: Buffer, at: number): Buffer {
    const [size, afterSize] = varint(page, at)
    const [, start] = varint(page, afterSize)
    if (size > Math.min(MAX_PAYLOAD, this.#bytes.length))
      throw new SqliteDamage('has a row of impossible size')
    const most = this.#usable - 35
    if (size <= most) return within(page, start, size)
    const least = Math.floor(((this.#usable - 12) * 32) / 255) - 23
    const left = least + ((size - least) % (this.#usable - 4))
    const local = left <= most ? left : least
    const pieces = [within(page, start, local)]
    let next = within(page, start + local, 4).readUInt32BE(0)
    for (let missing = size - local; missing > 0;) {
      const overflow = this.#page(next)
      const piece = overflow.subarray(4, Math.min(this.#usable, 4 + missing))
      pieces.push(piece)
      missing -= piece.length
      next = overflow.readUInt32BE(0)
    }
    return Buffer.concat(pieces)
  }

  #page(number: number): Buffer {
    const end = number * this.#pageSize
    if (number < 1 || end > this.#bytes.length) throw new SqliteDamage('is cut short')
    return this.#bytes.subarray(end - this.#pageSize, end)
  }
}

function valuesOf(record: Buffer): SqliteValue[] {
  const [headerEnd, first] = varint(record, 0)
  const values: SqliteValue[] = []
  let body = headerEnd
  for (let at = first; at < headerEnd;) {
    const [serial, next] = varint(record, at)
    at = next
    const size = sizeOf(serial)
    values.push(valueOf(within(record, body, size), serial))
    body += size
  }
  return values
}

const INTEGER_BYTES = [0, 1, 2, 3, 4, 6, 8, 8, 0, 0] as const

const sizeOf = (serial: number): number =>
  serial < 12 ? (INTEGER_BYTES[serial] ?? 0) : Math.floor((serial - 12) / 2)

function valueOf(bytes: Buffer, serial: number): SqliteValue {
  if (serial >= 12) return serial % 2 === 0 ? bytes : bytes.toString('utf8')
  if (serial === 8 || serial === 9) return serial - 8
  // Floats and integers of eight bytes stand for nothing that is looked for here.
  if (serial === 0 || serial > 5) return null
  return bytes.readIntBE(0, bytes.length)
}

/** A number of one to nine bytes, and where it ends. */
function varint(bytes: Buffer, at: number): [number, number] {
  let value = 0
  for (let i = 0; i < 9; i++) {
    const byte = bytes[at + i]
    if (byte === undefined) throw new SqliteDamage('is cut short')
    if (i === 8) return [value * 256 + byte, at + 9]
    value = value * 128 + (byte & 0x7f)
    if (byte < 0x80) return [value, at + i + 1]
  }
  return [value, at + 9]
}

function within(bytes: Buffer, start: number, size: number): Buffer {
  if (start + size > bytes.length) throw new SqliteDamage('has a value outside its page')
  return bytes.subarray(start, start + size)
}
