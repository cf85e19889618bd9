/**
 * The reading of the engine's disk while its page is open. The engine measures its whole storage for it: it is asked when the page
 * opens, a while after containers or images changed, and after a list was carried out; never for a hidden window.
 */
import { computed, onScopeDispose, shallowRef, watch, type ComputedRef, type Ref } from 'vue'
import { api } from '@/api'
import { useVisibility } from '@/composables/use-visibility'
import { useContainersStore } from '@/stores/containers'
import { useEngineStore } from '@/stores/engine'
import { useImagesStore } from '@/stores/images'
import { useTasksStore } from '@/stores/tasks'
import type { DiskReport, Freed } from '@shared/contract/disk'
import { toAppError, type AppError } from '@shared/errors'

export interface DiskReading {
  readonly report: Readonly<Ref<DiskReport | null>>
  /** Lists carried out since the app started, the newest first. */
  readonly freed: Readonly<Ref<readonly Freed[]>>
  readonly pending: ComputedRef<boolean>
  /** Images whose layers were read, of all; null while the engine measures. */
  readonly progress: Readonly<Ref<{ readonly done: number; readonly total: number } | null>>
  readonly error: Readonly<Ref<AppError | null>>
  measure(): Promise<void>
  /** Stops measuring until it is asked for again. */
  cancel(): void
}

const SHORTEST_WAIT_MS = 1000
/** Of the time that passes, at most one part in this many is spent on measuring. */
const REST = 10

export function useDiskReport(): DiskReading {
  const reading = useReading()
  const visible = useVisibility()
  const engine = useEngineStore()
  const [images, containers, tasks] = [useImagesStore(), useContainersStore(), useTasksStore()]
  const cancelled = shallowRef(false)
  let timer: ReturnType<typeof setTimeout> | undefined
  let due = true

  function soon(): void {
    clearTimeout(timer)
    if (!due || cancelled.value || !visible.value || !engine.running) return
    const wait = Math.max(SHORTEST_WAIT_MS, reading.tookMs() * REST)
    if (reading.report.value === null) void measure()
    else timer = setTimeout(() => void measure(), wait)
  }
  function measure(): Promise<void> {
    clearTimeout(timer)
    due = false
    cancelled.value = false
    return reading.measure()
  }
  const ended = computed(() => tasks.all.filter(({ endedAt }) => endedAt !== null).length)
  watch([() => images.items, () => containers.counts.total, () => containers.counts.running, ended], () => {
    due = true
    soon()
  })
  watch([visible, () => engine.running], () => {
    due ||= reading.error.value !== null
    soon()
  })
  // What was read is another engine's.
  watch([() => engine.status?.source, () => engine.status?.host], () => {
    reading.forget()
    due = true
    soon()
  })
  soon()
  onScopeDispose(() => {
    clearTimeout(timer)
    reading.stop()
  })
  return {
    ...reading,
    measure,
    cancel: () => {
      cancelled.value = true
      clearTimeout(timer)
      reading.stop()
    }
  }
}

/** One reading at a time: another one takes the place of the one before. */
function useReading() {
  const report = shallowRef<DiskReport | null>(null)
  const freed = shallowRef<readonly Freed[]>([])
  const error = shallowRef<AppError | null>(null)
  const progress = shallowRef<{ done: number; total: number } | null>(null)
  const current = shallowRef<{ close(): void } | null>(null)
  let took = 0

  function stop(): void {
    current.value?.close()
    current.value = null
  }

  async function measure(): Promise<void> {
    stop()
    error.value = null
    progress.value = null
    const stream = api.disk.read()
    current.value = stream
    const begun = performance.now()
    try {
      for await (const item of stream) {
        if (item.kind === 'reading') progress.value = item
        else report.value = item.report
      }
      freed.value = await api.disk.freed()
      took = performance.now() - begun
    } catch (thrown) {
      if (current.value === stream) error.value = toAppError(thrown)
    } finally {
      if (current.value === stream) current.value = null
    }
  }

  return {
    report,
    freed,
    error,
    progress,
    pending: computed(() => current.value !== null),
    tookMs: () => took,
    measure,
    stop,
    forget: () => {
      stop()
      report.value = null
      error.value = null
    }
  }
}
