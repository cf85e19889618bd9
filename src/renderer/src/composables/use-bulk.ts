/** One verb on many objects, as a view follows it: how far it is, and what came of each. One at a time. */
import { computed, onScopeDispose, shallowRef, type ComputedRef, type ShallowRef } from 'vue'
import { bulkSummary, runForEach, type BulkResult, type BulkTarget } from './run-for-each'

export interface BulkJob {
  /** "Stop 5 containers" */
  readonly title: string
  readonly total: number
  /** In the order they came in. */
  readonly results: readonly BulkResult[]
  /** "Stopped 4 of 5 containers"; null while it runs. */
  readonly summary: string | null
}

export interface BulkWords {
  readonly verb: string
  readonly done: string
  readonly noun: string
}

export interface Bulk {
  readonly job: Readonly<ShallowRef<BulkJob | null>>
  readonly running: ComputedRef<boolean>
  run<T extends BulkTarget>(
    words: BulkWords,
    targets: readonly T[],
    action: (target: T) => Promise<unknown>
  ): Promise<void>
  /** Lets what has begun finish and leaves the rest. */
  cancel(): void
  dismiss(): void
}

export function useBulk(): Bulk {
  const job = shallowRef<BulkJob | null>(null)
  const running = computed(() => job.value !== null && job.value.summary === null)
  let stop = new AbortController()
  // Leaving the page does not undo a click: what was asked for goes on, only nobody watches.
  let watched = true
  onScopeDispose(() => (watched = false))

  async function run<T extends BulkTarget>(
    { verb, done, noun }: BulkWords,
    targets: readonly T[],
    action: (target: T) => Promise<unknown>
  ): Promise<void> {
    if (running.value || targets.length === 0) return
    stop = new AbortController()
    const title = `${verb} ${targets.length} ${noun}${targets.length === 1 ? '' : 's'}`
    const results: BulkResult[] = []
    const show = (summary: string | null): void => {
      if (watched) job.value = { title, total: targets.length, results: [...results], summary }
    }
    show(null)
    const collect = (result: BulkResult): void => {
      results.push(result)
      show(null)
    }
    await runForEach(targets, action, collect, stop.signal)
    show(bulkSummary(done, results, noun))
  }

  return {
    job,
    running,
    run,
    cancel: () => {
      stop.abort()
    },
    dismiss: () => {
      if (!running.value) job.value = null
    }
  }
}
