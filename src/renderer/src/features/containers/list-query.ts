/**
 * Which containers the table shows and in which order: filter, sort and compose grouping, each a pure step of its own
 * so that typing in the search box never sorts and one event never sorts everything again.
 */
import type { TableRow, TableSort } from '@/components/table-types'
import { CONTAINER_STATES, type ContainerState } from '@shared/docker/container'
import { matches, searchWords, type ContainerRow } from './row-model'

/** `stopped` is what `docker info` counts as stopped: neither running nor paused. */
export type StateFilter = 'all' | 'stopped' | ContainerState

export const SORT_COLUMNS = ['name', 'state', 'image', 'ports', 'created'] as const
export type SortColumn = (typeof SORT_COLUMNS)[number]

export interface Sort extends TableSort {
  readonly key: SortColumn
}

export type Compare = (a: ContainerRow, b: ContainerRow) => number

/** One line of the table: a compose project's heading or a container. */
export type TableLine = TableRow<ContainerRow>

const stateOrder = ['running', 'restarting', 'paused', 'created', 'exited', 'dead', 'removing'] as const
const stateRank = new Map<ContainerState, number>(stateOrder.map((state, index) => [state, index]))

const columns: Readonly<Record<SortColumn, Compare>> = {
  name: () => 0,
  state: (a, b) => (stateRank.get(a.state) ?? 0) - (stateRank.get(b.state) ?? 0),
  image: (a, b) => compareText(a.image, b.image),
  ports: (a, b) => firstPort(a) - firstPort(b),
  // Ascending age, as the column shows it: the youngest first.
  created: (a, b) => b.created - a.created
}

/** A total order: what is equal in the column is in name order, whatever the direction. */
export function compareBy(sort: Sort): Compare {
  const column = columns[sort.key]
  const sign = sort.direction === 'ascending' ? 1 : -1
  const nameSign = sort.key === 'name' ? sign : 1
  return (a, b) =>
    sign * column(a, b) || nameSign * compareText(a.nameKey, b.nameKey) || compareText(a.id, b.id)
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

function firstPort(row: ContainerRow): number {
  return row.ports[0]?.PublicPort ?? Number.MAX_SAFE_INTEGER
}

/**
 * `rows` in order, given an earlier result by the same comparison.
 *
 * Rows that are still the same object keep their place and only the others are sorted and merged in: one event among
 * ten thousand containers costs one pass, not a sort.
 */
export function sortedFrom(
  previous: readonly ContainerRow[],
  rows: ReadonlySet<ContainerRow>,
  compare: Compare
): readonly ContainerRow[] {
  const kept = previous.filter((row) => rows.has(row))
  const keptSet = new Set(kept)
  const fresh = [...rows].filter((row) => !keptSet.has(row)).sort(compare)
  if (fresh.length === 0) return kept.length === previous.length ? previous : kept
  if (kept.length === 0) return fresh
  return merge(kept, fresh, compare)
}

function merge(
  left: readonly ContainerRow[],
  right: readonly ContainerRow[],
  compare: Compare
): ContainerRow[] {
  const merged: ContainerRow[] = []
  let next = 0
  for (const row of left) {
    for (let other = right[next]; other !== undefined && compare(other, row) < 0; other = right[next]) {
      merged.push(other)
      next += 1
    }
    merged.push(row)
  }
  return merged.concat(right.slice(next))
}

/** Whether a state passes the filter. */
export function inState(state: ContainerState, filter: StateFilter): boolean {
  if (filter === 'all') return true
  return filter === 'stopped' ? state !== 'running' && state !== 'paused' : state === filter
}

/** The rows that the search and the state filter let through, in the order they came. */
export function filtered(
  rows: readonly ContainerRow[],
  search: string,
  state: StateFilter
): readonly ContainerRow[] {
  const words = searchWords(search)
  if (words.length === 0 && state === 'all') return rows
  return rows.filter((row) => inState(row.state, state) && matches(row, words))
}

/** Rows as table lines without grouping. */
export function flatLines(rows: readonly ContainerRow[]): readonly TableLine[] {
  return rows.map((row) => lineOf(row, 1))
}

/**
 * Rows as table lines with one line per compose project. Containers without a project come first: behind a project's
 * they would look like its own.
 */
export function groupedLines(
  rows: readonly ContainerRow[],
  collapsed: ReadonlySet<string>
): readonly TableLine[] {
  const members = new Map<string, ContainerRow[]>()
  for (const row of rows) {
    if (row.project === null) continue
    const group = members.get(row.project)
    if (group === undefined) members.set(row.project, [row])
    else group.push(row)
  }
  const alone = rows.filter((row) => row.project === null).map((row) => lineOf(row, 1))
  const projects = [...members].flatMap(([project, group]) =>
    projectLines(project, group, !collapsed.has(project))
  )
  return [...alone, ...projects]
}

function projectLines(project: string, group: readonly ContainerRow[], expanded: boolean): TableLine[] {
  const key = projectKey(project)
  const head: TableLine = { kind: 'group', key, label: project, count: group.length, expanded }
  return expanded ? [head, ...group.map((row) => lineOf(row, 2))] : [head]
}

const lines = { 1: new WeakMap<ContainerRow, TableLine>(), 2: new WeakMap<ContainerRow, TableLine>() }

/** The same line for the same row, so that the table leaves rows alone that did not change. */
function lineOf(row: ContainerRow, level: 1 | 2): TableLine {
  const known = lines[level].get(row)
  if (known !== undefined) return known
  const line: TableLine = { kind: 'item', key: row.id, label: row.name, item: row, level }
  lines[level].set(row, line)
  return line
}

const PROJECT = 'project:'

/** The key of a project's line, which no container has. */
export function projectKey(project: string): string {
  return `${PROJECT}${project}`
}

/** The project a group line's key stands for. */
export function projectOfKey(key: string): string {
  return key.slice(PROJECT.length)
}

/** The filter of an address bar's query; anything unknown is "all". */
export function parseStateFilter(value: unknown): StateFilter {
  const known: readonly string[] = ['stopped', ...CONTAINER_STATES]
  return typeof value === 'string' && known.includes(value) ? (value as StateFilter) : 'all'
}

/** `name` or `-created`, as the query and the storage keep it; anything unknown is by name. */
export function parseSort(value: unknown): Sort {
  const text = typeof value === 'string' ? value : ''
  const key = SORT_COLUMNS.find((name) => name === text.replace(/^-/, ''))
  if (key === undefined) return { key: 'name', direction: 'ascending' }
  return { key, direction: text.startsWith('-') ? 'descending' : 'ascending' }
}

/** The inverse of {@link parseSort}. */
export function formatSort(sort: TableSort): string {
  return sort.direction === 'descending' ? `-${sort.key}` : sort.key
}
