/**
 * Every image of the engine as it is now, by id. Filled by one watch stream that App.vue follows. Which containers use
 * an image is the containers store's knowledge (`byImage`): the engine's own count is not real before API 1.51.
 */
import { defineStore } from 'pinia'
import { computed, shallowRef } from 'vue'
import { api } from '@/api'
import { useStream } from '@/composables/use-stream'
import type { ImageSummary } from '@shared/docker/image'
import { applyChange, type Change } from '@shared/patch'

export const useImagesStore = defineStore('images', () => {
  const items = shallowRef<ReadonlyMap<string, ImageSummary>>(new Map())
  /** False until the first snapshot: an empty list is only worth saying then. */
  const loaded = shallowRef(false)

  const total = computed(() => items.value.size)
  /** Every `repository:tag`, in the order people read them; what a run dialog offers. */
  const tags = computed(() => [...items.value.values()].flatMap((image) => image.RepoTags).sort())

  function apply(change: Change<ImageSummary>): void {
    items.value = applyChange(items.value, change)
    if (change.type === 'snapshot') loaded.value = true
  }

  /** Forgets everything: the engine these images belong to is gone, and another one may come. */
  function clear(): void {
    items.value = new Map()
    loaded.value = false
  }

  return { items, loaded, total, tags, apply, clear }
})

/** Keeps the store at what the engine says for as long as the calling component lives; App.vue calls it, once. */
export function followImages(): void {
  const store = useImagesStore()
  useStream(() => api.images.watch(), store.apply)
}
