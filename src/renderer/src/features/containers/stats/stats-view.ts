/** What the charts of a container draw and say, out of its history. Pure; no Vue. */
import type { ChartData } from '@/components/time-chart'
import type { ContainerInspect, ContainerStats } from '@shared/docker/container'
import { bytesSize, humanSize } from '@shared/docker/size'
import {
  pointOf,
  STATS_FIELDS,
  type HistoryLevel,
  type StatsField,
  type StatsHistory,
  type StatsPoint
} from '@shared/docker/stats-history'
import { NO_VALUE, percentText, statsText } from '@shared/docker/stats-text'

export type StatsRange = '5m' | '1h' | 'all'

export const RANGES: readonly { readonly value: StatsRange; readonly label: string; readonly ms: number }[] =
  [
    { value: '5m', label: '5 min', ms: 300_000 },
    { value: '1h', label: '1 h', ms: 3_600_000 },
    { value: 'all', label: 'All', ms: Infinity }
  ]

/** More time than this between what two points cover is a gap; less is the engine's unsteady second. */
const GAP_MS = 2500

export interface Chart {
  /** The accessible name of its figure: part of the product and stable. */
  readonly name: 'CPU' | 'Memory' | 'Network' | 'Block I/O' | 'PIDs'
  readonly lines: readonly { readonly field: StatsField; readonly label: string }[]
  /** A value at the axis and under the pointer. */
  readonly text: (value: number) => string
  readonly binary?: boolean
  readonly whole?: boolean
}

const rate = (value: number): string => `${humanSize(value, 3)}/s`

export const CHARTS: readonly Chart[] = [
  { name: 'CPU', lines: [{ field: 'cpuPercent', label: 'CPU' }], text: (value) => `${+value.toFixed(2)}%` },
  { name: 'Memory', lines: [{ field: 'memoryBytes', label: 'Memory' }], text: bytesSize, binary: true },
  {
    name: 'Network',
    lines: [
      { field: 'receivedPerSecond', label: 'received' },
      { field: 'sentPerSecond', label: 'sent' }
    ],
    text: rate
  },
  {
    name: 'Block I/O',
    lines: [
      { field: 'readPerSecond', label: 'read' },
      { field: 'writtenPerSecond', label: 'written' }
    ],
    text: rate
  },
  { name: 'PIDs', lines: [{ field: 'pids', label: 'PIDs' }], text: (value) => `${value}`, whole: true }
]

const column = (level: HistoryLevel, field: StatsField): Float32Array | undefined =>
  level.values[STATS_FIELDS.indexOf(field)]

/** A part of time, in milliseconds since the epoch. */
export interface Span {
  readonly from: number
  readonly to: number
}

/** What a range shows when it ends at `to`; the youngest history is given a minute of width. */
export function spanOf(history: StatsHistory, range: StatsRange, to: number): Span {
  const ms = RANGES.find(({ value }) => value === range)?.ms ?? Infinity
  if (ms !== Infinity) return { from: to - ms, to }
  const run = history.views().at(-1)
  const first = run === undefined || run.at.length === 0 ? to : (run.at[0] ?? to) - (run.spanMs[0] ?? 0)
  return { from: Math.min(first, to - 60_000), to }
}

/** Everything the five figures are given. */
export function figuresOf(
  history: StatsHistory,
  { from, to }: Span,
  latest: ContainerStats | null,
  limits: ChartLimits
) {
  const level = history.reaching(from)
  const recent = history.views()[0]
  const newest = recent === undefined || recent.at.length === 0 ? null : pointOf(recent, recent.at.length - 1)
  return CHARTS.map((chart) => {
    const data = chartData(
      level,
      chart.lines.map(({ field }) => field),
      from,
      to
    )
    const highest = data.ys[0]?.reduce<number>((most, value) => Math.max(most, value ?? 0), 0) ?? 0
    return {
      chart,
      data,
      summary: chartSummary(chart, level, from, to),
      limit: limitLine(chart.name, limits, latest, highest),
      ...currentText(chart, latest, newest, limits)
    }
  })
}

/** The indices of the points that end in `from` … `to` (milliseconds). */
function within(level: HistoryLevel, from: number, to: number): number[] {
  const found: number[] = []
  for (let index = level.at.length - 1; index >= 0; index -= 1) {
    const at = level.at[index] ?? 0
    if (at < from) break
    if (at <= to) found.push(index)
  }
  return found.reverse()
}

/** The lines of `fields`: each point at its end, a line from where its time begins after a gap, nothing in a gap. */
export function chartData(
  level: HistoryLevel,
  fields: readonly StatsField[],
  from: number,
  to: number
): ChartData {
  const x: number[] = []
  const ys: (number | null)[][] = fields.map(() => [])
  const columns = fields.map((field) => column(level, field))
  const push = (at: number, index: number | null): void => {
    x.push(at / 1000)
    for (const [line, values] of ys.entries())
      values.push(index === null ? null : (columns[line]?.[index] ?? null))
  }
  for (const index of within(level, from, to)) {
    const at = level.at[index] ?? 0
    const begins = at - (level.spanMs[index] ?? 0)
    const before = level.at[index - 1]
    if (before === undefined || begins - before > Math.max(GAP_MS, level.stepMs)) {
      const last = x.at(-1)
      if (last !== undefined) push(last * 1000 + 1, null)
      const start = Math.max(begins, from, last === undefined ? 0 : last * 1000 + 2)
      if (start < at) push(start, index)
    }
    push(at, index)
  }
  return { x, ys }
}

