/** What the images table shows of one image, and which images it shows in which order. Pure; no Vue. */
import type { TableRow, TableSort } from '@/components/table-types'
import { containerName, type ContainerSummary } from '@shared/docker/container'
import { isDangling, type ImageSummary } from '@shared/docker/image'
import { shortId } from '@shared/docker/container'

export interface ImageUser {
  readonly id: string
  readonly name: string
}

/** One line of `docker images`: a name of an image, or an image without one. */
export interface ImageRow {
  /** Unique over all lines: an image has one for each of its names. */
  readonly key: string
  readonly id: string
  /** `repository:tag`, or the short id. */
  readonly name: string
  /** `<none>` where the engine knows none. */
  readonly repository: string
  readonly tag: string
  /** All names of the image, this one included. */
  readonly tags: readonly string[]
  readonly shortId: string
  /** Of the manifest in this repository (`sha256:…`); null for what no registry has. */
  readonly digest: string | null
  readonly sizeBytes: number
  /** Milliseconds since the epoch; null when the image does not say. */
  readonly created: number | null
  readonly dangling: boolean
  /** Containers made from it, running or not. */
  readonly usedBy: readonly ImageUser[]
  readonly image: ImageSummary
}

export const NONE = '<none>'

export type ImageFilter = 'all' | 'in-use' | 'unused' | 'dangling'
export const IMAGE_FILTERS: readonly ImageFilter[] = ['all', 'in-use', 'unused', 'dangling']

export const IMAGE_SORT_COLUMNS = ['name', 'id', 'size', 'created', 'used'] as const
export type ImageSortColumn = (typeof IMAGE_SORT_COLUMNS)[number]
export interface ImageSort extends TableSort {
  readonly key: ImageSortColumn
}

interface Known {
  readonly users: string
  readonly rows: readonly ImageRow[]
}
const known = new WeakMap<ImageSummary, Known>()

/** The lines of an image; the same objects for as long as the image and who uses it are the same. */
export function imageRows(image: ImageSummary, containers: readonly ContainerSummary[]): readonly ImageRow[] {
  const usedBy = containers.map((container) => ({ id: container.Id, name: containerName(container) }))
  const users = usedBy.map(({ id, name }) => `${id} ${name}`).join('\n')
  const before = known.get(image)
  if (before?.users === users) return before.rows
  const names = image.RepoTags.length === 0 ? [null] : [...new Set(image.RepoTags)]
  const rows = names.map((name) => rowOf(image, name, usedBy))
  known.set(image, { users, rows })
  return rows
}

/** The image as a whole, as the line of its first name. */
export function imageLine(image: ImageSummary, containers: readonly ContainerSummary[]): TableRow<ImageRow> {
  const [item] = imageRows(image, containers) as readonly [ImageRow, ...ImageRow[]]
  return { kind: 'item', key: item.key, label: item.name, item }
}

function rowOf(image: ImageSummary, name: string | null, usedBy: readonly ImageUser[]): ImageRow {
  const colon = name === null ? -1 : name.lastIndexOf(':')
  const repository = name === null ? repositoryOfDigests(image) : name.slice(0, colon)
  return {
    key: `${image.Id} ${name ?? ''}`,
    id: image.Id,
    name: name ?? shortId(image.Id),
    repository,
    tag: name === null ? NONE : name.slice(colon + 1),
    tags: image.RepoTags,
    shortId: shortId(image.Id),
    digest: digestIn(image, repository),
    sizeBytes: image.Size,
    created: image.Created > 0 ? image.Created * 1000 : null,
    dangling: isDangling(image),
    usedBy,
    image
  }
}

/** An image whose tag moved on is still known by where it came from. */
function repositoryOfDigests({ RepoDigests: [first = ''] }: ImageSummary): string {
  const at = first.indexOf('@')
  return at > 0 ? first.slice(0, at) : NONE
}

function digestIn(image: ImageSummary, repository: string): string | null {
  const found = image.RepoDigests.find((digest) => digest.startsWith(`${repository}@`))
  return found === undefined ? null : found.slice(repository.length + 1)
}

/** How many images the lines are of. */
export function countImages(rows: readonly ImageRow[]): number {
  return new Set(rows.map((row) => row.id)).size
}

/** How docker is told of it. */
export function referenceOf(row: ImageRow): string {
  return row.dangling ? row.id : row.name
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
    columns.id(a, b) ||
    (a.key < b.key ? -1 : Number(a.key > b.key))
}

/** Whether every word of the search is in the line's name, or the image's digests, id or `key=value` labels. */
export function matchesImage(row: ImageRow, words: readonly string[]): boolean {
  if (words.length === 0) return true
  const labels = Object.entries(row.image.Labels).map(([key, value]) => `${key}=${value}`)
  const text = [row.name, ...row.image.RepoDigests, row.id, ...labels].join('\n').toLowerCase()
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
