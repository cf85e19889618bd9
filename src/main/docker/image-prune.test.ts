import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { ImageSummary } from '@shared/docker/image'
import { ArchiveTail, repoTag } from './image-archives'
import { freedBytes, layerSizes, type ImageLayers } from './image-layers'
import { deepestFirst } from './image-parents'
import { prunable } from './image-prune'
import { sumsOf } from './image-usage'

const image = (Id: string, ...RepoTags: string[]): ImageSummary => ({
  Id,
  RepoTags,
  RepoDigests: [],
  Created: 1,
  Size: 1,
  Labels: {}
})
const layers = (Id: string, ...sizes: [diffId: string, size: number][]): ImageLayers => ({
  Id,
  sizeBytes: sizes.reduce((sum, [, size]) => sum + size, 0),
  diffIds: sizes.map(([diffId]) => diffId),
  sizes: sizes.map(([, size]) => size)
})

describe('what a prune takes', () => {
  const images = [image('used', 'u:1'), image('loose'), image('base', 'b:1'), image('top', 't:1')]
  const take = (used: string[], kind: 'dangling' | 'unused', parents: [string, string][] = []) =>
    prunable(images, new Set(used), new Map(parents), kind).map((one) => one.Id)

  it('is what no container uses, and of that only the untagged unless all is asked for', () => {
    expect(take(['used'], 'dangling')).toEqual(['loose'])
    expect(take(['used'], 'unused')).toEqual(['loose', 'base', 'top'])
    expect(take(['used', 'loose'], 'dangling')).toEqual([])
  })

  it('is never what something that stays is built on, at any remove', () => {
    expect(
      take(['top'], 'unused', [
        ['top', 'between'],
        ['between', 'base']
      ])
    ).toEqual(['used', 'loose'])
    expect(take(['used'], 'unused', [['top', 'base']])).toEqual(['loose', 'base', 'top'])
  })

  it('goes from the top down, also when the engine says something circular', () => {
    expect(
      deepestFirst(
        ['a', 'c', 'b'],
        new Map([
          ['c', 'b'],
          ['b', 'a']
        ])
      )
    ).toEqual(['c', 'b', 'a'])
    expect(
      deepestFirst(
        ['a', 'b'],
        new Map([
          ['a', 'b'],
          ['b', 'a']
        ])
      )
    ).toHaveLength(2)
  })
})

describe('the bytes of a prune', () => {
  const base: [string, number] = ['base', 100]

  it('are those of layers nobody else has, each once', () => {
    const all = [layers('a', base, ['x', 10]), layers('b', base, ['x', 10], ['y', 5]), layers('c', base)]
    expect(freedBytes(all, new Set(['a']))).toBe(0)
    expect(freedBytes(all, new Set(['a', 'b']))).toBe(15)
    expect(freedBytes(all, new Set(['a', 'b', 'c']))).toBe(115)
  })

  it('count the same layer twice when it lies on different ones', () => {
    const all = [layers('a', ['x', 10]), layers('b', base, ['x', 10])]
    expect(freedBytes(all, new Set(['a', 'b']))).toBe(120)
  })

  it('are unknown only when a size that matters is', () => {
    const unknown = { ...layers('a', base, ['x', 10]), sizes: null }
    expect(freedBytes([unknown], new Set(['a']))).toBeNull()
    expect(freedBytes([unknown, layers('b', base, ['x', 10])], new Set(['a']))).toBe(0)
  })

  it('never exceed what all images hold', () => {
    const chain = fc.array(fc.constantFrom('p', 'q', 'r'), { maxLength: 4 })
    fc.assert(
      fc.property(fc.array(chain, { maxLength: 6 }), fc.integer(), (chains, pick) => {
        const all = chains.map((ids, index) =>
          layers(String(index), ...ids.map((id): [string, number] => [id, 7]))
        )
        const some = new Set(all.filter((_, index) => (pick >> index) & 1).map((one) => one.Id))
        const rest = new Set(all.map((one) => one.Id))
        expect(freedBytes(all, some) ?? 0).toBeLessThanOrEqual(freedBytes(all, rest) ?? 0)
      })
    )
  })
})

describe('sizes of layers out of a history', () => {
  const step = (createdBy: string, sizeBytes = 0) => ({ createdBy, sizeBytes })

  it('leave out instructions that make none, and keep a RUN that wrote nothing', () => {
    const history = [
      step('ADD file:x in /', 50),
      step('/bin/sh -c #(nop)  CMD ["sh"]'),
      step('RUN /bin/sh -c true # buildkit'),
      step('COPY a /a # buildkit', 7)
    ]
    expect(layerSizes(history, 3, 57)).toEqual([50, 0, 7])
    expect(layerSizes(history, 2, 57)).toEqual([50, 7])
  })

  it('are unknown when they do not fit the image', () => {
    expect(layerSizes([step('ADD x /', 5)], 2, 5)).toBeNull()
    expect(layerSizes([step('ADD x /', 5)], 1, 6)).toBeNull()
    expect(layerSizes([step('ADD x /', 5), step('ADD y /', 1)], 1, 6)).toBeNull()
  })
})

describe('the end of a saved archive', () => {
  const check = (...chunks: Buffer[]) => {
    const tail = new ArchiveTail()
    for (const chunk of chunks) tail.add(chunk)
    tail.check()
  }
  it('is whole, cut short, or what the engine wrote instead', () => {
    expect(() => check(Buffer.alloc(700), Buffer.alloc(324))).not.toThrow()
    expect(() => check(Buffer.alloc(1000))).toThrow('before it was whole')
    expect(() => check(Buffer.alloc(0))).toThrow('before it was whole')
    const failure = '{"errorDetail":{"message":"open /x: no such \\"file\\""},"error":"open /x"}\r\n'
    expect(() => check(Buffer.alloc(512, 1), Buffer.from(failure))).toThrow('open /x')
  })
})

describe('names and sums', () => {
  it('split a name as it was typed, the registry’s port included', () => {
    expect(repoTag('reg.test:5000/a')).toEqual({ repo: 'reg.test:5000/a', tag: 'latest' })
    expect(repoTag('reg.test:5000/a:v1')).toEqual({ repo: 'reg.test:5000/a', tag: 'v1' })
    expect(() => repoTag('A:1')).toThrow('lower case')
  })

  it('count what the engine did not measure as nothing', () => {
    const rows = [
      { Id: 'a', Size: 10, SharedSize: 4, Containers: 1 },
      { Id: 'b', Size: 8, SharedSize: 4, Containers: 0 },
      { Id: 'c', Size: 8, SharedSize: -1, Containers: 1 }
    ]
    expect(sumsOf(rows, 14)).toEqual({
      totalBytes: 14,
      reclaimableBytes: 8,
      images: [
        { Id: 'a', sharedBytes: 4, uniqueBytes: 6 },
        { Id: 'b', sharedBytes: 4, uniqueBytes: 4 }
      ]
    })
  })
})
