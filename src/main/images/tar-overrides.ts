/**
 * What extended headers say of the entry that follows them: PAX records and GNU long names. Used by tar-scanner only.
 */
import { damaged } from './damage'
import { decimal, paxRecords } from './tar-header'
import { sparseInText, type Sparse, type Stretch } from './tar-sparse'
import type { TarEntry } from './tar-scanner'

interface Values {
  path?: Uint8Array
  link?: Uint8Array
  size?: number
  uid?: number
  gid?: number
  mtime?: number
  attributes?: boolean
  realSize?: number
  sparse?: Sparse
}

const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString('latin1')

/** Without the NULs GNU tar puts at the end, and without anything after one inside. */
function untilNul(bytes: Uint8Array): Uint8Array {
  const nul = bytes.indexOf(0)
  return nul < 0 ? bytes : bytes.subarray(0, nul)
}

export class Overrides {
  #next: Values = {}
  #any = false

  /** Something waits for an entry that has not come yet. */
  get any(): boolean {
    return this.#any
  }

  /** The body of one extended header, by its type: `x`, `g` (PAX), `L`, `K` (GNU). */
  add(type: string, body: Uint8Array): void {
    // Docker ignores global headers, so no name or size comes from one.
    if (type === 'g') return
    this.#any = true
    if (type === 'L') this.#next.path ??= untilNul(body)
    else if (type === 'K') this.#next.link ??= untilNul(body)
    else this.#next = { ...this.#next, ...valuesOf(body) }
  }

  apply(entry: TarEntry): void {
    const values = this.#next
    if (values.path !== undefined) entry.path = values.path
    if (values.link !== undefined) entry.link = values.link
    if (values.uid !== undefined) entry.uid = values.uid
    if (values.gid !== undefined) entry.gid = values.gid
    if (values.mtime !== undefined) entry.mtime = values.mtime
    if (values.attributes === true) entry.attributes = true
    if (values.size !== undefined) entry.size = values.size
    entry.realSize = values.realSize ?? entry.size
    entry.sparse = values.sparse ?? null
  }

  clear(): void {
    if (!this.#any) return
    this.#next = {}
    this.#any = false
  }
}

function valuesOf(body: Uint8Array): Values {
  const records = paxRecords(body)
  if (records === null) throw damaged('an extended header is not readable')
  const values: Values = {}
  const gnu = new Map<string, Uint8Array>()
  const pairs: number[] = []
  for (const { key, value } of records) {
    if (key.startsWith('GNU.sparse.')) {
      gnu.set(key.slice('GNU.sparse.'.length), value)
      if (key.endsWith('.offset') || key.endsWith('.numbytes')) pairs.push(decimal(value))
    } else if (key.startsWith('SCHILY.xattr.') || key.startsWith('LIBARCHIVE.xattr.')) {
      values.attributes = true
    } else if (value.length > 0) {
      note(values, key, value)
    }
  }
  noteSparse(values, gnu, pairs)
  return values
}

function note(values: Values, key: string, value: Uint8Array): void {
  if (key === 'path') values.path = untilNul(value)
  else if (key === 'linkpath') values.link = untilNul(value)
  else if (key === 'size' || key === 'uid' || key === 'gid' || key === 'mtime') {
    const number = decimal(value)
    const bad = Number.isNaN(number) || (key !== 'mtime' && !(Number.isSafeInteger(number) && number >= 0))
    if (bad) throw damaged(`an extended header has an impossible ${key}`)
    values[key] = number
  }
}

function noteSparse(values: Values, gnu: ReadonlyMap<string, Uint8Array>, pairs: readonly number[]): void {
  const realSize = gnu.get('realsize') ?? gnu.get('size')
  if (realSize === undefined) return
  const bytes = decimal(realSize)
  if (!(Number.isSafeInteger(bytes) && bytes >= 0)) throw damaged('a sparse file has an impossible size')
  values.realSize = bytes
  const name = gnu.get('name')
  if (name !== undefined) values.path = untilNul(name)
  const major = gnu.get('major')
  const inContent = major !== undefined && text(major) === '1'
  values.sparse = { map: inContent ? [] : mapOf(gnu.get('map'), pairs), inContent }
}

function mapOf(map: Uint8Array | undefined, pairs: readonly number[]): Stretch[] {
  return sparseInText(map === undefined ? pairs.join(',') : text(map))
}
