/** Debian packages out of `/var/lib/dpkg/status`, and out of distroless images' `status.d`, one file a package. Pure. */
import { foundAll, foundPackage, short, textOf, type Found, type FoundPackage } from './found'
import { stanzas } from './stanzas'

const FIELDS: ReadonlySet<string> = new Set(['Package', 'Status', 'Version', 'Architecture', 'Source'])
/** States in which the files are there, as `dpkg-query -W` words them. */
const PRESENT: ReadonlySet<string> = new Set([
  'installed',
  'unpacked',
  'half-configured',
  'triggers-awaited',
  'triggers-pending'
])

export function readDpkg(bytes: Uint8Array): Found {
  return foundAll(packagesOf(textOf(bytes)))
}

function* packagesOf(text: string): Generator<FoundPackage | null, void, undefined> {
  for (const fields of stanzas(text, FIELDS)) {
    const value = (name: string): string => fields.get(name)?.[0] ?? ''
    const state = value('Status').split(/\s+/)[2]
    // status.d says nothing of a state: what is there is installed.
    if (state !== undefined && !PRESENT.has(state)) continue
    const name = value('Package')
    const architecture = value('Architecture')
    const lists = [`${name}.list`, `${name}:${architecture}.list`]
    yield foundPackage('deb', {
      name,
      version: value('Version'),
      architecture,
      source: sourceOf(value('Source'), value('Version')),
      owned: /[/\0]/.test(name + architecture) ? [] : lists.map((list) => `/var/lib/dpkg/info/${list}`)
    })
  }
}

/** `curl (7.88.1-10)`, or only a name when the version is the package's own. */
function sourceOf(field: string, version: string): string {
  if (field === '') return ''
  const match = /^(\S+)\s+\(([^)]*)\)/.exec(field)
  return short(match === null ? `${field} ${version}` : `${match[1] ?? ''} ${match[2] ?? ''}`)
}
