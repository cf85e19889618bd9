import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { compareTrees } from './compare-trees'
import { mergeLayers } from './merge-layers'
import { overlay } from './overlay'
import { Kind } from './tar-header'
import {
  anyLayers,
  crcOf,
  dir,
  file,
  filesOf,
  layerOf,
  naiveMerge,
  sorted,
  type Files,
  type Item
} from './testing/layers'
import { Badge, type Tree } from './tree'
import { treemap } from './treemap'
import { findWaste } from './waste'

const contentsOf = (layers: readonly (readonly Item[])[]): Map<number, string> =>
  new Map(layers.flat().map(({ content = '' }) => [crcOf(content), content]))

const merged = (layers: readonly (readonly Item[])[]): Files =>
  filesOf(mergeLayers(layers.map(layerOf)), contentsOf(layers))

const badges = (tree: Tree): Record<string, number> =>
  Object.fromEntries(
    Array.from({ length: tree.count - 1 }, (_, i) => [tree.pathOf(i + 1), tree.badge[i + 1] as number])
  )

const bytesIn = (files: Files): number =>
  [...files.values()].reduce((sum, content) => sum + (content?.length ?? 0), 0)

describe('layers over one another', () => {
  test('equal the plain model, whatever they hold', () => {
    fc.assert(
      fc.property(anyLayers, (layers) => {
        expect(sorted(merged(layers))).toEqual(sorted(naiveMerge(layers)))
      }),
      { numRuns: 600 }
    )
  })

  test('one more layer over the image is the image of all layers, and its diff is what differs', () => {
    fc.assert(
      fc.property(anyLayers, (layers) => {
        const indexes = layers.map(layerOf)
        const below = indexes.length === 1 ? null : mergeLayers(indexes.slice(0, -1))
        const before = naiveMerge(layers.slice(0, -1))
        const after = naiveMerge(layers)
        const contents = contentsOf(layers)
        expect(sorted(filesOf(overlay(below, indexes, 'merged'), contents))).toEqual(sorted(after))

        const diff = badges(overlay(below, indexes, 'diff'))
        for (const [path, badge] of Object.entries(diff)) {
          if (badge === Badge.removed)
            expect([path, before.has(path), after.has(path)]).toEqual([path, true, false])
          else
            expect([path, badge, after.has(path)]).toEqual([
              path,
              before.has(path) ? Badge.changed : Badge.added,
              true
            ])
        }
        for (const path of after.keys())
          if (!before.has(path)) expect([path, diff[path]]).toEqual([path, Badge.added])
        for (const [path, content] of after) {
          if (before.has(path) && before.get(path) !== content)
            expect([path, diff[path]]).toEqual([path, Badge.changed])
        }
        for (const path of before.keys()) {
          const parent = path.slice(0, path.lastIndexOf('/'))
          // What was below a directory that a file has replaced has no place in the tree.
          if (!after.has(path) && typeof after.get(parent) !== 'string' && ancestorsAreFolders(after, path)) {
            expect([path, diff[path]]).toEqual([path, Badge.removed])
          }
        }
      }),
      { numRuns: 300 }
    )
  })

  test('add up directories', () => {
    const tree = mergeLayers([
      layerOf([file('a/b/x', '12345'), file('a/y', '123')]),
      layerOf([file('a/b/z', '1')])
    ])
    expect(tree.bytes[tree.find('/a')]).toBe(9)
    expect(tree.bytes[tree.find('/a/b')]).toBe(6)
    expect(tree.files[0]).toBe(3)
    expect(tree.find('/a/b/nothing')).toBe(-1)
    expect(tree.find('/a/y/deeper')).toBe(-1)
  })

  test('a directory keeps what a lower layer says of it when an upper one only implies it', () => {
    const tree = mergeLayers([
      layerOf([{ path: 'tmp', kind: Kind.directory, mode: 0o1777 }]),
      layerOf([file('tmp/x', '1')])
    ])
    const at = tree.find('/tmp')
    expect(tree.indexOf(at).columns.mode[tree.node[at] as number]).toBe(0o1777)
  })

  test('a hard link carries the bytes once the name that came first is gone', () => {
    const first = layerOf([file('data', '12345'), { path: 'link', kind: Kind.hardLink, link: 'data' }])
    expect(mergeLayers([first]).bytes[0]).toBe(5)
    const tree = mergeLayers([first, layerOf([{ path: '.wh.data' }])])
    expect(tree.bytes[0]).toBe(5)
    expect(tree.targets.get(tree.find('/link'))).toEqual({
      layer: 0,
      node: first.find([Buffer.from('data')])
    })
  })
})

function ancestorsAreFolders(files: Files, path: string): boolean {
  const names = path.split('/').slice(1, -1)
  return names.every((_, i) => typeof files.get(`/${names.slice(0, i + 1).join('/')}`) !== 'string')
}

