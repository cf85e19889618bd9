/** What the parts of the page "Disk usage" share: the reading, what is ticked, and how each table is looked at. */
import { computed, reactive, shallowRef, type ComputedRef, type Ref } from 'vue'
import type { TableSort } from '@/components/table-types'
import type { DiskReport } from '@shared/contract/disk'
import { removal, type Removal } from '@shared/disk/freed'
import { allKeys, type DiskKey } from '@shared/disk/keys'
import { DISK_TABS, type DiskTab } from './disk-rows'

export interface TableLook {
  search: string
  sort: TableSort
}

export interface DiskView {
  readonly report: Readonly<Ref<DiskReport | null>>
  /** Of all tables, by `DiskKey`; what is gone is left out. */
  readonly ticked: ComputedRef<ReadonlySet<DiskKey>>
  /** What the ticked ones free; null while nothing is ticked. */
  readonly removal: ComputedRef<Removal | null>
  readonly looks: Readonly<Record<DiskTab, TableLook>>
  tick(keys: ReadonlySet<string>): void
}

export function useDiskView(report: Readonly<Ref<DiskReport | null>>): DiskView {
  const chosen = shallowRef<ReadonlySet<string>>(new Set())
  const ticked = computed<ReadonlySet<DiskKey>>(() => {
    if (report.value === null || chosen.value.size === 0) return new Set()
    return new Set(allKeys(report.value).filter((key) => chosen.value.has(key)))
  })
  const look = (): TableLook => ({ search: '', sort: { key: 'size', direction: 'descending' } })
  return {
    report,
    ticked,
    removal: computed(() =>
      report.value === null || ticked.value.size === 0 ? null : removal(report.value, ticked.value)
    ),
    looks: reactive(Object.fromEntries(DISK_TABS.map((tab) => [tab, look()])) as Record<DiskTab, TableLook>),
    tick: (keys) => (chosen.value = keys)
  }
}