/** One sentence on what was drawn, for those who do not see it and those who want numbers. */
export function chartSummary(chart: Chart, level: HistoryLevel, from: number, to: number): string {
  const indices = within(level, from, to)
  if (indices.length === 0) return 'Nothing was recorded in this time.'
  if (chart.lines.length > 1) {
    const moved = chart.lines.map(
      ({ field, label }) => `${humanSize(weighted(level, field, indices) / 1000, 3)} ${label}`
    )
    return `In this time: ${moved.join(', ')}`
  }
  const { field } = chart.lines[0] as Chart['lines'][number]
  const values = indices.map((index) => column(level, field)?.[index] ?? 0)
  const highest = values.reduce((most, value) => Math.max(most, value), 0)
  if (field === 'cpuPercent') {
    const spanMs = indices.reduce((sum, index) => sum + (level.spanMs[index] ?? 0), 0)
    const mean = spanMs === 0 ? 0 : weighted(level, field, indices) / spanMs
    return `Mean ${percentText(mean)}, highest ${percentText(highest)}`
  }
  const lowest = values.reduce((least, value) => Math.min(least, value), Infinity)
  return `Lowest ${chart.text(lowest)}, highest ${chart.text(highest)}`
}

function weighted(level: HistoryLevel, field: StatsField, indices: readonly number[]): number {
  const values = column(level, field)
  return indices.reduce((sum, index) => sum + (values?.[index] ?? 0) * (level.spanMs[index] ?? 0), 0)
}

/** The values of all lines at a point, in words; null in a gap. */
export function valuesAt(chart: Chart, data: ChartData, index: number): string | null {
  const texts = chart.lines.flatMap(({ label }, line) => {
    const value = data.ys[line]?.[index] ?? null
    if (value === null) return []
    return chart.lines.length > 1 ? [`${chart.text(value)} ${label}`] : [chart.text(value)]
  })
  return texts.length === 0 ? null : texts.join(', ')
}

/** What the figure says of now: the CLI's own text, and what belongs to it. */
export function currentText(
  { name, lines }: Chart,
  latest: ContainerStats | null,
  newest: StatsPoint | null,
  limits: ChartLimits
): { readonly value: string; readonly more: string } {
  const text = statsText(latest)
  const rates = lines
    .map(
      ({ field, label }) => `${label} ${latest === null || newest === null ? NO_VALUE : rate(newest[field])}`
    )
    .join(', ')
  switch (name) {
    case 'CPU':
      return { value: text.cpu, more: cpuMore(latest, limits.cpuPercent) }
    case 'Memory':
      return { value: text.memoryUsage, more: text.memoryPercent }
    case 'Network':
      return { value: text.network, more: rates }
    case 'Block I/O':
      return { value: text.block, more: rates }
    case 'PIDs':
      return { value: text.pids, more: limits.pids === null ? '' : `at most ${limits.pids}` }
  }
}

function cpuMore(latest: ContainerStats | null, limit: number | null): string {
  if (limit !== null) return `at most ${percentText(limit)}`
  if (latest === null) return ''
  return `of ${latest.onlineCpus} ${latest.onlineCpus === 1 ? 'CPU' : 'CPUs'}`
}

/** The limits the container was given; null is none. */
export interface ChartLimits {
  readonly cpuPercent: number | null
  readonly memoryBytes: number | null
  readonly pids: number | null
}

export function limitsOf(inspect: Pick<ContainerInspect, 'HostConfig'> | null): ChartLimits {
  const { Memory = 0, NanoCpus = 0, CpuQuota = 0, CpuPeriod = 0, PidsLimit } = inspect?.HostConfig ?? {}
  const quota = CpuQuota > 0 ? (CpuQuota / (CpuPeriod > 0 ? CpuPeriod : 100_000)) * 100 : null
  return {
    cpuPercent: NanoCpus > 0 ? NanoCpus / 1e7 : quota,
    memoryBytes: Memory > 0 ? Memory : null,
    pids: PidsLimit !== null && PidsLimit !== undefined && PidsLimit > 0 ? PidsLimit : null
  }
}

/** From this share on the machine's own bound is drawn: below, the line would only flatten the chart. */
const NEAR = 0.25

/** Where a line is drawn across the chart: a limit of the container always, the machine's bound when it is near. */
export function limitLine(
  name: Chart['name'],
  limits: ChartLimits,
  latest: ContainerStats | null,
  highest: number
): number | null {
  const near = (bound: number): number | null => (bound > 0 && highest >= bound * NEAR ? bound : null)
  switch (name) {
    case 'CPU':
      return limits.cpuPercent ?? near((latest?.onlineCpus ?? 0) * 100)
    case 'Memory':
      return limits.memoryBytes ?? near(latest?.memoryLimitBytes ?? 0)
    case 'PIDs':
      // The engine's default of many thousands says nothing about a handful of processes.
      return limits.pids === null ? null : near(limits.pids)
    case 'Network':
    case 'Block I/O':
      return null
  }
}
