/** The dialog "Build an image", which lies over any page: whether it is asked for, and what it is to begin with. */
import { defineStore } from 'pinia'
import { ref, shallowRef } from 'vue'
import type { BuildInput } from '@shared/contract/builds'

export const useBuildFormStore = defineStore('build-form', () => {
  const asked = ref(false)
  const first = shallowRef<BuildInput | null>(null)
  /** What the form held when its Dockerfile was opened in the editor: the build from there goes on with it. */
  const edited = shallowRef<BuildInput | null>(null)

  /** `input` is a build that was made before; its secrets' values are typed anew. */
  function ask(input: BuildInput | null = null): void {
    first.value = input
    asked.value = true
  }

  function edit(input: BuildInput): void {
    edited.value = input
    asked.value = false
  }

  return { asked, first, edited, ask, edit, close: () => (asked.value = false) }
})