describe('wasted bytes', () => {
  test('are what the layers hold and the image does not show', () => {
    fc.assert(
      fc.property(anyLayers, (layers) => {
        const indexes = layers.map(layerOf)
        const stored = indexes.reduce((sum, { totals }) => sum + totals.bytes, 0)
        const shown = bytesIn(naiveMerge(layers))
        const { paths, counts, efficiency } = findWaste(indexes, 1000)
        expect(paths.reduce((sum, { bytes }) => sum + bytes, 0)).toBe(stored - shown)
        expect(mergeLayers(indexes).bytes[0]).toBe(shown)
        let files = 0
        layers.forEach((_, i) => {
          const { added, removed } = counts[i]!
          files += added - removed
          const now = [...naiveMerge(layers.slice(0, i + 1)).values()].filter(
            (content) => content !== null
          ).length
          expect(files).toBe(now)
        })
        expect(efficiency).toBeGreaterThanOrEqual(0)
        expect(efficiency === 1).toBe(stored === shown)
      }),
      { numRuns: 600 }
    )
  })

  test('name the layers to blame', () => {
    const layers = [
      [file('opt/big', 'x'.repeat(100)), file('cache/a', 'aa'), file('cache/b', 'bbb')],
      [file('opt/big', 'y'.repeat(50))],
      [{ path: '.wh.cache' }, { path: 'opt/.wh.big' }]
    ]
    const { paths, counts, efficiency } = findWaste(layers.map(layerOf), 10)
    expect(paths).toEqual([
      {
        path: '/opt/big',
        bytes: 150,
        files: 2,
        copies: [
          { layer: 0, by: 1, how: 'rewritten', bytes: 100, files: 1 },
          { layer: 1, by: 2, how: 'removed', bytes: 50, files: 1 }
        ]
      },
      {
        path: '/cache',
        bytes: 5,
        files: 2,
        copies: [{ layer: 0, by: 2, how: 'removed', bytes: 5, files: 2 }]
      }
    ])
    expect(counts).toEqual([
      { added: 3, changed: 0, removed: 0 },
      { added: 0, changed: 1, removed: 0 },
      { added: 0, changed: 0, removed: 3 }
    ])
    expect(efficiency).toBe(0)
    expect(
      findWaste([layerOf([file('a', '1234')]), layerOf([file('a', '12'), file('b', '123456')])], 1).efficiency
    ).toBeCloseTo(8 / 12)
  })
})

describe('two images', () => {
  test('differ where the plain models differ', () => {
    fc.assert(
      fc.property(anyLayers, anyLayers, (a, b) => {
        const before = naiveMerge(a)
        const after = naiveMerge(b)
        const { tree, counts } = compareTrees(mergeLayers(a.map(layerOf)), mergeLayers(b.map(layerOf)))
        const found = badges(tree)
        for (const path of new Set([...before.keys(), ...after.keys()])) {
          const badge = found[path]
          if (!ancestorsAreFolders(after, path)) expect(badge).toBeUndefined()
          else if (!after.has(path)) expect([path, badge]).toEqual([path, Badge.removed])
          else if (!before.has(path)) expect([path, badge]).toEqual([path, Badge.added])
          else if (before.get(path) !== after.get(path)) expect([path, badge]).toEqual([path, Badge.changed])
        }
        const shown = [...new Set([...before.keys(), ...after.keys()])].filter((path) =>
          ancestorsAreFolders(after, path)
        )
        expect(Object.keys(found).length).toBe(shown.length)
        expect(tree.bytes[0]).toBe(bytesIn(after))
        const same = JSON.stringify(sorted(before)) === JSON.stringify(sorted(after))
        expect(counts.added + counts.changed + counts.removed === 0).toBe(same)
      }),
      { numRuns: 300 }
    )
  })

  test('are the same when a hard link merely came first in the other archive', () => {
    const one = mergeLayers([layerOf([file('a', '123'), { path: 'b', kind: Kind.hardLink, link: 'a' }])])
    const two = mergeLayers([layerOf([file('b', '123'), { path: 'a', kind: Kind.hardLink, link: 'b' }])])
    expect(compareTrees(one, two).counts).toEqual({ added: 0, changed: 0, removed: 0, same: 2 })
  })
})

describe('a treemap', () => {
  test('opens the largest first and loses no byte', () => {
    const tree = mergeLayers([
      layerOf([
        dir('empty'),
        file('a/1', 'x'.repeat(50)),
        file('a/2', 'x'.repeat(30)),
        file('b/c/d', 'x'.repeat(20)),
        file('e', 'xxx')
      ])
    ])
    const map = treemap(tree, 0, { depth: 2, count: 6 })
    expect(map).toMatchObject({ path: '/', bytes: 103, rest: { bytes: 0, files: 0 } })
    expect(map.children.map(({ path, bytes }) => [path, bytes])).toEqual([
      ['/a', 80],
      ['/b', 20],
      ['/e', 3]
    ])
    expect(map.children[0]?.children.map(({ name }) => name)).toEqual(['1', '2'])
    expect(map.children[1]).toMatchObject({ children: [], rest: { bytes: 20, files: 1 } })
  })
})
