import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { BuildRecord } from '@shared/contract/build-history'
import type { DiskCacheRecord } from '@shared/contract/disk'
import { BUILD_STATES } from '@shared/contract/builds'
import { durationText, expired, formatBuildSort, parseBuildSort, shownBuilds } from './build-rows'
import { cacheKey, cacheRemoval, chosenBy, heldByCache } from './cache-rules'
import { axisOf, lanesOf, placeOn } from './past/step-axis'

const build = (given: Partial<BuildRecord> & { Id: string }): BuildRecord => ({
  ref: given.Id,
  name: given.Id,
  tags: [],
  state: 'Done',
  createdAt: 0,
  startedAt: 0,
  completedAt: 1000,
  durationMs: 1000,
  stepsTotal: 4,
  stepsCached: 1,
  stepsDone: 4,
  warnings: 0,
  pinned: false,
  error: '',
  builder: 'default',
  context: '/src',
  dockerfile: 'Dockerfile',
  target: '',
  ...given
})
const names = (builds: readonly BuildRecord[]): string[] => builds.map(({ Id }) => Id)

describe('the list', () => {
  const list = [
    build({ Id: 'a', createdAt: 1, tags: ['shop/web:1'], durationMs: 900 }),
    build({ Id: 'b', createdAt: 2, state: 'Error', error: 'no such file', durationMs: 100 }),
    build({ Id: 'c', createdAt: 3, state: 'Running', durationMs: null, completedAt: null })
  ]
  const shown = (search: string, filter: 'all' | 'Error' = 'all', sort = '-created') =>
    names(shownBuilds(list, { search, filter, sort: parseBuildSort(sort) }, 500))

  test('is searched, filtered and sorted', () => {
    expect(shown('')).toEqual(['c', 'b', 'a'])
    expect(shown('SHOP web')).toEqual(['a'])
    expect(shown('such file')).toEqual(['b'])
    expect(shown('', 'Error')).toEqual(['b'])
    // One that runs lasts until now.
    expect(shown('', 'all', 'duration')).toEqual(['b', 'c', 'a'])
    expect(shown('', 'all', 'name')).toEqual(['a', 'b', 'c'])
    expect(parseBuildSort('nonsense')).toEqual(parseBuildSort('-created'))
    expect(formatBuildSort(parseBuildSort('-cached'))).toBe('-cached')
  })

  test.each([
    [0, '0.0s'],
    [1999, '1.9s'],
    [59_999, '59.9s'],
    [60_000, '1m 00s'],
    [3_725_000, '1h 02m']
  ])('%d ms is %s', (milliseconds, text) => expect(durationText(milliseconds)).toBe(text))
})

describe('retention', () => {
  const builds = fc.uniqueArray(
    fc.record({
      Id: fc.string({ minLength: 1, maxLength: 4 }),
      createdAt: fc.integer({ min: 0, max: 100 }),
      state: fc.constantFrom(...BUILD_STATES),
      pinned: fc.boolean()
    }),
    { selector: ({ Id }) => Id }
  )

  test('never takes the newest, the young, the running or the pinned', () => {
    fc.assert(
      fc.property(builds, fc.option(fc.nat(10)), fc.option(fc.nat(100)), (some, last, youngerMs) => {
        const all = some.map((one) => build({ ...one, completedAt: one.createdAt }))
        const gone = expired(all, { last, youngerMs }, 100)
        const newest = [...all].sort((a, b) => b.createdAt - a.createdAt)
        for (const one of gone) {
          expect(one.state).not.toBe('Running')
          expect(one.pinned).toBe(false)
          if (last !== null) expect(newest.indexOf(one)).toBeGreaterThanOrEqual(last)
          if (youngerMs !== null) expect(100 - one.createdAt).toBeGreaterThanOrEqual(youngerMs)
        }
        if (last === null && youngerMs === null) expect(gone).toEqual([])
        if (last === 0 && youngerMs === null) {
          expect(gone).toHaveLength(all.filter(({ state, pinned }) => state !== 'Running' && !pinned).length)
        }
      })
    )
  })
})

