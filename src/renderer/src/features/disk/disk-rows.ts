/** The objects of a report as lines of the tables of the page "Disk usage". Pure; no Vue. */
import { visibleText } from '@/components/visible-text'
import type { TableColumn, TableSort } from '@/components/table-types'
import type { DiskReport } from '@shared/contract/disk'
import { shortId } from '@shared/docker/container'
import { humanAge } from '@shared/docker/duration'
import { imageName } from '@shared/docker/image'
import { humanSize } from '@shared/docker/size'
import { diskKey } from '@shared/disk/keys'
import { recordName } from '@shared/disk/names'

export const DISK_TABS = ['images', 'layers', 'containers', 'volumes', 'cache'] as const
export type DiskTab = (typeof DISK_TABS)[number]

/** Their names; part of the product and stable. */
export const DISK_LABELS: Readonly<Record<DiskTab, string>> = {
  images: 'Images',
  layers: 'Layers',
  containers: 'Containers',
  volumes: 'Volumes',
  cache: 'Build cache'
}

/** What a cell shows, and by what its column is sorted. */
export interface DiskCell {
  readonly text: string
  readonly sort: number | string
  readonly title?: string
}

export interface DiskRow {
  /** A `DiskKey`; `layer/…` for layers, which cannot be chosen. */
  readonly key: string
  readonly name: string
  readonly link: string | null
  readonly cells: Readonly<Record<string, DiskCell>>
}

const size = { width: '84px', sortable: true, align: 'end' } as const
const name = { key: 'name', width: 'minmax(160px, 3fr)', sortable: true, rowHeader: true } as const
const age = { width: '120px', sortable: true } as const

export const DISK_COLUMNS: Readonly<Record<DiskTab, readonly TableColumn[]>> = {
  images: [
    { ...name, label: 'Image' },
    { key: 'size', label: 'Size', ...size },
    { key: 'shared', label: 'Shared', ...size },
    { key: 'unique', label: 'Unique', ...size },
    { key: 'used', label: 'Containers', width: 'minmax(90px, 1fr)', sortable: true },
    { key: 'created', label: 'Created', ...age, hideBelow: 760 }
  ],
  layers: [
    { ...name, label: 'Layer' },
    { key: 'size', label: 'Size', ...size },
    { key: 'held', label: 'Held by', width: 'minmax(120px, 2fr)', sortable: true },
    { key: 'digest', label: 'Digest', width: '116px', hideBelow: 640 }
  ],
  containers: [
    { ...name, label: 'Container' },
    { key: 'size', label: 'Size', ...size },
    { key: 'log', label: 'Log', ...size },
    { key: 'root', label: 'With image', ...size, width: '96px', hideBelow: 820 },
    { key: 'image', label: 'Image', width: 'minmax(100px, 1fr)', sortable: true, hideBelow: 560 },
    { key: 'state', label: 'State', width: '88px', sortable: true },
    { key: 'created', label: 'Created', ...age, hideBelow: 940 }
  ],
  volumes: [
    { ...name, label: 'Volume' },
    { key: 'size', label: 'Size', ...size },
    { key: 'links', label: 'Links', ...size, width: '64px' },
    { key: 'used', label: 'Used by', width: 'minmax(100px, 1fr)', sortable: true },
    { key: 'driver', label: 'Driver', width: '80px', sortable: true, hideBelow: 820 },
    { key: 'created', label: 'Created', ...age, hideBelow: 700 }
  ],
  cache: [
    { ...name, label: 'Record' },
    { key: 'type', label: 'Type', width: '124px', sortable: true, hideBelow: 760 },
    { key: 'size', label: 'Size', ...size },
    { key: 'uses', label: 'Uses', ...size, width: '60px', hideBelow: 640 },
    { key: 'state', label: 'State', width: '132px', sortable: true },
    { key: 'last', label: 'Last used', ...age },
    { key: 'created', label: 'Created', ...age, hideBelow: 1000 },
    { key: 'id', label: 'ID', width: '116px', hideBelow: 900 }
  ]
}

export function diskRows(report: DiskReport, tab: DiskTab, now: number): readonly DiskRow[] {
  const ageOf = (seconds: number): DiskCell => ageCell(seconds, now)
  switch (tab) {
    case 'images':
      return imageRows(report, ageOf)
    case 'layers':
      return layerRows(report)
    case 'containers':
      return containerRows(report, ageOf)
    case 'volumes':
      return volumeRows(report, ageOf)
    case 'cache':
      return cacheRows(report, ageOf)
  }
}

type Age = (seconds: number) => DiskCell

const bytes = (value: number, precision: 3 | 4 = 3): DiskCell =>
  value < 0 ? { text: '–', sort: -1 } : { text: humanSize(value, precision), sort: value }
const text = (value: string, title?: string): DiskCell => ({
  text: value,
  sort: value.toLowerCase(),
  ...(title === undefined ? {} : { title })
})

function ageCell(seconds: number, now: number): DiskCell {
  if (seconds <= 0) return { text: 'unknown', sort: Number.MAX_SAFE_INTEGER }
  return {
    text: humanAge(now - seconds * 1000),
    sort: -seconds,
    title: new Date(seconds * 1000).toLocaleString()
  }
}

