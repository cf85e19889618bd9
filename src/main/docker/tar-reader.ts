/**
 * Reads the engine's tar archives: header by header, contents only when asked for, names byte for byte. Used by archive.ts
 * and main/files. Our own because tar libraries for Node decode PAX names as UTF-8, which loses every other name, and copy
 * contents that are only skipped (docs/decisions/0432 has the figures).
 */
import { AppError } from '@shared/errors'
import { ByteSource } from './byte-source'
import { fromBytes } from './path-bytes'

export type TarType = 'file' | 'directory' | 'symlink' | 'hardlink' | 'block' | 'character' | 'fifo' | 'other'

export interface TarEntry {
  /** As in the archive; see {@link fromBytes} for what is not UTF-8. */
  readonly name: string
  readonly type: TarType
  /** Bytes of content that follow. */
  readonly size: number
  readonly mode: number
  readonly uid: number
  readonly gid: number
  /** Seconds since the epoch, to the nanosecond where the archive has it. */
  readonly mtime: string
  readonly linkName: string
  /** Extended attributes among others; times and names are in the fields above. */
  readonly pax: Readonly<Record<string, string>>
}

/** An entry and its content; what is not read of it is skipped when the next entry is asked for. */
export interface TarItem {
  readonly entry: TarEntry
  readonly body: () => AsyncGenerator<Buffer, void, undefined>
}

const BLOCK = 512
/** More than any path and its attributes; a header that claims more is not one of the engine's. */
const MAX_META_BYTES = 4 * 1024 * 1024

const TYPES: Readonly<Record<string, TarType>> = {
  '\0': 'file',
  '0': 'file',
  '7': 'file',
  '1': 'hardlink',
  '2': 'symlink',
  '3': 'character',
  '4': 'block',
  '5': 'directory',
  '6': 'fifo'
}

/** Yields every entry of an archive. Leaving the loop closes the source. `onRead` is told of bytes as they come. */
export async function* readTar(
  source: AsyncIterable<Uint8Array>,
  onRead?: (bytes: number) => void
): AsyncGenerator<TarItem, void, undefined> {
  const bytes = new ByteSource(source, onRead)
  const meta = new Meta()
  try {
    for (;;) {
      const block = bytes.ready(BLOCK) ?? (await bytes.take(BLOCK))
      if (block === null) return
      if (isZero(block)) continue
      const header = parseHeader(block)
      if (await meta.absorb(header, bytes)) continue
      const entry = meta.apply(header)
      const content = { left: hasContent(entry.type) ? entry.size : 0 }
      const padding = (BLOCK - (content.left % BLOCK)) % BLOCK
      yield { entry, body: () => readBody(bytes, content) }
      await bytes.skip(content.left + padding)
    }
  } finally {
    await bytes.close()
  }
}

async function* readBody(
  bytes: ByteSource,
  content: { left: number }
): AsyncGenerator<Buffer, void, undefined> {
  while (content.left > 0) {
    const chunk = await bytes.some(content.left)
    content.left -= chunk.length
    yield chunk
  }
}

/** Links say a size in some archives, but nothing follows them. */
function hasContent(type: TarType): boolean {
  return type === 'file' || type === 'other'
}

interface Header extends Omit<TarEntry, 'type' | 'pax'> {
  readonly flag: string
}

/** What PAX and GNU headers say of the entry that comes after them. */
class Meta {
  #global: Readonly<Record<string, string>> = {}
  #next: Record<string, string> = {}

