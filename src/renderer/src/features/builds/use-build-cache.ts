/**
 * The build cache while its tab is shown. The engine does not tell when it changes: it is read when the tab is shown, and after a
 * build or a task has ended, which is what changes it.
 */
import { onActivated, onDeactivated, shallowRef, watch, type Ref } from 'vue'
import { api } from '@/api'
import { useAction } from '@/composables/use-action'
import { useVisibility } from '@/composables/use-visibility'
import { useEngineStore } from '@/stores/engine'
import { useTasksStore } from '@/stores/tasks'
import type { BuildCacheReport } from '@shared/contract/build-cache'
import type { AppError } from '@shared/errors'
import type { BuildHistoryView } from './use-build-history'

export interface BuildCacheView {
  readonly report: Readonly<Ref<BuildCacheReport | null>>
  readonly error: Readonly<Ref<AppError | null>>
  readonly pending: Readonly<Ref<boolean>>
  read(): Promise<void>
}

export function useBuildCache(history: BuildHistoryView): BuildCacheView {
  const engine = useEngineStore()
  const tasks = useTasksStore()
  const visible = useVisibility()
  const report = shallowRef<BuildCacheReport | null>(null)
  const reading = useAction(() => api.buildCache.read())
  const shown = shallowRef(true)
  let due = true

  async function read(): Promise<void> {
    due = false
    const next = await reading.run()
    if (next !== undefined) report.value = next
    // Something ended while the engine was answering.
    soon()
  }
  function soon(): void {
    if (due && shown.value && visible.value && engine.running && !reading.pending.value) void read()
  }

  const ended = (): string => {
    const builds = [...history.builds.value.values()].filter(({ state }) => state !== 'Running').length
    return `${builds} ${tasks.all.filter(({ endedAt }) => endedAt !== null).length}`
  }
  watch(ended, () => {
    due = true
    soon()
  })
  watch([visible, () => engine.running], soon)
  watch([() => engine.status?.source, () => engine.status?.host], () => {
    report.value = null
    due = true
    soon()
  })
  onActivated(() => {
    shown.value = true
    due = true
    soon()
  })
  onDeactivated(() => (shown.value = false))
  return { report, error: reading.error, pending: reading.pending, read }
}
