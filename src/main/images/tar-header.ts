/**
 * One 512-byte tar header, and the records of a PAX extended header, as numbers and byte views. Pure; used by tar-scanner.
 * Names stay bytes: a file's name in an image need not be UTF-8.
 */

export const BLOCK = 512

/** What an entry is; the numbers are part of the layer index's format on disk. */
export const Kind = {
  /** Nothing of its own in this layer: a whiteout without an entry. */
  none: 0,
  file: 1,
  directory: 2,
  symlink: 3,
  hardLink: 4,
  character: 5,
  block: 6,
  fifo: 7
} as const
export type Kind = (typeof Kind)[keyof typeof Kind]

/** Whether the block's checksum is right; both the standard's unsigned sum and the signed one of old writers count. */
export function checksumMatches(bytes: Uint8Array, at: number): boolean {
  const stored = octal(bytes, at + 148, 8)
  let unsigned = 0
  for (let i = at; i < at + BLOCK; i++) unsigned += bytes[i] as number
  for (let i = at + 148; i < at + 156; i++) unsigned += 32 - (bytes[i] as number)
  if (unsigned === stored) return true
  let signed = unsigned
  for (let i = at; i < at + BLOCK; i++) {
    const inChecksum = i >= at + 148 && i < at + 156
    if (!inChecksum && (bytes[i] as number) > 127) signed -= 256
  }
  return signed === stored
}

export function isZeroBlock(bytes: Uint8Array, at: number): boolean {
  for (let i = at; i < at + BLOCK; i++) if (bytes[i] !== 0) return false
  return true
}

/** Octal text with blanks around it; -1 when it is something else. Empty is 0, as every reader takes it. */
function octal(bytes: Uint8Array, at: number, length: number): number {
  let i = at
  const end = at + length
  while (i < end && (bytes[i] === 32 || bytes[i] === 0)) i += 1
  let value = 0
  for (; i < end; i++) {
    const byte = bytes[i] as number
    if (byte === 0 || byte === 32) break
    if (byte < 48 || byte > 55) return -1
    value = value * 8 + byte - 48
  }
  return value
}

/**
 * A numeric field: octal text, or GNU's base-256 for what is too large for it. NaN when it is neither, or when it does not
 * fit a safe integer.
 */
export function numberAt(bytes: Uint8Array, at: number, length: number): number {
  const first = bytes[at] as number
  if ((first & 0x80) === 0) {
    const value = octal(bytes, at, length)
    return value < 0 || !Number.isSafeInteger(value) ? NaN : value
  }
  // Two's complement over the remaining bits; bit 6 of the first byte is the sign.
  const negative = (first & 0x40) !== 0
  let value = negative ? first | -128 : first & 0x3f
  for (let i = at + 1; i < at + length; i++) value = value * 256 + (bytes[i] as number)
  return Number.isSafeInteger(value) ? value : NaN
}

/** The bytes of a NUL-terminated field. */
export function textAt(bytes: Uint8Array, at: number, length: number): Uint8Array {
  let end = at
  while (end < at + length && bytes[end] !== 0) end += 1
  return bytes.subarray(at, end)
}

const USTAR = [117, 115, 116, 97, 114]

/** `ustar\0` (POSIX) or `ustar ` (GNU); anything else is a header from before 1988, which has no prefix field. */
export function magicAt(bytes: Uint8Array, at: number): 'posix' | 'gnu' | 'old' {
  for (let i = 0; i < USTAR.length; i++) if (bytes[at + 257 + i] !== USTAR[i]) return 'old'
  return bytes[at + 262] === 0 ? 'posix' : 'gnu'
}

/** The name field, with the POSIX prefix before it. Copies only when there is a prefix. */
export function nameAt(bytes: Uint8Array, at: number): Uint8Array {
  const name = textAt(bytes, at, 100)
  if (magicAt(bytes, at) !== 'posix') return name
  const prefix = textAt(bytes, at + 345, 155)
  if (prefix.length === 0) return name
  const whole = new Uint8Array(prefix.length + 1 + name.length)
  whole.set(prefix)
  whole[prefix.length] = 47
  whole.set(name, prefix.length + 1)
  return whole
}

/** One record of an extended header. */
export interface PaxRecord {
  readonly key: string
  readonly value: Uint8Array
}

/**
 * The records `"<length> <key>=<value>\n"` of an extended header, in order; a key may come again (sparse maps do).
 * null when the text is malformed.
 */
export function paxRecords(bytes: Uint8Array): PaxRecord[] | null {
  const records: PaxRecord[] = []
  let at = 0
  while (at < bytes.length && bytes[at] !== 0) {
    let length = 0
    let i = at
    for (; i < bytes.length && bytes[i] !== 32; i++) {
      const digit = (bytes[i] as number) - 48
      if (digit < 0 || digit > 9) return null
      length = length * 10 + digit
    }
    const end = at + length
    if (length === 0 || end > bytes.length || bytes[end - 1] !== 10 || end <= i + 1) return null
    const equals = bytes.indexOf(61, i + 1)
    if (equals < 0 || equals >= end) return null
    records.push({
      key: Buffer.from(bytes.buffer, bytes.byteOffset + i + 1, equals - i - 1).toString('utf8'),
      value: bytes.subarray(equals + 1, end - 1)
    })
    at = end
  }
  return records
}

/** A decimal number of a PAX record, with a fraction for times; NaN when it is none. */
export function decimal(value: Uint8Array): number {
  const text = Buffer.from(value.buffer, value.byteOffset, value.length).toString('latin1')
  return /^-?\d{1,20}(\.\d*)?$/.test(text) ? Number(text) : NaN
}
