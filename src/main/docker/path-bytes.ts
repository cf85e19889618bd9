/**
 * Paths in containers are bytes; in the app they are strings. What is not UTF-8 is kept as lone surrogates (byte 0xff is
 * U+DCFF), so every name has a string of its own that leads back to its bytes. Used wherever paths meet the engine or a disk.
 */

import { isText } from '@shared/docker/container-path'

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** A name or path of the engine as a string; never fails, and {@link toBytes} leads back. */
export function fromBytes(bytes: Uint8Array): string {
  try {
    return decoder.decode(bytes)
  } catch {
    return escaped(bytes)
  }
}

/** The bytes of a path, whatever {@link fromBytes} made of them. */
export function toBytes(path: string): Buffer {
  if (isText(path)) return Buffer.from(path)
  const parts: Buffer[] = []
  for (const char of path) {
    const code = char.codePointAt(0) ?? 0
    const isByte = code >= 0xdc80 && code <= 0xdcff
    parts.push(isByte ? Buffer.from([code - 0xdc00]) : Buffer.from(char))
  }
  return Buffer.concat(parts)
}

/** A path as a value of a query string, byte for byte. */
export function queryPath(path: string): string {
  let text = ''
  for (const byte of toBytes(path)) {
    const char = String.fromCharCode(byte)
    text += /[\w./-]/.test(char) ? char : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`
  }
  return text
}

/** Decodes the longest valid UTF-8 sequence at each place and escapes the single bytes between them. */
function escaped(bytes: Uint8Array): string {
  let text = ''
  for (let at = 0; at < bytes.length;) {
    const length = sequenceLength(bytes[at] ?? 0)
    const valid = length > 0 ? decoded(bytes.subarray(at, at + length), length) : null
    text += valid ?? String.fromCharCode(0xdc00 + (bytes[at] ?? 0))
    at += valid === null ? 1 : length
  }
  return text
}

function sequenceLength(first: number): number {
  if (first < 0x80) return 1
  if (first < 0xc2) return 0
  if (first < 0xe0) return 2
  if (first < 0xf0) return 3
  return first < 0xf5 ? 4 : 0
}

function decoded(bytes: Uint8Array, length: number): string | null {
  if (bytes.length < length) return null
  try {
    return decoder.decode(bytes)
  } catch {
    return null
  }
}
