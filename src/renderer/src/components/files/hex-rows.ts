/** Bytes as rows of sixteen: offset, hexadecimal, characters. Pure. */

export const BYTES_PER_ROW = 16

export interface HexRow {
  readonly offset: string
  readonly hex: string
  readonly text: string
}

export function hexRowCount(bytes: Uint8Array): number {
  return Math.ceil(bytes.length / BYTES_PER_ROW)
}

export function hexRow(bytes: Uint8Array, row: number): HexRow {
  const start = row * BYTES_PER_ROW
  const part = [...bytes.subarray(start, start + BYTES_PER_ROW)]
  const pairs = part.map((byte) => byte.toString(16).padStart(2, '0'))
  const left = pairs.slice(0, 8).join(' ').padEnd(23)
  return {
    offset: start.toString(16).padStart(8, '0'),
    hex: `${left}  ${pairs.slice(8).join(' ')}`.padEnd(48),
    text: part.map((byte) => (byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '.')).join('')
  }
}
