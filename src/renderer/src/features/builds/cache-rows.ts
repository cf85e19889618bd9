/** The build cache as lines of its table. Pure; no Vue. */
import type { TableColumn, TableSort } from '@/components/table-types'
import { visibleText } from '@/components/visible-text'
import type { BuildCacheReport } from '@shared/contract/build-cache'
import type { DiskCacheRecord } from '@shared/contract/disk'
import { humanAge } from '@shared/docker/duration'
import { humanSize } from '@shared/docker/size'
import { recordName } from '@shared/disk/names'
import { cacheKey } from './cache-rules'

export const CACHE_COLUMNS: readonly TableColumn[] = [
  { key: 'name', label: 'Record', width: 'minmax(160px, 3fr)', sortable: true, rowHeader: true },
  { key: 'size', label: 'Size', width: '84px', sortable: true, align: 'end' },
  { key: 'used', label: 'Last used', width: '124px', sortable: true },
  { key: 'uses', label: 'Uses', width: '60px', sortable: true, align: 'end', hideBelow: 560 },
  { key: 'type', label: 'Type', width: '124px', sortable: true, hideBelow: 860 },
  { key: 'state', label: 'State', width: '140px', sortable: true, hideBelow: 720 },
  { key: 'parents', label: 'Parents', width: '72px', sortable: true, align: 'end', hideBelow: 980 },
  { key: 'id', label: 'ID', width: '116px', hideBelow: 1060 }
]

export interface CacheRow {
  readonly key: string
  readonly name: string
  readonly record: DiskCacheRecord
  readonly size: string
  readonly used: string
  readonly state: string
  /** What it is built on, a line each. */
  readonly parents: string
}

export function cacheRows({ records }: BuildCacheReport, now: number): readonly CacheRow[] {
  const names = new Map(records.map((record) => [record.id, recordName(record)]))
  return records.map((record) => ({
    key: cacheKey(record),
    name: visibleText(recordName(record)),
    record,
    size: humanSize(record.sizeBytes, 3),
    used: record.lastUsed === 0 ? 'Never' : humanAge(now - record.lastUsed * 1000),
    state: record.inUse ? 'In use' : record.shared ? 'Shared with images' : 'Not in use',
    parents: record.parents.map((id) => visibleText(names.get(id) ?? id)).join('\n')
  }))
}

const collator = new Intl.Collator('en', { numeric: true, sensitivity: 'base' })

/** Those that have every word of the search, in order. */
export function arrangedCache(
  rows: readonly CacheRow[],
  search: string,
  sort: TableSort
): readonly CacheRow[] {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean)
  const sign = sort.direction === 'ascending' ? 1 : -1
  return rows
    .filter(({ name, record, state }) => {
      const text = `${name}\n${record.id}\n${record.type}\n${state}`.toLowerCase()
      return words.every((word) => text.includes(word))
    })
    .sort(
      (a, b) => sign * compare(a, b, sort.key) || collator.compare(a.name, b.name) || (a.key < b.key ? -1 : 1)
    )
}

function compare(a: CacheRow, b: CacheRow, key: string): number {
  switch (key) {
    case 'size':
      return a.record.sizeBytes - b.record.sizeBytes
    case 'used':
      return a.record.lastUsed - b.record.lastUsed
    case 'uses':
      return a.record.uses - b.record.uses
    case 'parents':
      return a.record.parents.length - b.record.parents.length
    case 'type':
      return collator.compare(a.record.type, b.record.type)
    case 'state':
      return collator.compare(a.state, b.state)
    default:
      return collator.compare(a.name, b.name)
  }
}
