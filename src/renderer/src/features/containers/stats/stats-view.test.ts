import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { ContainerInspect } from '@shared/docker/container'
import { STATS_FIELDS, StatsHistory, type StatsField } from '@shared/docker/stats-history'
import { topOf } from '@/components/time-chart'
import { moveCursor } from './chart-cursor'
import { stateSentence } from './state-sentence'
import { chartData, CHARTS, chartSummary, figuresOf, limitsOf, spanOf, valuesAt } from './stats-view'

const T0 = 1_760_000_000_000
const NO_LIMITS = { cpuPercent: null, memoryBytes: null, pids: null }
const LATEST = {
  cpuPercent: 12.5,
  onlineCpus: 2,
  memoryBytes: 1_048_576,
  memoryLimitBytes: 67_108_864,
  receivedBytes: 4641,
  sentBytes: 126,
  readBytes: 0,
  writtenBytes: 0,
  pids: 3
}

function point(at: number, spanMs: number, values: Partial<Record<StatsField, number>> = {}) {
  const zero = Object.fromEntries(STATS_FIELDS.map((field) => [field, 0])) as Record<StatsField, number>
  return { ...zero, ...values, at, spanMs }
}

function historyOf(...points: ReturnType<typeof point>[]): StatsHistory {
  const history = new StatsHistory()
  for (const one of points) history.add(one)
  return history
}

const level = (history: StatsHistory) => history.views()[0]!
const chart = (name: string) => CHARTS.find((one) => one.name === name)!

describe('what the charts of a container draw', () => {
  it('begins where the first reading begins and leaves a gap where nothing is known', () => {
    const history = historyOf(
      point(T0 + 1000, 1000, { pids: 1 }),
      point(T0 + 2000, 1000, { pids: 2 }),
      point(T0 + 60_000, 1000, { pids: 3 })
    )
    const { x, ys } = chartData(level(history), ['pids'], T0, T0 + 60_000)
    const seconds = x.map((at) => Math.round((at - T0 / 1000) * 1000))
    expect(seconds).toEqual([0, 1000, 2000, 2001, 59_000, 60_000])
    expect(ys).toEqual([[1, 1, 2, null, 3, 3]])
  })

  it('has ascending times, no invented values and only what was asked for, whatever was recorded', () => {
    const recorded = fc.array(
      fc.record({
        gap: fc.integer({ min: 0, max: 20_000 }),
        span: fc.integer({ min: 1, max: 30_000 }),
        pids: fc.integer({ min: 1, max: 100 })
      }),
      { maxLength: 60 }
    )
    fc.assert(
      fc.property(recorded, fc.nat(300_000), fc.nat(300_000), (all, start, length) => {
        let at = T0
        const history = historyOf(
          ...all.map(({ gap, span, pids }) => point((at += gap + span), span, { pids }))
        )
        const from = T0 + start
        const { x, ys } = chartData(level(history), ['pids'], from, from + length)
        const values = new Set(all.map(({ pids }) => pids))
        expect(x.length).toBe(ys[0]!.length)
        for (const [index, time] of x.entries()) {
          if (index > 0) expect(time).toBeGreaterThan(x[index - 1]!)
          expect(time * 1000).toBeGreaterThanOrEqual(from - 0.001)
          expect(time * 1000).toBeLessThanOrEqual(from + length + 0.001)
          const value = ys[0]![index]
          if (value !== null) expect(values.has(value!)).toBe(true)
        }
      })
    )
  })

  it('shows a range that ends now, and for all of it a minute at least', () => {
    const history = historyOf(point(T0, 1000))
    expect(spanOf(history, '5m', T0)).toEqual({ from: T0 - 300_000, to: T0 })
    expect(spanOf(history, 'all', T0 + 1000)).toEqual({ from: T0 - 59_000, to: T0 + 1000 })
    expect(spanOf(history, 'all', T0 + 600_000)).toEqual({ from: T0 - 1000, to: T0 + 600_000 })
    expect(spanOf(new StatsHistory(), 'all', T0).to).toBe(T0)
  })

  it('draws the limits of the container always and those of the machine when they are near', () => {
    const limits = limitsOf({
      HostConfig: { Memory: 67_108_864, NanoCpus: 500_000_000, PidsLimit: 10 }
    })
    expect(limits).toEqual({ cpuPercent: 50, memoryBytes: 67_108_864, pids: 10 })
    const lines = (peak: Partial<Record<StatsField, number>>, given = NO_LIMITS as typeof limits) =>
      figuresOf(historyOf(point(T0, 1000, peak)), { from: T0 - 5000, to: T0 }, LATEST, given).map(
        ({ limit }) => limit
      )
    expect(lines({ cpuPercent: 1, pids: 4 }, limits)).toEqual([50, 67_108_864, null, null, 10])
    expect(lines({ cpuPercent: 1, pids: 1 })).toEqual([null, null, null, null, null])
    expect(lines({ cpuPercent: 150 })[0]).toBe(200)
    expect(limitsOf({ HostConfig: { CpuQuota: 150_000, PidsLimit: -1 } })).toMatchObject({
      cpuPercent: 150,
      pids: null
    })
    expect(limitsOf(null)).toEqual(NO_LIMITS)
    expect([topOf(null, null, true), topOf(40, 100, false), topOf(3, null, true)]).toEqual([
      4, 110.00000000000001, 4
    ])
  })
})