  /** Takes a header that is about another entry; false when it is an entry itself. */
  async absorb(header: Header, bytes: ByteSource): Promise<boolean> {
    if (!['x', 'g', 'L', 'K'].includes(header.flag)) return false
    if (header.size > MAX_META_BYTES) throw notATar('an oversized header')
    const data = (await bytes.take(header.size)) ?? Buffer.alloc(0)
    await bytes.skip((BLOCK - (header.size % BLOCK)) % BLOCK)
    if (header.flag === 'x') Object.assign(this.#next, parsePax(data))
    else if (header.flag === 'g') this.#global = { ...this.#global, ...parsePax(data) }
    else this.#next[header.flag === 'L' ? 'path' : 'linkpath'] = cString(data)
    return true
  }

  apply({ flag, ...header }: Header): TarEntry {
    const pax = { ...this.#global, ...this.#next }
    this.#next = {}
    const name = pax['path'] ?? header.name
    const type = TYPES[flag] ?? 'other'
    return {
      name,
      // Archives from before ustar mark folders by the slash alone.
      type: type === 'file' && name.endsWith('/') ? 'directory' : type,
      size: paxNumber(pax['size']) ?? header.size,
      mode: header.mode,
      uid: paxNumber(pax['uid']) ?? header.uid,
      gid: paxNumber(pax['gid']) ?? header.gid,
      mtime: pax['mtime'] ?? header.mtime,
      linkName: pax['linkpath'] ?? header.linkName,
      pax
    }
  }
}

function parseHeader(block: Buffer): Header {
  if (!checksumFits(block)) throw notATar('a damaged header')
  const size = number(block, 124, 12)
  if (!(size >= 0)) throw notATar('an impossible size')
  const ustar = block.toString('latin1', 257, 263) === 'ustar\0'
  const prefix = ustar ? cString(block.subarray(345, 500)) : ''
  const name = cString(block.subarray(0, 100))
  return {
    name: prefix === '' ? name : `${prefix}/${name}`,
    flag: String.fromCharCode(block[156] ?? 0),
    size,
    mode: number(block, 100, 8) & 0o7777,
    uid: number(block, 108, 8),
    gid: number(block, 116, 8),
    mtime: String(number(block, 136, 12)),
    linkName: cString(block.subarray(157, 257))
  }
}

function checksumFits(block: Buffer): boolean {
  let sum = 8 * 32
  for (let at = 0; at < BLOCK; at += 1) if (at < 148 || at >= 156) sum += block[at] ?? 0
  return sum === number(block, 148, 8)
}

/** Octal text, or base 256 where the first bit is set. */
function number(block: Buffer, start: number, length: number): number {
  const first = block[start] ?? 0
  if ((first & 0x80) !== 0) {
    let value = first === 0xff ? -1 : first & 0x7f
    for (let at = start + 1; at < start + length; at += 1) value = value * 256 + (block[at] ?? 0)
    return value
  }
  const text = cString(block.subarray(start, start + length)).trim()
  return text === '' ? 0 : Number.parseInt(text, 8)
}

function cString(bytes: Buffer): string {
  const end = bytes.indexOf(0)
  return fromBytes(end === -1 ? bytes : bytes.subarray(0, end))
}

/** `length key=value\n` records; the length counts bytes, so values may hold anything. */
function parsePax(data: Buffer): Record<string, string> {
  const records: Record<string, string> = {}
  for (let at = 0; at < data.length;) {
    const space = data.indexOf(0x20, at)
    const length = space === -1 ? NaN : Number(data.toString('latin1', at, space))
    if (!Number.isSafeInteger(length) || length <= space - at || at + length > data.length) break
    const record = data.subarray(space + 1, at + length - 1)
    const equals = record.indexOf(0x3d)
    if (equals > 0) records[record.toString('latin1', 0, equals)] = fromBytes(record.subarray(equals + 1))
    at += length
  }
  return records
}

function paxNumber(text: string | undefined): number | undefined {
  const value = text === undefined || text === '' ? NaN : Number(text)
  return Number.isSafeInteger(value) && value >= 0 ? value : undefined
}

function isZero(block: Buffer): boolean {
  return block[0] === 0 && block.every((byte) => byte === 0)
}

function notATar(what: string): AppError {
  return new AppError('DataLoss', `The engine’s archive cannot be read: it has ${what}.`, {
    hint: 'Try again; the connection may have been disturbed.'
  })
}
