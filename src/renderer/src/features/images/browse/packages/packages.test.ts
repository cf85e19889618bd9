import { describe, expect, it } from 'vitest'
import { ECOSYSTEMS, type ImagePackage } from '@shared/contract/packages'
import { ECOSYSTEM_ORDER } from './ecosystems'
import { countsOf, filtered, ordered, packageItems } from './package-rows'

const one = (over: Partial<ImagePackage>): ImagePackage => ({
  ...{ ecosystem: 'npm', name: 'left-pad', version: '1.3.0', architecture: '', licences: ['MIT'] },
  ...{ source: '', path: '/srv/left-pad/package.json', layer: 1, purl: '' },
  ...over
})
const items = packageItems(
  [
    one({}),
    one({ name: 'curl', ecosystem: 'deb', layer: 0, licences: ['curl', 'GPL-2+'], source: 'curl-src 7' }),
    one({ name: 'zlib', ecosystem: 'deb', layer: null, licences: [] })
  ],
  (layer) => ['FROM x', ''][layer] ?? ''
)
const names = (list: typeof items): string[] => list.map(({ found }) => found.name)

describe('the rows of packages', () => {
  it('are found by every word, in name, version, licence, source and path', () => {
    const search = (text: string): string[] =>
      names([...filtered(items, { search: text, ecosystems: new Set() })])
    expect(search('GPL curl')).toEqual(['curl'])
    expect(search('curl-src')).toEqual(['curl'])
    expect(search('/SRV/')).toEqual(['left-pad', 'curl', 'zlib'])
    expect(search('left missing')).toEqual([])
    expect(names([...filtered(items, { search: '', ecosystems: new Set(['deb']) })])).toEqual([
      'curl',
      'zlib'
    ])
  })

  it('are counted and put in order', () => {
    expect(countsOf(items)).toEqual([
      { ecosystem: 'deb', count: 2 },
      { ecosystem: 'npm', count: 1 }
    ])
    expect(names(ordered(items, { key: 'layer', direction: 'ascending' }))).toEqual([
      'zlib',
      'curl',
      'left-pad'
    ])
    expect(names(ordered(items, { key: 'name', direction: 'descending' }))).toEqual([
      'zlib',
      'left-pad',
      'curl'
    ])
    expect(items.map(({ instruction }) => instruction)).toEqual(['Layer 2', 'FROM x', ''])
  })

  it('know every ecosystem there is', () => {
    expect([...ECOSYSTEM_ORDER].sort()).toEqual([...ECOSYSTEMS].sort())
  })
})
