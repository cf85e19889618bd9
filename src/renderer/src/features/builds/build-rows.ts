/** The builds as lines of the table "Builds": which are shown, in which order, and what each cell says. Pure; no Vue. */
import type { StateTone } from '@/components/state-tone'
import type { TableSort } from '@/components/table-types'
import type { BuildRecord } from '@shared/contract/build-history'
import { BUILD_STATES, type BuildState } from '@shared/contract/builds'

export const BUILD_FILTERS = ['all', ...BUILD_STATES] as const
export type BuildFilter = (typeof BUILD_FILTERS)[number]

export const BUILD_SORTS = ['name', 'state', 'duration', 'cached', 'created', 'builder'] as const
export type BuildSortKey = (typeof BUILD_SORTS)[number]

export const NEWEST_FIRST: TableSort = { key: 'created', direction: 'descending' }

const TONES: Readonly<Record<BuildState, StateTone>> = {
  Running: 'busy',
  Done: 'ok',
  Error: 'danger',
  Canceled: 'stopped'
}
export const buildTone = (state: BuildState): StateTone => TONES[state]

/** The share of its steps that BuildKit had already; null for a build without steps, or one that runs. */
export function cachedShare({ stepsTotal, stepsCached }: BuildRecord): number | null {
  return stepsTotal > 0 ? stepsCached / stepsTotal : null
}

export function parseBuildFilter(value: unknown): BuildFilter {
  return BUILD_FILTERS.find((filter) => filter === value) ?? 'all'
}

/** `created` is ascending, `-created` descending. */
export function parseBuildSort(value: unknown): TableSort {
  const text = typeof value === 'string' ? value : ''
  const key = BUILD_SORTS.find((one) => one === text.replace(/^-/, ''))
  return key === undefined
    ? NEWEST_FIRST
    : { key, direction: text.startsWith('-') ? 'descending' : 'ascending' }
}

export function formatBuildSort({ key, direction }: TableSort): string {
  return direction === 'descending' ? `-${key}` : key
}

export interface BuildQuery {
  readonly search: string
  readonly filter: BuildFilter
  readonly sort: TableSort
}

export function shownBuilds(
  builds: Iterable<BuildRecord>,
  { search, filter, sort }: BuildQuery,
  now: number
): BuildRecord[] {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean)
  return [...builds]
    .filter((build) => (filter === 'all' || build.state === filter) && matches(build, words))
    .sort(comparing(sort, now))
}

function matches(build: BuildRecord, words: readonly string[]): boolean {
  if (words.length === 0) return true
  const { name, tags, ref, context, dockerfile, target, builder, error } = build
  const text = [name, ...tags, ref, context, dockerfile, target, builder, error].join('\n').toLowerCase()
  return words.every((word) => text.includes(word))
}

function comparing({ key, direction }: TableSort, now: number): (a: BuildRecord, b: BuildRecord) => number {
  const turn = direction === 'descending' ? -1 : 1
  const value = (build: BuildRecord): number | string => sortValue(build, key as BuildSortKey, now)
  return (a, b) => {
    const [left, right] = [value(a), value(b)]
    const order =
      typeof left === 'string' && typeof right === 'string'
        ? left.localeCompare(right, undefined, { numeric: true })
        : Number(left) - Number(right)
    // Those that are equal stay where they are: the newest first.
    return order * turn || b.createdAt - a.createdAt || (a.Id < b.Id ? -1 : 1)
  }
}

function sortValue(build: BuildRecord, key: BuildSortKey, now: number): number | string {
  switch (key) {
    case 'name':
      return build.name
    case 'state':
      return BUILD_STATES.indexOf(build.state)
    case 'duration':
      return build.durationMs ?? now - build.createdAt
    case 'cached':
      return cachedShare(build) ?? -1
    case 'created':
      return build.createdAt
    case 'builder':
      return build.builder
  }
}

/** "0.4s", "12.3s", "3m 04s", "2h 05m": as buildx writes durations, short enough for a column. */
export function durationText(milliseconds: number): string {
  const shown = Math.max(0, milliseconds)
  if (shown < 60_000) return `${(tenths(shown) / 1000).toFixed(1)}s`
  const whole = Math.floor(shown / 1000)
  const two = (value: number): string => String(value).padStart(2, '0')
  if (whole < 3600) return `${Math.floor(whole / 60)}m ${two(whole % 60)}s`
  return `${Math.floor(whole / 3600)}h ${two(Math.floor(whole / 60) % 60)}m`
}

/** What {@link durationText} shows of a time: what is read as 2.4s and 2.5s differs by 0.1s. */
export const tenths = (milliseconds: number): number => Math.floor(milliseconds / 100) * 100

/** "+1.2s", "−0.3s", "0.0s": what the later of two builds took more. */
export function differenceText(milliseconds: number): string {
  const text = durationText(Math.abs(milliseconds))
  return text === '0.0s' ? text : `${milliseconds > 0 ? '+' : '−'}${text}`
}

/** What the retention keeps and what it deletes; builds that run, and pinned ones, always stay. */
export interface Retention {
  /** The newest so many stay; null: that is no reason to stay. */
  readonly last: number | null
  /** Those younger than this stay; null: that is no reason to stay. */
  readonly youngerMs: number | null
}

/** The builds a retention deletes, the oldest first. Without a rule nothing goes. */
export function expired(
  builds: Iterable<BuildRecord>,
  { last, youngerMs }: Retention,
  now: number
): BuildRecord[] {
  if (last === null && youngerMs === null) return []
  const newest = [...builds].sort((a, b) => b.createdAt - a.createdAt)
  return newest
    .filter((build, index) => {
      if (build.state === 'Running' || build.pinned) return false
      if (last !== null && index < last) return false
      return youngerMs === null || now - (build.completedAt ?? build.createdAt) >= youngerMs
    })
    .reverse()
}
