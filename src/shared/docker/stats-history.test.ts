import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  MOST_BYTES_PER_HISTORY,
  mergePoints,
  pointOf,
  RATE_FIELDS,
  STATS_FIELDS,
  StatsHistory,
  type HistoryLevel,
  type StatsField,
  type StatsPoint
} from './stats-history'

const T0 = 1_760_000_000_000

function point(at: number, spanMs = 1000, values: Partial<Record<StatsField, number>> = {}): StatsPoint {
  const zero = Object.fromEntries(STATS_FIELDS.map((field) => [field, 0])) as Record<StatsField, number>
  return { ...zero, ...values, at, spanMs }
}

const points = (level: HistoryLevel): StatsPoint[] =>
  Array.from(level.at, (_, index) => pointOf(level, index))

/** Runs of samples as an app takes them: mostly a second apart, sometimes half a minute, sometimes after a pause. */
const samples = fc
  .array(
    fc.record({
      gapMs: fc.oneof({ weight: 6, arbitrary: fc.constant(0) }, fc.integer({ min: 0, max: 3_600_000 })),
      spanMs: fc.oneof({ weight: 5, arbitrary: fc.integer({ min: 900, max: 1100 }) }, fc.constant(30_000)),
      cpuPercent: fc.integer({ min: 0, max: 800 }),
      receivedPerSecond: fc.integer({ min: 0, max: 1_000_000 }),
      memoryBytes: fc.integer({ min: 0, max: 8_000_000 }),
      pids: fc.integer({ min: 0, max: 5000 })
    }),
    { minLength: 1, maxLength: 2500 }
  )
  .map((all) => {
    let at = T0
    return all.map(({ gapMs, spanMs, ...values }) => {
      at += gapMs + spanMs
      return point(at, spanMs, values)
    })
  })

const moved = (all: readonly StatsPoint[], field: StatsField): number =>
  all.reduce((sum, one) => sum + one[field] * one.spanMs, 0)

describe('the history of a container', () => {
  it('covers the whole run at its coarsest, loses nothing that was used and no peak of memory', () => {
    fc.assert(
      fc.property(samples, (all) => {
        const history = new StatsHistory()
        for (const one of all) history.add(one)
        const run = history.views()[2]!
        const kept = points(run)
        expect(kept[0]!.at - kept[0]!.spanMs).toBeLessThanOrEqual(all[0]!.at)
        expect(kept.at(-1)!.at).toBe(all.at(-1)!.at)
        for (const field of RATE_FIELDS) {
          const truth = moved(all, field)
          expect(Math.abs(moved(kept, field) - truth)).toBeLessThanOrEqual(truth * 1e-4)
        }
        const peak = (list: readonly StatsPoint[]) => Math.max(...list.map(({ memoryBytes }) => memoryBytes))
        expect(peak(kept)).toBe(Math.fround(peak(all)))
      }),
      { numRuns: 30 }
    )
  })

  it('keeps order, never has two points in one bucket, and never grows beyond its bound', () => {
    fc.assert(
      fc.property(samples, (all) => {
        const history = new StatsHistory()
        for (const one of all) history.add(one)
        expect(history.allocatedBytes).toBeLessThanOrEqual(MOST_BYTES_PER_HISTORY)
        for (const level of history.views()) {
          for (let index = 1; index < level.at.length; index += 1) {
            const [before, now] = [level.at[index - 1]!, level.at[index]!]
            expect(now).toBeGreaterThan(before)
            if (level.stepMs > 0)
              expect(Math.floor(now / level.stepMs)).toBeGreaterThan(Math.floor(before / level.stepMs))
          }
        }
      }),
      { numRuns: 30 }
    )
  })

  it('is the same in the page, which is sent a copy and then every point', () => {
    fc.assert(
      fc.property(samples, fc.nat(), fc.nat(), (all, first, second) => {
        const cut = first % all.length
        const main = new StatsHistory()
        for (const one of all.slice(0, cut)) main.add(one)
        const page = new StatsHistory(structuredClone(main.levels()))
        let sent = main.lastAt
        for (const [index, one] of all.slice(cut).entries()) {
          main.add(one)
          if (index % (1 + (second % 7)) !== 0 && cut + index !== all.length - 1) continue
          for (const added of main.since(sent) ?? []) page.add(added)
          sent = main.lastAt
        }
        expect(page.lastAt).toBe(main.lastAt)
        expect(page.views()[0]!.at).toEqual(main.views()[0]!.at)
        expect(page.views()[2]!.at).toEqual(main.views()[2]!.at)
      }),
      { numRuns: 20 }
    )
  })

  it('covers a week within its bound', () => {
    const history = new StatsHistory()
    for (let second = 0; second < 604_800; second += 10)
      history.add(point(T0 + second * 1000, 10_000, { cpuPercent: 50 }))
    const run = history.views()[2]!
    expect(run.at[0]! - run.spanMs[0]!).toBeLessThanOrEqual(T0)
    expect(points(run).every(({ cpuPercent }) => Math.abs(cpuPercent - 50) < 1e-3)).toBe(true)
    expect(history.allocatedBytes).toBe(MOST_BYTES_PER_HISTORY)
  })

  it('answers at the finest resolution that reaches back far enough', () => {
    const history = new StatsHistory()
    for (let second = 1; second <= 7200; second += 1) history.add(point(T0 + second * 1000))
    const now = T0 + 7_200_000
    expect(history.reaching(now - 300_000).stepMs).toBe(0)
    expect(history.reaching(now - 3_600_000).stepMs).toBe(10_000)
    expect(history.reaching(0).stepMs).toBe(30_000)
    const young = new StatsHistory()
    young.add(point(T0))
    expect(young.reaching(0).stepMs).toBe(0)
    expect(new StatsHistory().reaching(0).at).toHaveLength(0)
  })

  it('says when what is asked for is no longer kept point by point', () => {
    const history = new StatsHistory()
    for (let second = 1; second <= 1000; second += 1) history.add(point(T0 + second * 1000))
    expect(history.since(T0 + 998_000)).toHaveLength(2)
    expect(history.since(history.lastAt)).toEqual([])
    expect(history.since(T0 + 1000)).toBeNull()
    expect(new StatsHistory().since(-Infinity)).toEqual([])
  })

  it('goes on after the clock was set back', () => {
    const history = new StatsHistory()
    history.add(point(T0, 1000, { pids: 1 }))
    history.add(point(T0 - 3_600_000, 1000, { pids: 2 }))
    expect(points(history.views()[0]!).map(({ pids }) => pids)).toEqual([1, 2])
  })

  it('merges neighbours to their weighted mean', () => {
    const merged = mergePoints(
      point(T0, 1000, { cpuPercent: 100, pids: 9 }),
      point(T0 + 3000, 3000, { cpuPercent: 20, pids: 3 })
    )
    expect(merged).toMatchObject({ at: T0 + 3000, spanMs: 4000, cpuPercent: 40, pids: 9 })
  })
})
