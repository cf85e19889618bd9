/** A Ruby gem out of the `.gemspec` that RubyGems writes on installing it. It is a program and is read as text. Pure. */
import { foundAll, foundPackage, textOf, type Found } from './found'

/** A text in quotes, as RubyGems writes it, with `.freeze` or without. */
const QUOTED = /["']([^"'\n]{1,300})["']/
const MAX_LINES = 2000

export function readGem(bytes: Uint8Array): Found {
  const facts = new Map<string, string>()
  for (const line of textOf(bytes).split('\n', MAX_LINES)) {
    const match = /^\s*\w+\.(name|version|platform|licenses?)\s*=\s*(.{1,2000})$/.exec(line)
    if (match !== null && !facts.has(match[1] ?? '')) facts.set(match[1] ?? '', match[2] ?? '')
  }
  const quoted = (key: string): string => QUOTED.exec(facts.get(key) ?? '')?.[1] ?? ''
  const licences = (facts.get('licenses') ?? facts.get('license') ?? '').matchAll(new RegExp(QUOTED, 'g'))
  const platform = quoted('platform')
  const found = foundPackage('gem', {
    name: quoted('name'),
    version: quoted('version'),
    architecture: platform === 'ruby' ? '' : platform,
    licences: Array.from(licences, (match) => match[1] ?? '')
  })
  return foundAll([found], found === null ? 'does not state a name and a version' : null)
}