/** The names of several, the first ones in the cell and all in its title. */
function names(list: readonly string[], none: string): DiskCell {
  if (list.length === 0) return { text: none, sort: 0 }
  const shown = list.slice(0, 3).join(', ')
  const more = list.length > 3 ? ` +${list.length - 3}` : ''
  return { text: `${shown}${more}`, sort: list.length, title: list.slice(0, 50).join('\n') }
}

/** What each key is asked for by, in the order of the list. */
function gather<T>(
  list: readonly T[],
  keys: (one: T) => Iterable<string | number>,
  word: (one: T) => string
) {
  const found = new Map<string | number, string[]>()
  for (const one of list) {
    for (const key of keys(one)) {
      const known = found.get(key)
      if (known === undefined) found.set(key, [word(one)])
      else known.push(word(one))
    }
  }
  return (key: string | number): readonly string[] => found.get(key) ?? []
}

const nameOfImage = ({ Id, tags }: DiskReport['images'][number]): string => imageName({ Id, RepoTags: tags })

function imageRows(report: DiskReport, ageOf: Age): readonly DiskRow[] {
  const users = gather(
    report.containers,
    ({ imageId }) => [imageId],
    (one) => one.name
  )
  return report.images.map((image) => ({
    key: diskKey('image', image.Id),
    name: image.tags.length > 0 ? image.tags.join(', ') : `<none> ${shortId(image.Id)}`,
    link: `/images/${image.Id}`,
    cells: {
      size: bytes(image.sizeBytes),
      shared: bytes(image.sharedBytes, 4),
      unique: bytes(image.sharedBytes < 0 ? -1 : Math.max(0, image.sizeBytes - image.sharedBytes), 4),
      used: names(users(image.Id), 'Unused'),
      created: ageOf(image.created)
    }
  }))
}

function layerRows(report: DiskReport): readonly DiskRow[] {
  const images = gather(report.images, ({ layers }) => layers ?? [], nameOfImage)
  return report.layers.map((layer, index) => ({
    key: `layer/${index}`,
    name: layer.instruction.trim() === '' ? 'A layer without an instruction' : visibleText(layer.instruction),
    link: null,
    cells: {
      size: bytes(layer.sizeBytes ?? -1),
      held: names(images(index), 'Nothing that is listed'),
      digest: text(layer.diffId.slice(7, 19), layer.diffId)
    }
  }))
}

function containerRows(report: DiskReport, ageOf: Age): readonly DiskRow[] {
  return report.containers.map((container) => ({
    key: diskKey('container', container.Id),
    name: container.name,
    link: `/containers/${container.Id}`,
    cells: {
      size: bytes(container.sizeBytes),
      log: bytes(container.logBytes ?? -1),
      root: bytes(container.rootBytes),
      image: text(container.image.replace(/^sha256:([0-9a-f]{12})[0-9a-f]*$/, '$1'), container.image),
      state: text(container.temporary ? 'temporary' : container.state),
      created: ageOf(container.created)
    }
  }))
}

function volumeRows(report: DiskReport, ageOf: Age): readonly DiskRow[] {
  const users = gather(
    report.containers,
    ({ volumes }) => volumes,
    (one) => one.name
  )
  return report.volumes.map((volume) => ({
    key: diskKey('volume', volume.name),
    name: volume.name,
    link: null,
    cells: {
      size: bytes(volume.sizeBytes, 4),
      links: { text: `${volume.links}`, sort: volume.links },
      used: names(users(volume.name), 'Unused'),
      driver: text(volume.driver),
      created: ageOf(volume.created)
    }
  }))
}

function cacheRows(report: DiskReport, ageOf: Age): readonly DiskRow[] {
  return report.cache.map((record) => ({
    key: diskKey('cache', record.id),
    name: visibleText(recordName(record)),
    link: null,
    cells: {
      type: text(record.type),
      size: bytes(record.sizeBytes),
      uses: { text: `${record.uses}`, sort: record.uses },
      state: text(record.inUse ? 'In use' : record.shared ? 'Shared with images' : 'Not in use'),
      last: ageOf(record.lastUsed),
      created: ageOf(record.created),
      id: text(
        record.id.slice(0, 12),
        `${record.id}${record.parents.map((id) => `\nbuilt on ${id}`).join('')}`
      )
    }
  }))
}

const collator = new Intl.Collator('en', { numeric: true, sensitivity: 'base' })

/** Those that have every word of the search, in order. */
export function arrangedRows(rows: readonly DiskRow[], search: string, sort: TableSort): readonly DiskRow[] {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean)
  const sign = sort.direction === 'ascending' ? 1 : -1
  const fits = (row: DiskRow): boolean => {
    if (words.length === 0) return true
    const all = [row.name, row.key, ...Object.values(row.cells).map((cell) => cell.title ?? cell.text)]
    const found = all.join('\n').toLowerCase()
    return words.every((word) => found.includes(word))
  }
  return rows
    .filter(fits)
    .sort(
      (a, b) => sign * compare(a, b, sort.key) || collator.compare(a.name, b.name) || (a.key < b.key ? -1 : 1)
    )
}

function compare(a: DiskRow, b: DiskRow, key: string): number {
  if (key === 'name') return collator.compare(a.name, b.name)
  const [one, other] = [a.cells[key]?.sort ?? 0, b.cells[key]?.sort ?? 0]
  if (typeof one === 'number' && typeof other === 'number') return one - other
  return collator.compare(String(one), String(other))
}
