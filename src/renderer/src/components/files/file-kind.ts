/** How a file's bytes are shown: as a picture, as text, or as they are. By content first, by name where content says nothing. */

export type ViewKind = 'text' | 'image' | 'hex'

const IMAGE_TYPES: Readonly<Record<string, string>> = {
  png: 'image/png',
  jpg: 'image/jpeg',
  jpeg: 'image/jpeg',
  gif: 'image/gif',
  webp: 'image/webp',
  svg: 'image/svg+xml',
  ico: 'image/x-icon',
  bmp: 'image/bmp',
  avif: 'image/avif'
}

const SIGNATURES: readonly (readonly [type: string, bytes: readonly number[], at: number])[] = [
  ['image/png', [0x89, 0x50, 0x4e, 0x47], 0],
  ['image/jpeg', [0xff, 0xd8, 0xff], 0],
  ['image/gif', [0x47, 0x49, 0x46, 0x38], 0],
  ['image/webp', [0x57, 0x45, 0x42, 0x50], 8],
  ['image/bmp', [0x42, 0x4d], 0]
]

/** The extension in lower case; empty without one. */
export function extensionOf(name: string): string {
  const dot = name.lastIndexOf('.')
  return dot <= 0 ? '' : name.slice(dot + 1).toLowerCase()
}

/** The picture's media type; null for what is none. */
export function imageType(name: string, bytes: Uint8Array): string | null {
  const claimed = IMAGE_TYPES[extensionOf(name)]
  const signed = SIGNATURES.find(([, signature, at]) =>
    signature.every((byte, index) => bytes[at + index] === byte)
  )?.[0]
  // Two letters are no proof: such a file must also be named like one.
  if (signed === 'image/bmp') return claimed === signed ? signed : null
  if (signed !== undefined) return signed
  const trusted = claimed === 'image/svg+xml' || claimed === 'image/x-icon' || claimed === 'image/avif'
  return trusted && bytes.length > 0 ? claimed : null
}

/** The text, or null when the bytes are not UTF-8 or hold a NUL. `truncated`: the last character may be cut. */
export function decodeText(bytes: Uint8Array, truncated: boolean): string | null {
  if (bytes.includes(0)) return null
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes, { stream: truncated })
  } catch {
    return null
  }
}

/** What is shown first; another view can always be chosen. */
export function viewKind(name: string, bytes: Uint8Array, truncated: boolean): ViewKind {
  if (imageType(name, bytes) !== null && !truncated) return 'image'
  return decodeText(bytes, truncated) === null ? 'hex' : 'text'
}

/** CRLF only when every line ends so: a file that mixes them is kept as it is. */
export function lineSeparator(text: string): '\n' | '\r\n' {
  const breaks = text.split('\n').length - 1
  const windows = text.split('\r\n').length - 1
  return windows > 0 && windows === breaks ? '\r\n' : '\n'
}
