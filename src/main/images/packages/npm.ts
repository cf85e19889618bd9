/** A package of npm out of its `package.json`. Pure. */
import { foundAll, foundPackage, NOTHING_FOUND, textOf, type Found } from './found'

export function readNpm(bytes: Uint8Array): Found {
  let manifest: unknown
  try {
    manifest = JSON.parse(textOf(bytes))
  } catch {
    return { packages: [], note: 'is no JSON' }
  }
  if (typeof manifest !== 'object' || manifest === null) return NOTHING_FOUND
  const { name, version, license, licenses } = manifest as Record<string, unknown>
  if (typeof name !== 'string' || typeof version !== 'string') return NOTHING_FOUND
  return foundAll([foundPackage('npm', { name, version, licences: licencesOf(license, licenses) })])
}

/** `license` is a text, or as it was before 2014 an object or a list `licenses` of them. */
function licencesOf(license: unknown, licenses: unknown): string[] {
  const all: unknown[] = [license, ...(Array.isArray(licenses) ? licenses.slice(0, 40) : [licenses])]
  return all.map(licenceOf).filter((text) => text !== '')
}

function licenceOf(value: unknown): string {
  if (typeof value === 'string') return value
  if (typeof value !== 'object' || value === null) return ''
  const { type, name } = value as Record<string, unknown>
  return typeof type === 'string' ? type : typeof name === 'string' ? name : ''
}
