/** Which distribution an image is of, out of `os-release`. Pure. */
import { short, textOf } from './found'
import { lines } from './stanzas'

export interface Distro {
  /** `debian`, `alpine`, `rhel`; empty when it is not stated. */
  readonly id: string
  readonly version: string
  /** For people: `Debian GNU/Linux 12 (bookworm)`. */
  readonly name: string
}

export function readOsRelease(bytes: Uint8Array): Distro | null {
  const values = new Map<string, string>()
  for (const line of lines(textOf(bytes.subarray(0, 64 * 1024)))) {
    const match = /^([A-Z_]+)=(.*)$/.exec(line.trim())
    if (match !== null) values.set(match[1] ?? '', short(unquoted(match[2] ?? '')))
  }
  const id = values.get('ID') ?? ''
  const version = values.get('VERSION_ID') ?? ''
  const name = values.get('PRETTY_NAME') ?? [values.get('NAME') ?? id, version].join(' ').trim()
  return name === '' ? null : { id: id.toLowerCase(), version, name }
}

function unquoted(value: string): string {
  const quote = value.at(0)
  const bare = (quote === '"' || quote === "'") && value.endsWith(quote) ? value.slice(1, -1) : value
  return bare.replace(/\\([\\"'$`])/g, '$1')
}
