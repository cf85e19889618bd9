/** Which rows of the engine's history are builds of this app run: their pages' ids by BuildKit's reference. */
import { computed, shallowRef, type ComputedRef } from 'vue'
import { api } from '@/api'
import { useStream } from '@/composables/use-stream'
import type { BuildSummary } from '@shared/contract/builds'
import { applyChange } from '@shared/patch'

export function useOwnBuilds(): ComputedRef<ReadonlyMap<string, string>> {
  const builds = shallowRef<ReadonlyMap<string, BuildSummary>>(new Map())
  useStream(
    () => api.builds.watchAll(),
    (change) => (builds.value = applyChange(builds.value, change))
  )
  return computed(
    () =>
      new Map([...builds.value.values()].flatMap(({ Id, ref }) => (ref === '' ? [] : [[ref, Id] as const])))
  )
}
