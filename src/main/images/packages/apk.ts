/** Alpine packages out of `/lib/apk/db/installed`: lines `K:value`, a blank line after each package. Pure. */
import { foundAll, foundPackage, MAX_OWNED, textOf, type Found, type FoundPackage } from './found'
import { lines } from './stanzas'

export function readApk(bytes: Uint8Array): Found {
  return foundAll(packagesOf(textOf(bytes)))
}

function* packagesOf(text: string): Generator<FoundPackage | null, void, undefined> {
  let fields = new Map<string, string>()
  let owned: string[] = []
  let folder = ''
  for (const line of lines(text)) {
    if (line === '') {
      yield packageOf(fields, owned)
      fields = new Map()
      owned = []
      folder = ''
      continue
    }
    const key = line.slice(0, 2)
    const value = line.slice(2)
    if (key === 'F:') folder = value
    else if (key === 'R:' && owned.length < MAX_OWNED)
      owned.push(`/${folder === '' ? '' : `${folder}/`}${value}`)
    else if (WANTED.has(key) && !fields.has(key)) fields.set(key, value)
  }
  yield packageOf(fields, owned)
}

/** Package, version, architecture, licence, origin. */
const WANTED: ReadonlySet<string> = new Set(['P:', 'V:', 'A:', 'L:', 'o:'])

function packageOf(fields: ReadonlyMap<string, string>, owned: readonly string[]): FoundPackage | null {
  const value = (key: string): string => fields.get(key) ?? ''
  const name = value('P:')
  const version = value('V:')
  const origin = value('o:')
  return foundPackage('apk', {
    name,
    version,
    architecture: value('A:'),
    licences: [value('L:')],
    source: origin === '' || origin === name ? '' : `${origin} ${version}`,
    owned
  })
}
