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
  const { usage, pending, error, tookMs, measure, stop } = useMeasuring()
  const cancelled = shallowRef(false)
  let timer: ReturnType<typeof setTimeout> | undefined

  watch(
    [() => images.items, () => containers.byImage.size, () => images.loaded, visible],
    () => {
      clearTimeout(timer)
      if (!images.loaded || images.total === 0 || !visible.value || cancelled.value) return
      const wait = usage.value === null ? 0 : Math.max(SHORTEST_WAIT_MS, tookMs() * REST)
      timer = setTimeout(() => void measure(), wait)
    },
    { immediate: true }
  )
  onScopeDispose(() => {
    clearTimeout(timer)
    stop()
  })

  return {
    usage,
    byId: computed(() => new Map(usage.value?.images.map((image) => [image.Id, image]))),
    pending,
    error,
    measure: () => {
      cancelled.value = false
      return measure()
    },
    cancel: () => {
      cancelled.value = true
      clearTimeout(timer)
      stop()
    }
  }
}

/** One measuring at a time: another one takes the place of the one before. */
function useMeasuring() {
  const usage = shallowRef<ImagesUsage | null>(null)
  const error = shallowRef<AppError | null>(null)
  const current = shallowRef<Stream<ImagesUsage, never, unknown> | null>(null)
  let took = 0

  function stop(): void {
    current.value?.close()
    current.value = null
  }

  async function measure(): Promise<void> {
    stop()
    error.value = null
    const stream = (current.value = api.images.usage())
    const begun = performance.now()
    try {
      for await (const item of stream) {
        usage.value = item
        took = performance.now() - begun
      }
    } catch (thrown) {
      if (current.value === stream) error.value = toAppError(thrown)
    } finally {
      if (current.value === stream) current.value = null
    }
  }

  return {
    usage,
    error,
    pending: computed(() => current.value !== null),
    tookMs: () => took,
    measure,
    stop
  }
}
