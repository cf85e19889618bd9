import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  compareBy,
  filtered,
  formatSort,
  groupedLines,
  parseSort,
  parseStateFilter,
  SORT_COLUMNS,
  sortedFrom,
  type TableLine
} from './list-query'
import { containerRow, type ContainerRow } from './row-model'
import { container, serviceOf } from './testing'

const named = (name: string, overrides: Parameters<typeof container>[0] = {}): ContainerRow =>
  containerRow(container({ Names: [`/${name}`], ...overrides }))
const names = (rows: readonly ContainerRow[]): string[] => rows.map((row) => row.name)
const sorted = (rows: readonly ContainerRow[], sort: string): readonly ContainerRow[] =>
  sortedFrom([], new Set(rows), compareBy(parseSort(sort)))
const text = (line: TableLine): string =>
  line.kind === 'group' ? `${line.label} (${line.count})` : `${line.level === 2 ? '  ' : ''}${line.item.name}`

describe('sorting', () => {
  it('reads numbers in names as numbers', () => {
    const rows = ['web-10', 'web-2', 'Web-1'].map((name) => named(name))
    expect(names(sorted(rows, 'name'))).toEqual(['Web-1', 'web-2', 'web-10'])
    expect(names(sorted(rows, '-name'))).toEqual(['web-10', 'web-2', 'Web-1'])
  })

  it('keeps what is equal in name order, in either direction', () => {
    const rows = [named('c', { State: 'exited' }), named('b'), named('a', { State: 'exited' }), named('d')]
    expect(names(sorted(rows, 'state'))).toEqual(['b', 'd', 'a', 'c'])
    expect(names(sorted(rows, '-state'))).toEqual(['a', 'c', 'b', 'd'])
  })

  it('puts the youngest first by age, and those without a port last by port', () => {
    const old = named('old', { Created: 1, Ports: [{ PrivatePort: 80, PublicPort: 9000, Type: 'tcp' }] })
    const young = named('young', { Created: 2 })
    expect(names(sorted([old, young], 'created'))).toEqual(['young', 'old'])
    expect(names(sorted([young, old], 'ports'))).toEqual(['old', 'young'])
  })

  it('ends at the same order whether it sorts anew or merges changes into an earlier order', () => {
    const rowOf = fc.record({
      name: fc.constantFrom('a', 'b', 'a1', 'a10', 'a2', 'Z'),
      state: fc.constantFrom('running', 'exited', 'paused')
    })
    fc.assert(
      fc.property(
        fc.array(rowOf),
        fc.array(rowOf),
        fc.constantFrom(...SORT_COLUMNS),
        fc.func(fc.boolean()),
        (before, added, key, stays) => {
          const make = (of: { name: string; state: string }): ContainerRow =>
            named(of.name, { State: of.state as 'running' })
          const first = before.map(make)
          const compare = compareBy({ key, direction: 'descending' })
          const then = new Set([...first.filter((row) => stays(row.id)), ...added.map(make)])
          const merged = sortedFrom(sortedFrom([], new Set(first), compare), then, compare)
          expect(merged).toEqual([...then].sort(compare))
        }
      )
    )
  })

  it('hands back the very same array when nothing changed', () => {
    const rows = [named('a'), named('b')]
    const once = sorted(rows, 'name')
    expect(sortedFrom(once, new Set(rows), compareBy(parseSort('name')))).toBe(once)
  })

  it('survives being written to the address bar and read back', () => {
    expect(parseSort(formatSort({ key: 'image', direction: 'descending' }))).toEqual({
      key: 'image',
      direction: 'descending'
    })
    for (const odd of [undefined, null, '', 'cpu', '__proto__', ['name']]) {
      expect(parseSort(odd)).toEqual({ key: 'name', direction: 'ascending' })
    }
  })
})

describe('filtering', () => {
  const rows = [
    named('up'),
    named('paused', { State: 'paused' }),
    named('new', { State: 'created' }),
    named('gone', { State: 'exited' })
  ]

  it('counts as stopped what docker info does', () => {
    expect(names(filtered(rows, '', 'stopped'))).toEqual(['new', 'gone'])
    expect(names(filtered(rows, '', 'paused'))).toEqual(['paused'])
    expect(filtered(rows, '', 'all')).toBe(rows)
  })

  it('takes state and search together', () => {
    expect(names(filtered(rows, 'go', 'stopped'))).toEqual(['gone'])
    expect(filtered(rows, 'up', 'stopped')).toEqual([])
  })

  it('reads an unknown state in the address as no filter', () => {
    expect(parseStateFilter('running')).toBe('running')
    for (const odd of ['Running', '', null, ['running'], 'constructor'])
      expect(parseStateFilter(odd)).toBe('all')
  })
})

describe('grouping', () => {
  const rows = sorted(
    [
      containerRow(serviceOf('shop', 'web')),
      named('adminer'),
      containerRow(serviceOf('shop', 'db')),
      named('zoo'),
      containerRow(serviceOf('blog', 'web'))
    ],
    'name'
  )

  it('puts projects, in the order of their first containers, behind those that have none', () => {
    expect(groupedLines(rows, new Set()).map(text)).toEqual([
      'adminer',
      'zoo',
      'blog (1)',
      '  blog-web-1',
      'shop (2)',
      '  shop-db-1',
      '  shop-web-1'
    ])
  })

  it('hides the containers of a collapsed project only', () => {
    expect(groupedLines(rows, new Set(['shop', 'unknown'])).map(text)).toEqual([
      'adminer',
      'zoo',
      'blog (1)',
      '  blog-web-1',
      'shop (2)'
    ])
  })

  it('gives an unchanged container the very same line again', () => {
    expect(groupedLines(rows, new Set())[3]).toBe(groupedLines(rows, new Set(['shop']))[3])
  })

  it('does not mix a project up with a container of the same name', () => {
    const both = [named('shop'), containerRow(serviceOf('shop', 'web'))]
    const keys = groupedLines(both, new Set()).map((line) => line.key)
    expect(new Set(keys).size).toBe(3)
  })
})
