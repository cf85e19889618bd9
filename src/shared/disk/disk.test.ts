import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { DiskReport } from '../contract/disk'
import { parseGoal } from './goal'
import { removal } from './freed'
import { allKeys, diskKey, type DiskKey } from './keys'
import { planOf, reclaimPlan } from './reclaim-plan'
import { anyReport, container, image, record, report, volume } from './testing'

const layer = (sizeBytes: number | null, below: number | null = null) => ({
  diffId: `sha256:${sizeBytes ?? 'x'}-${below ?? ''}`,
  below,
  sizeBytes,
  instruction: ''
})
const set = (...keys: DiskKey[]): ReadonlySet<DiskKey> => new Set(keys)
const someOf = (from: DiskReport): fc.Arbitrary<readonly DiskKey[]> => fc.subarray([...allKeys(from)])

/** The engine itself, in small: what is left after a set has gone, each layer while an image or a record about it has it. */
function left(from: DiskReport, gone: ReadonlySet<DiskKey>): number {
  const stays = (key: DiskKey): boolean => !gone.has(key)
  const layers = new Set<number>()
  for (const { Id, layers: own } of from.images)
    if (stays(diskKey('image', Id))) for (const at of own ?? []) layers.add(at)
  let bytes = 0
  for (const one of from.cache) {
    if (!stays(diskKey('cache', one.id))) continue
    // The generator names a record after the layer it is about, which no engine does.
    if (one.id.startsWith('layer')) layers.add(Number(one.id.slice(5)))
    else bytes += one.sizeBytes
  }
  for (const at of layers) bytes += from.layers[at]?.sizeBytes ?? 0
  for (const one of from.containers) if (stays(diskKey('container', one.Id))) bytes += one.sizeBytes
  for (const one of from.volumes) if (stays(diskKey('volume', one.name))) bytes += one.sizeBytes
  return bytes
}

describe('what a removal frees', () => {
  const base = report({
    layers: [layer(100), layer(20, 0), layer(30, 0)],
    images: [
      image({ Id: 'a', layers: [0, 1], sizeBytes: 120 }),
      image({ Id: 'b', layers: [0, 2], sizeBytes: 130 })
    ]
  })

  it('counts a layer once, and only when the last image with it goes', () => {
    expect(removal(base, set('image/a'))).toMatchObject({ atLeast: 20, exact: true })
    expect(removal(base, set('image/a', 'image/b'))).toMatchObject({ atLeast: 150, exact: true })
  })

  it('keeps what a container holds, and says which', () => {
    const held = report({
      ...base,
      containers: [container({ Id: 'c', imageId: 'a', sizeBytes: 5, volumes: ['v'] })],
      volumes: [volume({ name: 'v', sizeBytes: 7, links: 1 }), volume({ name: 'w', sizeBytes: 9, links: 1 })]
    })
    const alone = removal(held, set('image/a', 'volume/v', 'volume/w'))
    expect(alone).toMatchObject({ atLeast: 0, exact: true })
    expect([...alone.staying.values()]).toEqual([
      'Container c uses it.',
      'Container c uses it.',
      'A container uses it.'
    ])
    expect(removal(held, set('image/a', 'volume/v', 'container/c')).atLeast).toBe(32)
  })

  it('never takes what runs, what a build uses, or what Quayside made for a moment', () => {
    const busy = report({
      containers: [
        container({ Id: 'r', state: 'running', sizeBytes: 5 }),
        container({ Id: 'p', state: 'paused', sizeBytes: 5 }),
        container({ Id: 't', temporary: true, sizeBytes: 5 })
      ],
      cache: [
        record({ id: 'x', type: 'exec.cachemount', sizeBytes: 5 }),
        record({ id: 'y', parents: ['x'], inUse: true })
      ]
    })
    const all = removal(busy, new Set(allKeys(busy)))
    expect(all).toMatchObject({ atLeast: 0, atMost: 0 })
    expect(all.going.size).toBe(0)
  })

  it('does not promise layers that build cache keeps, and does once that goes as well', () => {
    const built = report({
      ...base,
      cache: [
        record({ id: 'from', shared: true }),
        record({ id: 'step', shared: true, parents: ['from'], sizeBytes: 20 })
      ]
    })
    expect(removal(built, set('image/a', 'image/b'))).toMatchObject({
      atLeast: 30,
      atMost: 150,
      exact: false
    })
    expect(removal(built, set('image/b'))).toMatchObject({ atLeast: 30, exact: true })
    expect(removal(built, set('cache/step', 'cache/from'))).toMatchObject({ atLeast: 0, exact: true })
    const all = removal(built, new Set(allKeys(built)))
    expect(all).toMatchObject({ atLeast: 150, exact: true })
  })

  it('promises nothing of layers when the record of a base could hold any', () => {
    const doubtful = report({ ...base, cache: [record({ id: 'from' })] })
    expect(removal(doubtful, set('image/a'))).toMatchObject({ atLeast: 0, atMost: 20, exact: false })
  })

  it('is at least so much where the engine does not tell sizes', () => {
    const unknown = report({
      images: [image({ Id: 'a', layers: null, sizeBytes: 10, sharedBytes: 4 })],
      volumes: [volume({ name: 'v', sizeBytes: -1 })]
    })
    expect(removal(unknown, set('image/a'))).toMatchObject({ atLeast: 6, atMost: 10, exact: false })
    expect(removal(unknown, set('volume/v'))).toMatchObject({ atLeast: 0, exact: false })
    const orphan = report({ ...base, containers: [container({ Id: 'c', imageId: 'gone', rootBytes: 9 })] })
    expect(removal(orphan, set('image/a'))).toMatchObject({ atLeast: 0, atMost: 20 })
    expect(removal(orphan, set('container/c'))).toMatchObject({ atLeast: 0, atMost: 9, exact: false })
  })

  it('holds for every engine: what is left then is between the two bounds, and equal when it is exact', () => {
    fc.assert(
      fc.property(
        anyReport.chain((one) => fc.tuple(fc.constant(one), someOf(one))),
        ([one, chosen]) => {
          const found = removal(one, new Set(chosen))
          const freed = left(one, new Set()) - left(one, found.going)
          expect(freed).toBeGreaterThanOrEqual(found.atLeast)
          expect(freed).toBeLessThanOrEqual(found.atMost)
          if (found.exact) expect(freed).toBe(found.atLeast)
        }
      ),
      { numRuns: 2000 }
    )
  })
})

