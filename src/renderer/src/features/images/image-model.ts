/** What the images table shows of one image, and which images it shows in which order. Pure; no Vue. */
import type { TableRow, TableSort } from '@/components/table-types'
import { containerName, type ContainerSummary } from '@shared/docker/container'
import { imageName, isDangling, type ImageSummary } from '@shared/docker/image'
import { shortId } from '@shared/docker/container'

export interface ImageUser {
  readonly id: string
  readonly name: string
}

export interface ImageRow {
  readonly id: string
  /** `repository:tag`, or the short id. */
  readonly name: string
  /** The tags besides the one it is named by. */
  readonly otherTags: readonly string[]
  readonly shortId: string
  readonly sizeBytes: number
  /** Milliseconds since the epoch; null when the image does not say. */
  readonly created: number | null
  readonly dangling: boolean
  /** Containers made from it, running or not. */
  readonly usedBy: readonly ImageUser[]
  readonly image: ImageSummary
}

export type ImageFilter = 'all' | 'in-use' | 'unused' | 'dangling'
export const IMAGE_FILTERS: readonly ImageFilter[] = ['all', 'in-use', 'unused', 'dangling']

export const IMAGE_SORT_COLUMNS = ['name', 'id', 'size', 'created', 'used'] as const
export type ImageSortColumn = (typeof IMAGE_SORT_COLUMNS)[number]
export interface ImageSort extends TableSort {
  readonly key: ImageSortColumn
}

interface Known {
  readonly users: string
  readonly row: ImageRow
  readonly line: TableRow<ImageRow>
}
const known = new WeakMap<ImageSummary, Known>()

/** The table's line of an image; the same object for as long as the image and who uses it are the same. */
export function imageLine(image: ImageSummary, containers: readonly ContainerSummary[]): TableRow<ImageRow> {
  const usedBy = containers.map((container) => ({ id: container.Id, name: containerName(container) }))
  const users = usedBy.map(({ id, name }) => `${id} ${name}`).join('\n')
  const before = known.get(image)
  if (before?.users === users) return before.line
  const row: ImageRow = {
    id: image.Id,
    name: imageName(image),
    otherTags: image.RepoTags.slice(1),
    shortId: shortId(image.Id),
    sizeBytes: image.Size,
    created: image.Created > 0 ? image.Created * 1000 : null,
    dangling: isDangling(image),
    usedBy,
    image
  }
  const line: TableRow<ImageRow> = { kind: 'item', key: row.id, label: row.name, item: row }
  known.set(image, { users, row, line })
  return line
}

const collator = new Intl.Collator('en', { numeric: true, sensitivity: 'base' })
const columns: Readonly<Record<ImageSortColumn, (a: ImageRow, b: ImageRow) => number>> = {
  name: () => 0,
  id: (a, b) => (a.shortId < b.shortId ? -1 : Number(a.shortId > b.shortId)),
  size: (a, b) => a.sizeBytes - b.sizeBytes,
  // Ascending age, as the column shows it; what does not say its age comes last.
  created: (a, b) => (b.created ?? 0) - (a.created ?? 0),
  used: (a, b) => a.usedBy.length - b.usedBy.length
}

/** A total order: tagged ones before untagged ones when sorted by name, what is equal by name and then id. */
export function compareImages(sort: ImageSort): (a: ImageRow, b: ImageRow) => number {
  const sign = sort.direction === 'ascending' ? 1 : -1
  const nameSign = sort.key === 'name' ? sign : 1
  return (a, b) =>
    sign * columns[sort.key](a, b) ||
    Number(a.dangling) - Number(b.dangling) ||
    nameSign * collator.compare(a.name, b.name) ||
    columns.id(a, b)
}

/** Whether every word of the search is in a tag, digest, id or `key=value` label. */
export function matchesImage(row: ImageRow, words: readonly string[]): boolean {
  if (words.length === 0) return true
  const labels = Object.entries(row.image.Labels).map(([key, value]) => `${key}=${value}`)
  const text = [...row.image.RepoTags, ...row.image.RepoDigests, row.id, ...labels].join('\n').toLowerCase()
  return words.every((word) => text.includes(word))
}

/** Whether an image passes the filter; the three are Docker's: in use by a container, by none, without a tag. */
export function inFilter(row: ImageRow, filter: ImageFilter): boolean {
  switch (filter) {
    case 'all':
      return true
    case 'in-use':
      return row.usedBy.length > 0
    case 'unused':
      return row.usedBy.length === 0
    case 'dangling':
      return row.dangling
  }
}

/** The filter of an address bar's query; anything unknown is "all". */
export function parseImageFilter(value: unknown): ImageFilter {
  return IMAGE_FILTERS.find((filter) => filter === value) ?? 'all'
}

/** `name` or `-size`, as the query and the storage keep it; anything unknown is by name. */
export function parseImageSort(value: unknown): ImageSort {
  const text = typeof value === 'string' ? value : ''
  const key = IMAGE_SORT_COLUMNS.find((name) => name === text.replace(/^-/, ''))
  if (key === undefined) return { key: 'name', direction: 'ascending' }
  return { key, direction: text.startsWith('-') ? 'descending' : 'ascending' }
}

/** The inverse of {@link parseImageSort}. */
export function formatImageSort(sort: TableSort): string {
  return sort.direction === 'descending' ? `-${sort.key}` : sort.key
}
