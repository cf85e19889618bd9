/** Packages as the rows of a table: what they are called, how they are searched, filtered and put in order. Pure. */
import type { TableRow, TableSort } from '@/components/table-types'
import { ECOSYSTEM_ORDER, ECOSYSTEM_WORDS } from './ecosystems'
import type { Ecosystem, ImagePackage } from '@shared/contract/packages'

export interface PackageItem {
  readonly found: ImagePackage
  readonly ecosystem: string
  readonly licence: string
  /** The instruction of its layer. */
  readonly instruction: string
  /** What a search looks into. */
  readonly text: string
  /** Its place in the list as it was read. */
  readonly at: number
}

export function packageItems(
  packages: readonly ImagePackage[],
  instructionOf: (layer: number) => string
): PackageItem[] {
  return packages.map((found, at) => {
    const licence = found.licences.join(', ')
    const instruction = found.layer === null ? '' : instructionOf(found.layer) || `Layer ${found.layer + 1}`
    const { name, version, source, path } = found
    return {
      ...{ found, at, licence, instruction, ecosystem: ECOSYSTEM_WORDS[found.ecosystem] },
      text: [name, version, licence, source, path].join('\n').toLowerCase()
    }
  })
}

/** How many there are of each ecosystem that has any. */
export function countsOf(items: readonly PackageItem[]): { ecosystem: Ecosystem; count: number }[] {
  const counts = new Map<Ecosystem, number>()
  for (const { found } of items) counts.set(found.ecosystem, (counts.get(found.ecosystem) ?? 0) + 1)
  return ECOSYSTEM_ORDER.flatMap((ecosystem) => {
    const count = counts.get(ecosystem)
    return count === undefined ? [] : [{ ecosystem, count }]
  })
}

export interface PackageFilter {
  readonly search: string
  /** Empty: all. */
  readonly ecosystems: ReadonlySet<Ecosystem>
}

export function filtered(
  items: readonly PackageItem[],
  { search, ecosystems }: PackageFilter
): readonly PackageItem[] {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean)
  if (words.length === 0 && ecosystems.size === 0) return items
  return items.filter(
    ({ found, text }) =>
      (ecosystems.size === 0 || ecosystems.has(found.ecosystem)) && words.every((word) => text.includes(word))
  )
}

const KEYS: Readonly<Record<string, (item: PackageItem) => string | number>> = {
  name: ({ found }) => found.name,
  version: ({ found }) => found.version,
  ecosystem: (item) => item.ecosystem,
  licence: (item) => item.licence,
  layer: ({ found }) => found.layer ?? -1,
  path: ({ found }) => found.path
}

/** In order; those that are alike stay as they were read, by name. */
export function ordered(items: readonly PackageItem[], { key, direction }: TableSort): PackageItem[] {
  const of = KEYS[key] ?? ((item: PackageItem) => item.at)
  const sign = direction === 'ascending' ? 1 : -1
  return items
    .map((item) => ({ item, by: of(item) }))
    .sort((a, b) => (a.by < b.by ? -sign : a.by > b.by ? sign : a.item.at - b.item.at))
    .map(({ item }) => item)
}

export function packageLines(items: readonly PackageItem[]): TableRow<PackageItem>[] {
  return items.map((item) => ({
    kind: 'item',
    key: `${item.at}`,
    label: `${item.found.name} ${item.found.version}`,
    item
  }))
}
