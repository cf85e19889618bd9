/** The dialog "Build an image", which lies over any page: whether it is asked for, and what it is to begin with. */
import { defineStore } from 'pinia'
import { ref, shallowRef } from 'vue'
import type { BuildInput } from '@shared/contract/builds'

export const useBuildFormStore = defineStore('build-form', () => {
  const asked = ref(false)
  const first = shallowRef<BuildInput | null>(null)

  /** `input` is a build that was made before; its secrets' values are typed anew. */
  function ask(input: BuildInput | null = null): void {
    first.value = input
    asked.value = true
  }

  return { asked, first, ask, close: () => (asked.value = false) }
})