describe('what the charts of a container say', () => {
  const history = historyOf(
    point(T0, 1000, { cpuPercent: 10, memoryBytes: 1024, receivedPerSecond: 100 }),
    point(T0 + 3000, 3000, { cpuPercent: 50, memoryBytes: 2048, receivedPerSecond: 500 })
  )
  const span = { from: T0 - 10_000, to: T0 + 3000 }

  it('is the CLI’s own text, with rates from the history', () => {
    const texts = figuresOf(history, span, LATEST, NO_LIMITS).map(({ chart: { name }, value, more }) => [
      name,
      value,
      more
    ])
    expect(texts).toEqual([
      ['CPU', '12.50%', 'of 2 CPUs'],
      ['Memory', '1MiB / 64MiB', '1.56%'],
      ['Network', '4.64kB / 126B', 'received 500B/s, sent 0B/s'],
      ['Block I/O', '0B / 0B', 'read 0B/s, written 0B/s'],
      ['PIDs', '3', '']
    ])
  })

  it('is dashes when there is no valid sample', () => {
    const texts = figuresOf(history, span, null, NO_LIMITS).map(({ value, more }) => `${value}|${more}`)
    expect(texts).toEqual(['--|', '-- / --|--', '--|received --, sent --', '--|read --, written --', '--|'])
  })

  it('sums up the time that is shown', () => {
    const say = (name: string) => chartSummary(chart(name), level(history), span.from, span.to)
    expect(say('CPU')).toBe('Mean 40.00%, highest 50.00%')
    expect(say('Memory')).toBe('Lowest 1KiB, highest 2KiB')
    expect(say('Network')).toBe('In this time: 1.6kB received, 0B sent')
    expect(chartSummary(chart('PIDs'), level(history), 0, 1)).toBe('Nothing was recorded in this time.')
  })

  it('names the values under the cursor, and nothing in a gap', () => {
    const data = {
      x: [1, 2],
      ys: [
        [100, null],
        [0, null]
      ]
    }
    expect(valuesAt(chart('Network'), data, 0)).toBe('100B/s received, 0B/s sent')
    expect(valuesAt(chart('CPU'), data, 0)).toBe('100%')
    expect(valuesAt(chart('CPU'), data, 1)).toBeNull()
  })

  it('says since when nothing is recorded any more', () => {
    const State = { FinishedAt: new Date(T0).toISOString() } as ContainerInspect['State']
    expect(stateSentence('exited', false, { State }, false, T0 + 180_000)).toMatch(
      /^Stopped since .+ \(3 minutes ago\)\.$/
    )
    expect(stateSentence('running', false, null, true, T0)).toBe('')
    expect(stateSentence('running', false, null, false, T0)).toContain('Waiting')
    expect(stateSentence('running', true, null, true, T0)).toContain('Removed')
  })
})

describe('the keyboard in a chart', () => {
  const data = { x: [1, 2, 3, 4, 5], ys: [[1, 2, null, 4, 5]] }
  const press = (key: string, from: number | null, far = false) => moveCursor(key, far, from, data)

  it('moves along the points, over gaps, and stays at the ends', () => {
    expect(press('ArrowLeft', null)).toBe(4)
    expect(press('ArrowLeft', 3)).toBe(1)
    expect(press('ArrowRight', 1)).toBe(3)
    expect(press('ArrowRight', 4)).toBe(4)
    expect(press('ArrowLeft', 0)).toBe(0)
    expect(press('ArrowLeft', 4, true)).toBe(0)
    expect([press('Home', 3), press('End', 0)]).toEqual([0, 4])
  })

  it('leaves with Escape, and minds no other key', () => {
    expect(press('Escape', 2)).toBeNull()
    expect(press('Escape', null)).toBeUndefined()
    expect(press('Tab', 2)).toBeUndefined()
    expect(moveCursor('ArrowLeft', false, null, { x: [], ys: [[]] })).toBeNull()
  })
})
