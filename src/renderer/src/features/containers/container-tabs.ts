/**
 * The tabs of a container's page, in their order. A tab's component is loaded when it is first shown, is kept while the
 * page is open, and is given {@link ContainerTabProps}; it fills the height and scrolls by itself.
 */
import { defineAsyncComponent } from 'vue'
import type { Tab } from '@/components/tabs'
import type { ContainerInspect } from '@shared/docker/container'
import type { ContainerRow } from './row-model'

export interface ContainerTabProps {
  readonly id: string
  /** As it was last seen: a container that was removed keeps its page. */
  readonly row: ContainerRow
  /** The engine does not have it any more. */
  readonly removed: boolean
  /** The newest answer; null until the first one. */
  readonly inspect: ContainerInspect | null
  /** Opens a published port in the browser. */
  readonly openPort: (privatePort: number) => void
}

export const CONTAINER_TABS: readonly Tab[] = [
  {
    id: 'logs',
    label: 'Logs',
    component: defineAsyncComponent(() => import('./logs/LogsTab.vue'))
  },
  // Never the first: a page shows its first tab unasked, and this one runs a shell.
  {
    id: 'terminal',
    label: 'Terminal',
    component: defineAsyncComponent(() => import('./terminal/TerminalTab.vue'))
  },
  {
    id: 'stats',
    label: 'Stats',
    component: defineAsyncComponent(() => import('./stats/StatsTab.vue'))
  },
  {
    id: 'processes',
    label: 'Processes',
    component: defineAsyncComponent(() => import('./processes/ProcessesTab.vue'))
  },
  {
    id: 'files',
    label: 'Files',
    component: defineAsyncComponent(() => import('./files/FilesTab.vue'))
  },
  {
    id: 'inspect',
    label: 'Inspect',
    component: defineAsyncComponent(() => import('./inspect/InspectTab.vue'))
  },
  {
    id: 'health',
    label: 'Health',
    component: defineAsyncComponent(() => import('./health/HealthTab.vue'))
  },
  {
    id: 'changes',
    label: 'Changes',
    component: defineAsyncComponent(() => import('./changes/ChangesTab.vue'))
  }
]