describe('the reclaim plan', () => {
  const shop = report({
    layers: [layer(100), layer(50, 0), layer(40)],
    images: [
      image({ Id: 'used', layers: [0], sizeBytes: 100 }),
      image({ Id: 'loose', tags: [], layers: [0, 1], sizeBytes: 150 }),
      image({ Id: 'idle', layers: [2], sizeBytes: 40 })
    ],
    containers: [
      container({ Id: 'live', imageId: 'used', state: 'running', sizeBytes: 500 }),
      container({ Id: 'old', imageId: 'idle', sizeBytes: 7, created: 1 })
    ],
    volumes: [
      volume({ name: 'data', sizeBytes: 1000 }),
      volume({ name: 'x', anonymous: true, sizeBytes: 9 })
    ],
    cache: [
      record({ id: 'new', type: 'exec.cachemount', sizeBytes: 30, lastUsed: 9 }),
      record({ id: 'older', type: 'source.local', sizeBytes: 20, lastUsed: 2 })
    ]
  })
  const names = (goal: number | null, volumes = false): readonly string[] =>
    reclaimPlan(shop, goal, { volumes }).items.map(({ key }) => key)

  it('takes as little as reaches the goal, what is missed least first', () => {
    expect(names(1)).toEqual(['cache/older'])
    expect(names(50)).toEqual(['cache/older', 'cache/new'])
    expect(names(51)).toEqual(['cache/older', 'cache/new', 'image/loose'])
    expect(names(110)).toEqual(['cache/older', 'cache/new', 'image/loose', 'container/old', 'image/idle'])
  })

  it('says how far it gets, and takes volumes only when they are wanted', () => {
    const most = reclaimPlan(shop, 5000, { volumes: false })
    expect(most).toMatchObject({ reached: false, atLeast: 147 })
    expect(names(null)).not.toContain('volume/data')
    expect(names(null, true).slice(-2)).toEqual(['volume/x', 'volume/data'])
    expect(reclaimPlan(shop, 1000, { volumes: true }).reached).toBe(true)
  })

  it('takes build cache that images share only along with those images', () => {
    const built = report({
      layers: [layer(100), layer(50, 0)],
      images: [image({ Id: 'a', layers: [0, 1], sizeBytes: 150 })],
      cache: [
        record({ id: 'from', shared: true }),
        record({ id: 's', shared: true, parents: ['from'], sizeBytes: 50 })
      ]
    })
    expect(reclaimPlan(built, 60, { volumes: false })).toMatchObject({
      reached: true,
      items: [{ key: 'cache/s' }, { key: 'cache/from' }, { key: 'image/a', bytes: 150 }]
    })
    const kept = report({ ...built, containers: [container({ Id: 'c', imageId: 'a', state: 'running' })] })
    expect(reclaimPlan(kept, null, { volumes: false }).items).toEqual([])
  })

  it('of an own choice has what can go of it', () => {
    expect(planOf(shop, set('image/idle', 'volume/data')).items.map(({ key }) => key)).toEqual([
      'volume/data'
    ])
  })

  it('holds for every engine: its sums are those of the removal, it is never more than needed, nothing in use goes', () => {
    fc.assert(
      fc.property(
        anyReport,
        fc.option(fc.integer({ min: 1, max: 40_000 })),
        fc.boolean(),
        (one, goal, volumes) => {
          const plan = reclaimPlan(one, goal, { volumes })
          const keys = new Set(plan.items.map(({ key }) => key))
          const found = removal(one, keys)
          expect(found.going).toEqual(keys)
          expect(found.atLeast).toBe(plan.atLeast)
          expect(plan.items.at(-1)?.running ?? 0).toBe(plan.atLeast)
          expect(plan.items.reduce((sum, { bytes }) => sum + bytes, 0)).toBe(plan.atLeast)
          if (!volumes) expect([...keys].filter((key) => key.startsWith('volume/'))).toEqual([])
          const freed = left(one, new Set()) - left(one, keys)
          expect(freed).toBeGreaterThanOrEqual(plan.atLeast)
          if (goal === null || !plan.reached) return
          expect(plan.atLeast).toBeGreaterThanOrEqual(goal)
        }
      ),
      { numRuns: 2000 }
    )
  })
})

it('reads how much is wanted as people write it, and nothing else', () => {
  const readings: Readonly<Record<string, number | null>> = {
    '5 GB': 5e9,
    '500MB': 5e8,
    '1.5g': 1.5e9,
    '1,5 GB': 1.5e9,
    '2 GiB': 2 * 1024 ** 3,
    ' 10 kB ': 10_000,
    '7 B': 7,
    '5': null,
    '': null,
    '0 GB': null,
    '-1 GB': null,
    '5 iB': null,
    '1e9 B': null,
    '99999999 TB': null,
    'five GB': null
  }
  for (const [text, bytes] of Object.entries(readings)) expect(parseGoal(text), text).toBe(bytes)
})
