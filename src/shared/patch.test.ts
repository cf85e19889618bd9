import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { applyChange, mergePatches, type Patch } from './patch'

interface Row {
  readonly Id: string
  readonly value: number
}

const id = fc.constantFrom('a', 'b', 'c', 'd')
const row = fc.record({ Id: id, value: fc.nat() })
const patch: fc.Arbitrary<Patch<Row>> = fc.record({
  type: fc.constant('patch' as const),
  upserts: fc.uniqueArray(row, { selector: (item) => item.Id }),
  removes: fc.uniqueArray(id)
})

describe('applying a change', () => {
  it('replaces everything by a snapshot', () => {
    const before = new Map([['a', { Id: 'a', value: 1 }]])
    const after = applyChange(before, { type: 'snapshot', items: [{ Id: 'b', value: 2 }] })
    expect([...after.keys()]).toEqual(['b'])
  })

  it('keeps the identity of rows a patch does not name, and leaves the old map alone', () => {
    const a = { Id: 'a', value: 1 }
    const before = new Map([
      ['a', a],
      ['b', { Id: 'b', value: 1 }]
    ])
    const after = applyChange(before, { type: 'patch', upserts: [{ Id: 'c', value: 3 }], removes: ['b'] })
    expect(after.get('a')).toBe(a)
    expect([...after.keys()]).toEqual(['a', 'c'])
    expect([...before.keys()]).toEqual(['a', 'b'])
  })

  it('has the same effect as two patches one after the other when they are merged first', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(row, { selector: (item) => item.Id }),
        patch,
        patch,
        (rows, first, second) => {
          const start = new Map(rows.map((item) => [item.Id, item]))
          const oneByOne = applyChange(applyChange(start, first), second)
          const merged = applyChange(start, mergePatches(first, second))
          const sorted = (map: ReadonlyMap<string, Row>) =>
            [...map.values()].sort((x, y) => x.Id.localeCompare(y.Id))
          expect(sorted(merged)).toEqual(sorted(oneByOne))
        }
      )
    )
  })
})
