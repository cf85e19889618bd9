/**
 * What images hold on the engine's disk while somebody looks at the page. The engine measures every layer for it, so it is
 * asked when the page opens and after images have come or gone, with waits that grow with how long it takes.
 */
import { computed, onScopeDispose, shallowRef, watch, type ComputedRef, type Ref } from 'vue'
import { api } from '@/api'
import { useVisibility } from '@/composables/use-visibility'
import { useContainersStore } from '@/stores/containers'
import { useImagesStore } from '@/stores/images'
import type { ImagesUsage } from '@shared/contract/images'
import type { Stream } from '@shared/contract/dsl'
import { toAppError, type AppError } from '@shared/errors'

export type ImageBytes = ImagesUsage['images'][number]

export interface ImagesUsageView {
  readonly usage: Readonly<Ref<ImagesUsage | null>>
  readonly byId: ComputedRef<ReadonlyMap<string, ImageBytes>>
  readonly pending: Readonly<Ref<boolean>>
  readonly error: Readonly<Ref<AppError | null>>
  measure(): Promise<void>
  /** Stops measuring until it is asked for again. */
  cancel(): void
}

const SHORTEST_WAIT_MS = 500
/** Of the time that passes, at most one part in this many is spent on measuring. */
const REST = 10

export function useImagesUsage(): ImagesUsageView {
  const images = useImagesStore()
  const containers = useContainersStore()
  const visible = useVisibility()
  const usage = shallowRef<ImagesUsage | null>(null)
  const error = shallowRef<AppError | null>(null)
  const current = shallowRef<Stream<ImagesUsage, never, unknown> | null>(null)
  const stopped = shallowRef(false)
  let tookMs = 0
  let timer: ReturnType<typeof setTimeout> | undefined

  function stop(): void {
    clearTimeout(timer)
    current.value?.close()
    current.value = null
  }

  async function measure(): Promise<void> {
    stop()
    stopped.value = false
    error.value = null
    const stream = (current.value = api.images.usage())
    const begun = performance.now()
    try {
      for await (const item of stream) {
        usage.value = item
        tookMs = performance.now() - begun
      }
    } catch (thrown) {
      if (current.value === stream) error.value = toAppError(thrown)
    } finally {
      if (current.value === stream) current.value = null
    }
  }

  watch(
    [() => images.items, () => containers.byImage.size, () => images.loaded, visible],
    () => {
      clearTimeout(timer)
      if (!images.loaded || images.total === 0 || !visible.value || stopped.value) return
      const wait = usage.value === null ? 0 : Math.max(SHORTEST_WAIT_MS, tookMs * REST)
      timer = setTimeout(() => void measure(), wait)
    },
    { immediate: true }
  )
  onScopeDispose(stop)

  return {
    usage,
    byId: computed(() => new Map(usage.value?.images.map((image) => [image.Id, image]))),
    pending: computed(() => current.value !== null),
    error,
    measure,
    cancel: () => {
      stopped.value = true
      stop()
    }
  }
}
