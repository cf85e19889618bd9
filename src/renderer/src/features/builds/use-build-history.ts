/** The engine's builds while a page that shows them is open: one stream, which the engine's own news feed. */
import { computed, shallowRef, watch, type ComputedRef, type Ref } from 'vue'
import { api } from '@/api'
import { useStream } from '@/composables/use-stream'
import { useEngineStore } from '@/stores/engine'
import type { BuildRecord } from '@shared/contract/build-history'
import type { AppError } from '@shared/errors'
import { applyChange } from '@shared/patch'

export interface BuildHistoryView {
  readonly builds: Readonly<Ref<ReadonlyMap<string, BuildRecord>>>
  /** The list has been read once. */
  readonly loaded: ComputedRef<boolean>
  readonly error: Readonly<Ref<AppError | null>>
}

export function useBuildHistory(): BuildHistoryView {
  const engine = useEngineStore()
  const builds = shallowRef<ReadonlyMap<string, BuildRecord>>(new Map())
  const loaded = shallowRef(false)
  const { error } = useStream(
    () => api.buildHistory.watch(),
    (change) => {
      builds.value = applyChange(builds.value, change)
      loaded.value = true
    },
    { enabled: () => engine.running }
  )
  // What was listed is another engine's.
  watch([() => engine.status?.source, () => engine.status?.host], () => {
    builds.value = new Map()
    loaded.value = false
  })
  return { builds, loaded: computed(() => loaded.value), error }
}