describe('build cache', () => {
  const records = fc
    .array(
      fc.record({
        sizeBytes: fc.integer({ min: 0, max: 1000 }),
        lastUsed: fc.integer({ min: 0, max: 1000 }),
        inUse: fc.boolean(),
        shared: fc.boolean(),
        on: fc.nat(20)
      }),
      { maxLength: 20 }
    )
    .map((list) =>
      list.map(({ on, ...one }, index): DiskCacheRecord => ({
        ...one,
        id: `r${index}`,
        type: 'regular',
        description: '',
        parents: on < index ? [`r${on}`] : [],
        created: 0,
        uses: 1
      }))
    )

  test('down to a size takes the fewest that reach it, and none that is in use', () => {
    fc.assert(
      fc.property(records, fc.nat(5000), (list, bytes) => {
        const report = { at: 0, store: 'classic' as const, records: list }
        const removal = cacheRemoval(report, chosenBy(report, { kind: 'keep', bytes }, 0))
        const all = cacheRemoval(report, new Set(list.map(cacheKey)))
        const left = heldByCache(report) - removal.atMost
        if (heldByCache(report) - all.atMost <= bytes) expect(left).toBeLessThanOrEqual(bytes)
        else expect(removal.going).toEqual(all.going)
        if (heldByCache(report) <= bytes) expect(removal.going.size).toBe(0)
        for (const record of list.filter(({ inUse }) => inUse)) {
          expect(removal.going.has(cacheKey(record))).toBe(false)
        }
      })
    )
  })

  test('by age takes what was not used for so long', () => {
    const one = (id: string, lastUsed: number, created = 0): DiskCacheRecord => ({
      id,
      type: 'regular',
      description: '',
      parents: [],
      sizeBytes: 1,
      created,
      lastUsed,
      uses: 0,
      inUse: false,
      shared: false
    })
    const report = {
      at: 0,
      store: 'classic' as const,
      records: [one('old', 10), one('new', 90), one('made', 0, 95)]
    }
    expect([...chosenBy(report, { kind: 'unused', milliseconds: 50_000 }, 100_000)]).toEqual(['cache/old'])
  })
})

test('a step has a place on the axis that is on it', () => {
  const step = fc.record({
    startedAt: fc.integer({ min: 0, max: 1000 }),
    endedAt: fc.option(fc.integer({ min: 0, max: 1000 }))
  })
  fc.assert(
    fc.property(fc.array(step, { minLength: 1 }), (steps) => {
      const axis = axisOf(steps)
      for (const one of steps) {
        const { left, width } = placeOn(axis, one)
        expect(left).toBeGreaterThanOrEqual(0)
        expect(width).toBeGreaterThanOrEqual(1)
        expect(left).toBeLessThanOrEqual(100)
      }
    })
  )
})

test('steps in one lane do not overlap, and there are no more lanes than steps at once', () => {
  const step = fc
    .tuple(fc.integer({ min: 0, max: 50 }), fc.integer({ min: 1, max: 20 }))
    .map(([startedAt, length]) => ({ startedAt, endedAt: startedAt + length }))
  fc.assert(
    fc.property(fc.array(step, { minLength: 1 }), (steps) => {
      const lanes = lanesOf(steps)
      expect(lanes.flat()).toHaveLength(steps.length)
      for (const lane of lanes) {
        for (const [index, one] of lane.slice(1).entries()) {
          expect(one.startedAt).toBeGreaterThanOrEqual(lane[index]?.endedAt ?? 0)
        }
      }
      const atOnce = steps.map(
        ({ startedAt: at }) => steps.filter((one) => one.startedAt <= at && at < one.endedAt).length
      )
      expect(lanes.length).toBe(Math.max(...atOnce))
    })
  )
})
