/**
 * Headers of tar archives for the engine: ustar, with a PAX header before it where ustar cannot say it (long names, names
 * that are not ASCII, fractions of a second, attributes). Byte for byte, as tar-reader.ts reads them. Used by main/files.
 */
import { toBytes } from './path-bytes'

export interface TarHeader {
  /** Relative, with forward slashes; see path-bytes.ts for what is not UTF-8. */
  readonly name: string
  readonly type: 'file' | 'directory' | 'symlink'
  /** Bytes of content; 0 for what has none. */
  readonly size: number
  readonly mode: number
  readonly uid: number
  readonly gid: number
  /** Milliseconds since the epoch. */
  readonly mtimeMs: number
  readonly linkName?: string
  /** More PAX records, for example extended attributes. */
  readonly pax?: Readonly<Record<string, string>>
}

const BLOCK = 512
const FLAGS = { file: '0', directory: '5', symlink: '2' } as const
/** The largest numbers the fields of 8 and 12 octal digits hold. */
const MAX_ID = 0o7777777
const MAX_SIZE = 0o77777777777

/** The two blocks of zeros an archive ends with. */
export const TAR_END = Buffer.alloc(2 * BLOCK)

/** Every block that comes before the content. */
export function tarHeader(header: TarHeader): Buffer {
  const name = toBytes(header.type === 'directory' ? `${header.name}/` : header.name)
  const link = toBytes(header.linkName ?? '')
  const records = paxRecords(header, name, link)
  const own = block(header, name, link, FLAGS[header.type], header.size)
  if (records.length === 0) return own
  const plain = { ...header, uid: 0, gid: 0 }
  const pax = block(plain, Buffer.from('PaxHeaders/entry'), Buffer.alloc(0), 'x', records.length)
  return Buffer.concat([pax, records, tarPadding(records.length), own])
}

/** What fills the last block of a content of this size. */
export function tarPadding(size: number): Buffer {
  return Buffer.alloc((BLOCK - (size % BLOCK)) % BLOCK)
}

function paxRecords(header: TarHeader, name: Buffer, link: Buffer): Buffer {
  const records: Buffer[] = []
  const add = (key: string, value: Buffer | string): void => {
    records.push(paxRecord(key, typeof value === 'string' ? toBytes(value) : value))
  }
  if (!fitsUstar(name)) add('path', name)
  if (!fitsUstar(link)) add('linkpath', link)
  if (header.size > MAX_SIZE) add('size', String(header.size))
  if (header.uid > MAX_ID) add('uid', String(header.uid))
  if (header.gid > MAX_ID) add('gid', String(header.gid))
  const seconds = (header.mtimeMs / 1000).toFixed(3)
  if (header.mtimeMs < 0 || !seconds.endsWith('.000')) add('mtime', seconds)
  for (const [key, value] of Object.entries(header.pax ?? {})) add(key, value)
  return Buffer.concat(records)
}

function fitsUstar(text: Buffer): boolean {
  return text.length <= 100 && text.every((byte) => byte < 0x80)
}

/** `length key=value\n`, where the length counts itself. */
function paxRecord(key: string, value: Buffer): Buffer {
  const rest = Buffer.concat([Buffer.from(` ${key}=`), value, Buffer.from('\n')])
  let length = rest.length
  while (String(length).length + rest.length !== length) length = String(length).length + rest.length
  return Buffer.concat([Buffer.from(String(length)), rest])
}

function block(header: TarHeader, name: Buffer, link: Buffer, flag: string, size: number): Buffer {
  const bytes = Buffer.alloc(BLOCK)
  name.copy(bytes, 0, 0, Math.min(name.length, 100))
  octal(bytes, 100, 8, header.mode & 0o7777)
  octal(bytes, 108, 8, header.uid > MAX_ID ? 0 : header.uid)
  octal(bytes, 116, 8, header.gid > MAX_ID ? 0 : header.gid)
  octal(bytes, 124, 12, size > MAX_SIZE ? 0 : size)
  octal(bytes, 136, 12, Math.max(0, Math.floor(header.mtimeMs / 1000)))
  bytes.write(flag, 156, 'latin1')
  link.copy(bytes, 157, 0, Math.min(link.length, 100))
  bytes.write('ustar\u000000', 257, 'latin1')
  bytes.fill(' ', 148, 156)
  const sum = bytes.reduce((total, byte) => total + byte, 0)
  bytes.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1')
  return bytes
}

function octal(bytes: Buffer, at: number, length: number, value: number): void {
  bytes.write(value.toString(8).padStart(length - 1, '0'), at, 'latin1')
}
