/**
 * One package of rpm's database: a header of tagged values. Format: lib/header.c of rpm; the count of entries, the bytes of
 * data, sixteen bytes for each entry, the data. Everything is big-endian. Pure; whatever does not fit is left out.
 */
import { foundPackage, MAX_OWNED, short, type FoundPackage } from './found'

const Tag = {
  name: 1000,
  version: 1001,
  release: 1002,
  epoch: 1003,
  licence: 1014,
  architecture: 1022,
  sourceRpm: 1044,
  dirIndexes: 1116,
  baseNames: 1117,
  dirNames: 1118
} as const
const Type = { int32: 4, string: 6, stringArray: 8, i18nString: 9 } as const
const ENTRY_BYTES = 16
const MAX_ENTRIES = 10_000
const MAX_TEXT = 4096

interface Entry {
  readonly type: number
  readonly offset: number
  readonly count: number
}

/** null when it is none, or no package but a key somebody trusts. */
export function readRpmHeader(blob: Uint8Array): FoundPackage | null {
  const header = RpmHeader.of(blob)
  if (header === null) return null
  const name = header.text(Tag.name)
  if (name === '' || name === 'gpg-pubkey') return null
  const [epoch] = header.numbers(Tag.epoch, 1)
  const release = header.text(Tag.release)
  const version = `${epoch === undefined ? '' : `${epoch}:`}${header.text(Tag.version)}`
  return foundPackage('rpm', {
    name,
    version: release === '' ? version : `${version}-${release}`,
    architecture: header.text(Tag.architecture),
    licences: [header.text(Tag.licence)],
    source: short(header.text(Tag.sourceRpm)),
    owned: header.files()
  })
}

class RpmHeader {
  readonly #data: Buffer
  readonly #entries: ReadonlyMap<number, Entry>

  private constructor(data: Buffer, entries: ReadonlyMap<number, Entry>) {
    this.#data = data
    this.#entries = entries
  }

  static of(blob: Uint8Array): RpmHeader | null {
    const bytes = Buffer.from(blob.buffer, blob.byteOffset, blob.byteLength)
    if (bytes.length < 8) return null
    const count = bytes.readUInt32BE(0)
    const size = bytes.readUInt32BE(4)
    const start = 8 + count * ENTRY_BYTES
    if (count > MAX_ENTRIES || start + size > bytes.length) return null
    const entries = new Map<number, Entry>()
    for (let i = 0; i < count; i++) {
      const at = 8 + i * ENTRY_BYTES
      const entry = {
        type: bytes.readUInt32BE(at + 4),
        offset: bytes.readUInt32BE(at + 8),
        count: bytes.readUInt32BE(at + 12)
      }
      entries.set(bytes.readUInt32BE(at), entry)
    }
    return new RpmHeader(bytes.subarray(start, start + size), entries)
  }

  text(tag: number): string {
    return this.texts(tag, 1)[0] ?? ''
  }

  texts(tag: number, most: number): string[] {
    const entry = this.#entries.get(tag)
    if (entry === undefined || !TEXT_TYPES.has(entry.type)) return []
    const values: string[] = []
    let at = entry.offset
    while (values.length < Math.min(entry.count, most)) {
      const end = this.#data.indexOf(0, at)
      if (at >= this.#data.length || end < 0) break
      values.push(this.#data.toString('utf8', at, Math.min(end, at + MAX_TEXT)))
      at = end + 1
    }
    return values
  }

  numbers(tag: number, most: number): number[] {
    const entry = this.#entries.get(tag)
    if (entry?.type !== Type.int32) return []
    const values: number[] = []
    for (let i = 0; i < Math.min(entry.count, most); i++) {
      const at = entry.offset + 4 * i
      if (at + 4 > this.#data.length) break
      values.push(this.#data.readUInt32BE(at))
    }
    return values
  }

  /** Some of its files: names, and for each which of the folders it is in. */
  files(): string[] {
    const folders = this.texts(Tag.dirNames, 1000)
    const indexes = this.numbers(Tag.dirIndexes, MAX_OWNED)
    return this.texts(Tag.baseNames, MAX_OWNED).flatMap((name, at) => {
      const folder = folders[indexes[at] ?? -1]
      return folder === undefined ? [] : [`${folder}${name}`]
    })
  }
}

const TEXT_TYPES: ReadonlySet<number> = new Set([Type.string, Type.stringArray, Type.i18nString])
