/**
 * What is in an archive, as far as its bytes were read: tar (also compressed with gzip) and zip, and everything that is a zip
 * (jar, whl, apk of Android). Nothing is unpacked but gzip, and of that no more than a limit. Pure but for the decompression.
 */
export interface ArchiveEntry {
  readonly name: string
  readonly size: number
}
export interface ArchiveListing {
  readonly kind: 'tar' | 'zip'
  readonly entries: readonly ArchiveEntry[]
  /** There may be more: the bytes, the limit or the archive ended. */
  readonly partial: boolean
}

const MAX_ENTRIES = 10_000
/** Decompressed bytes that are looked at. */
const MAX_INFLATED = 64 * 1024 * 1024
const BLOCK = 512
const text = new TextDecoder()

export type ArchiveKind = 'tar' | 'gzip' | 'zip'

/** By content only; null for everything else. */
export function archiveKind(bytes: Uint8Array): ArchiveKind | null {
  if (bytes[0] === 0x1f && bytes[1] === 0x8b) return 'gzip'
  if (bytes[0] === 0x50 && bytes[1] === 0x4b && (bytes[2] === 3 || bytes[2] === 5)) return 'zip'
  return isTarHeader(bytes, 0) ? 'tar' : null
}

/** Null when it is none after all: a gzip of something that is no tar. */
export async function listArchive(
  bytes: Uint8Array<ArrayBuffer>,
  whole: boolean
): Promise<ArchiveListing | null> {
  switch (archiveKind(bytes)) {
    case 'zip':
      return listZip(bytes, whole)
    case 'tar':
      return listTar(bytes, whole)
    case 'gzip': {
      const { inflated, complete } = await inflate(bytes)
      return isTarHeader(inflated, 0) ? listTar(inflated, whole && complete) : null
    }
    case null:
      return null
  }
}

async function inflate(bytes: Uint8Array<ArrayBuffer>): Promise<{ inflated: Uint8Array; complete: boolean }> {
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip'))
  const reader = stream.getReader()
  const pieces: Uint8Array[] = []
  let length = 0
  let complete = false
  try {
    for (;;) {
      const { done, value } = await reader.read()
      if (done) {
        complete = true
        break
      }
      pieces.push(value)
      length += value.length
      if (length > MAX_INFLATED) break
    }
  } catch {
    // Cut off or damaged: what came before is shown.
  } finally {
    reader.cancel().catch(() => undefined)
  }
  const inflated = new Uint8Array(length)
  let at = 0
  for (const piece of pieces) {
    inflated.set(piece, at)
    at += piece.length
  }
  return { inflated, complete }
}

function isTarHeader(bytes: Uint8Array, at: number): boolean {
  if (bytes.length < at + BLOCK || bytes[at] === 0) return false
  let sum = 0
  for (let i = 0; i < BLOCK; i++) sum += i >= 148 && i < 156 ? 32 : (bytes[at + i] ?? 0)
  return octal(bytes, at + 148, 8) === sum
}

function octal(bytes: Uint8Array, at: number, length: number): number {
  if (((bytes[at] ?? 0) & 0x80) !== 0) {
    let value = (bytes[at] ?? 0) & 0x7f
    for (let i = 1; i < length; i++) value = value * 256 + (bytes[at + i] ?? 0)
    return value
  }
  return parseInt(field(bytes, at, length).trim() || '0', 8) || 0
}

function field(bytes: Uint8Array, at: number, length: number): string {
  const slice = bytes.subarray(at, at + length)
  const end = slice.indexOf(0)
  return text.decode(end < 0 ? slice : slice.subarray(0, end))
}

function listTar(bytes: Uint8Array, whole: boolean): ArchiveListing {
  const entries: ArchiveEntry[] = []
  let at = 0
  let long: string | null = null
  while (isTarHeader(bytes, at) && entries.length < MAX_ENTRIES) {
    const size = octal(bytes, at + 124, 12)
    const type = String.fromCharCode(bytes[at + 156] ?? 48)
    const body = bytes.subarray(at + BLOCK, Math.min(bytes.length, at + BLOCK + Math.min(size, 65_536)))
    if (type === 'L') long = field(body, 0, body.length)
    else if (type === 'x') long = /(?:^|\n)\d+ path=([^\n]*)\n/.exec(text.decode(body))?.[1] ?? long
    else if (type !== 'g' && type !== 'K') {
      const prefix = field(bytes, at + 257, 5) === 'ustar' ? field(bytes, at + 345, 155) : ''
      const name = field(bytes, at, 100)
      entries.push({ name: long ?? (prefix === '' ? name : `${prefix}/${name}`), size })
      long = null
    }
    at += BLOCK + Math.ceil(size / BLOCK) * BLOCK
  }
  const ended = at + BLOCK <= bytes.length && bytes[at] === 0
  return { kind: 'tar', entries, partial: !whole || !ended }
}

/** By the central directory when the end is there, else by the headers before each file. */
function listZip(bytes: Uint8Array, whole: boolean): ArchiveListing {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const end = whole ? endRecord(view) : -1
  if (end >= 0) return listCentral(bytes, view, view.getUint32(end + 16, true))
  const entries: ArchiveEntry[] = []
  let at = 0
  while (at + 30 <= bytes.length && view.getUint32(at, true) === 0x04034b50 && entries.length < MAX_ENTRIES) {
    const packed = view.getUint32(at + 18, true)
    const name = view.getUint16(at + 26, true)
    entries.push({
      name: text.decode(bytes.subarray(at + 30, at + 30 + name)),
      size: view.getUint32(at + 22, true)
    })
    // Sizes that stand behind the content: where the next one is cannot be known.
    if ((view.getUint16(at + 6, true) & 8) !== 0) break
    at += 30 + name + view.getUint16(at + 28, true) + packed
  }
  return { kind: 'zip', entries, partial: true }
}

function endRecord(view: DataView): number {
  for (let at = view.byteLength - 22; at >= Math.max(0, view.byteLength - 66_000); at--) {
    if (view.getUint32(at, true) === 0x06054b50) return at
  }
  return -1
}

function listCentral(bytes: Uint8Array, view: DataView, from: number): ArchiveListing {
  const entries: ArchiveEntry[] = []
  let at = from
  while (at + 46 <= bytes.length && view.getUint32(at, true) === 0x02014b50 && entries.length < MAX_ENTRIES) {
    const name = view.getUint16(at + 28, true)
    entries.push({
      name: text.decode(bytes.subarray(at + 46, at + 46 + name)),
      size: view.getUint32(at + 24, true)
    })
    at += 46 + name + view.getUint16(at + 30, true) + view.getUint16(at + 32, true)
  }
  return { kind: 'zip', entries, partial: entries.length >= MAX_ENTRIES }
}
