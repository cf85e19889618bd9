/** A Python package out of `METADATA` of a `.dist-info` folder or `PKG-INFO` of an `.egg-info`. Pure. */
import { foundAll, foundPackage, short, textOf, type Found } from './found'
import { stanzas } from './stanzas'

const FIELDS: ReadonlySet<string> = new Set([
  'Name',
  'Version',
  'License',
  'License-Expression',
  'Classifier'
])
const CLASSIFIER = /^License :: (?:.* :: )?([^:]+)$/
/** A longer licence is the licence's text, not its name. */
const MAX_NAME = 120

export function readPypi(bytes: Uint8Array): Found {
  // The description follows the first blank line.
  const { value } = stanzas(textOf(bytes), FIELDS).next()
  if (!value) return { packages: [], note: 'is empty' }
  const first = (name: string): string => value.get(name)?.[0] ?? ''
  const found = foundPackage('pypi', {
    name: first('Name'),
    version: first('Version'),
    licences: licencesOf(value)
  })
  return foundAll([found], found === null ? 'names no package' : null)
}

/** The expression where there is one, else the licence's name, else what the classifiers say. */
function licencesOf(fields: ReadonlyMap<string, readonly string[]>): string[] {
  const expression = fields.get('License-Expression')?.[0] ?? ''
  if (expression !== '') return [expression]
  const name = fields.get('License')?.[0] ?? ''
  if (name !== '' && name !== 'UNKNOWN' && name.length <= MAX_NAME && !name.includes('\n')) return [name]
  return (fields.get('Classifier') ?? [])
    .map((classifier) => short(CLASSIFIER.exec(classifier)?.[1] ?? ''))
    .filter((text) => text !== '' && text !== 'OSI Approved')
}
