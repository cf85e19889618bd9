/** Live use of host and engine, with what was seen since the app started; sampled only while the window can be seen. */
import { defineStore } from 'pinia'
import { computed, onScopeDispose, shallowRef } from 'vue'
import type { Usage } from '@shared/contract/system'
import { api } from '@/api'
import { useStream } from '@/composables/use-stream'

/** More than a chart can show apart, and small enough to copy for every sample. */
export const MOST_SAMPLES = 1_800

export const useSystemStore = defineStore('system', () => {
  const samples = shallowRef<readonly Usage[]>([])
  const closeLookers = shallowRef(0)

  function apply(sample: Usage): void {
    samples.value = [...samples.value.slice(1 - MOST_SAMPLES), sample]
  }

  return {
    /** Oldest first. */
    samples: computed(() => samples.value),
    /** null until the first sample. */
    usage: computed(() => samples.value.at(-1) ?? null),
    pace: computed(() => (closeLookers.value > 0 ? 'close' : 'glance')),
    closeLookers,
    apply
  }
})

/** Samples for as long as the calling component lives and can be seen; App.vue calls it, once. */
export function followUsage(): void {
  const store = useSystemStore()
  useStream(() => api.system.usage({ pace: store.pace }), store.apply, { whenHidden: 'close' })
}

/** For charts: a sample every two seconds instead of five, for as long as the calling component lives. */
export function useCloseLook(): void {
  const store = useSystemStore()
  store.closeLookers += 1
  onScopeDispose(() => {
    store.closeLookers -= 1
  })
}
