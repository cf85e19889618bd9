/**
 * Java libraries out of an archive (jar, war, ear): Maven's `pom.properties` where there are some, else the manifest, else
 * the file's name; and what archives inside it hold. Only those few members are unpacked, each bounded. Pure.
 */
import { unzipSync, type UnzipFileInfo } from 'fflate'
import { foundAll, foundPackage, MAX_PACKAGES, textOf, type Found, type FoundPackage } from './found'
import { lines } from './stanzas'

/** Of one member that is unpacked; a library inside an application is smaller. */
const MAX_MEMBER_BYTES = 64 * 1024 * 1024
const MAX_TEXT_BYTES = 1024 * 1024
/** Of everything that is unpacked of one archive, those inside it included. */
const MAX_TOTAL_BYTES = 512 * 1024 * 1024
const MAX_MEMBERS = 500_000
const MAX_DEPTH = 3
const MAVEN = /^META-INF\/maven\/[^/]+\/[^/]+\/pom\.(properties|xml)$/
const MANIFEST = 'META-INF/MANIFEST.MF'
export const JAVA_NAME = /\.(jar|war|ear|jpi|hpi|par)$/i

interface Budget {
  bytes: number
  /** Members looked at: a directory may claim billions. */
  members: number
  skipped: boolean
}

/** @param path where the archive is in the image, for a name when nothing inside states one. */
export function readJava(bytes: Uint8Array, path: string): Found {
  const budget: Budget = { bytes: MAX_TOTAL_BYTES, members: MAX_MEMBERS, skipped: false }
  const packages = readArchive(bytes, path, MAX_DEPTH, budget)
  if (packages === null) return { packages: [], note: 'is no archive that can be read' }
  return foundAll(
    packages,
    budget.skipped ? 'holds archives that are too large or damaged and were left out' : null
  )
}

function readArchive(bytes: Uint8Array, path: string, depth: number, budget: Budget): FoundPackage[] | null {
  let members: Record<string, Uint8Array>
  try {
    members = unzipSync(bytes, { filter: (file) => isWanted(file, depth, budget) })
  } catch {
    return null
  }
  const found = ownPackages(members, path)
  for (const [name, inner] of Object.entries(members)) {
    if (!JAVA_NAME.test(name) || found.length >= MAX_PACKAGES) continue
    const inside = readArchive(inner, name, depth - 1, budget)
    if (inside === null) budget.skipped = true
    else found.push(...inside)
  }
  return found
}

function isWanted({ name, originalSize, size }: UnzipFileInfo, depth: number, budget: Budget): boolean {
  budget.members -= 1
  if (budget.members < 0) throw new RangeError('too many members')
  const archive = JAVA_NAME.test(name)
  if (!archive && name !== MANIFEST && !MAVEN.test(name)) return false
  const most = Math.min(budget.bytes, archive ? MAX_MEMBER_BYTES : MAX_TEXT_BYTES)
  if (Math.max(originalSize, size) > most || (archive && depth === 0)) {
    budget.skipped = true
    return false
  }
  budget.bytes -= Math.max(originalSize, size)
  return true
}

function ownPackages(members: Readonly<Record<string, Uint8Array>>, path: string): FoundPackage[] {
  const manifest = manifestOf(members[MANIFEST])
  const licence = manifest.get('Bundle-License') ?? ''
  const found: FoundPackage[] = []
  for (const [name, bytes] of Object.entries(members)) {
    if (!name.endsWith('/pom.properties')) continue
    const pom = members[name.replace(/properties$/, 'xml')]
    const one = mavenPackage(bytes, pom)
    if (one !== null) found.push(one)
  }
  if (found.length > 0) return found
  const bare = (path.split('/').at(-1) ?? path).replace(JAVA_NAME, '')
  const [, stem = bare, ending = ''] = /^(.+?)-(\d[^/]*)$/.exec(bare) ?? []
  const one = foundPackage('java', {
    name: /^[^;]*/.exec(manifest.get('Bundle-SymbolicName') ?? '')?.[0] || stem,
    version: manifest.get('Bundle-Version') ?? manifest.get('Implementation-Version') ?? ending,
    licences: /^https?:/.test(licence) ? [] : [licence]
  })
  return one === null ? [] : [one]
}

function mavenPackage(properties: Uint8Array, pom: Uint8Array | undefined): FoundPackage | null {
  const values = new Map<string, string>()
  for (const line of lines(textOf(properties))) {
    const at = line.indexOf('=')
    if (at > 0) values.set(line.slice(0, at).trim(), line.slice(at + 1).trim())
  }
  const group = values.get('groupId') ?? ''
  const artifact = values.get('artifactId') ?? ''
  return foundPackage('java', {
    name: group === '' || artifact === '' ? artifact : `${group}:${artifact}`,
    version: values.get('version') ?? '',
    licences: pom === undefined ? [] : licencesOfPom(textOf(pom))
  })
}

/** The names in the one list of licences that a pom has; it is not parsed any further. */
function licencesOfPom(xml: string): string[] {
  const start = xml.indexOf('<licenses>')
  const end = xml.indexOf('</licenses>', start)
  if (start < 0 || end < 0) return []
  const names = xml.slice(start, Math.min(end, start + 20_000)).matchAll(/<name>([^<]{1,300})<\/name>/g)
  return Array.from(names, (match) => (match[1] ?? '').replaceAll('&amp;', '&'))
}

/** The main section: lines `Key: value`; one that begins with a blank goes on with the value before it. */
function manifestOf(bytes: Uint8Array | undefined): Map<string, string> {
  const values = new Map<string, string>()
  let key = ''
  for (const line of lines(textOf((bytes ?? new Uint8Array(0)).subarray(0, 256 * 1024)))) {
    if (line === '' && key !== '') break
    if (line.startsWith(' ')) values.set(key, `${values.get(key) ?? ''}${line.slice(1)}`.slice(0, 2000))
    else {
      key = line.slice(0, Math.max(0, line.indexOf(':')))
      values.set(key, line.slice(key.length + 1).trim())
    }
  }
  return values
}
