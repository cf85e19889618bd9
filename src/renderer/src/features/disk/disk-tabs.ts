/** The tabs of the page "Disk usage", one table each. */
import type { Tab } from '@/components/tabs'
import DiskTable from './DiskTable.vue'
import { DISK_LABELS, DISK_TABS, type DiskTab } from './disk-rows'

export const DISK_TAB_LIST: readonly Tab[] = DISK_TABS.map((id) => ({
  id,
  label: DISK_LABELS[id],
  component: DiskTable
}))

/** The tab an address names; an unknown one is the first. */
export function diskTab(id: string | undefined): DiskTab {
  return DISK_TABS.find((tab) => tab === id) ?? 'images'
}
