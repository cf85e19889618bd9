/** One build out of the engine's history while its page is open: what it was made from, and what it did. */
import { computed, onScopeDispose, shallowRef, triggerRef, watch, type ComputedRef, type Ref } from 'vue'
import { api } from '@/api'
import { useEngineStore } from '@/stores/engine'
import type { BuildLine, BuildProgress, BuildRecord, PastBuild } from '@shared/contract/build-history'
import type { BuildStep } from '@shared/contract/builds'
import { toAppError, type AppError } from '@shared/errors'

/** More are not kept: the newest tell why a build failed. */
export const MOST_LINES = 300_000

export interface PastBuildView {
  readonly detail: Readonly<Ref<PastBuild | null>>
  readonly steps: ComputedRef<readonly BuildStep[]>
  /** The newest; `dropped` counts those before. */
  readonly lines: Readonly<Ref<readonly BuildLine[]>>
  readonly dropped: Readonly<Ref<number>>
  readonly progress: Readonly<Ref<Omit<BuildProgress, 'steps' | 'lines'> | null>>
  readonly error: Readonly<Ref<AppError | null>>
  read(): Promise<void>
}

/** What the tabs of its page are given: the other builds of the engine too. */
export interface PastBuildPanel extends PastBuildView {
  readonly all: Readonly<Ref<ReadonlyMap<string, BuildRecord>>>
}

export function usePastBuild(
  ref: () => string,
  options: { readonly stepsOnly?: boolean } = {}
): PastBuildView {
  const engine = useEngineStore()
  const detail = shallowRef<PastBuild | null>(null)
  const error = shallowRef<AppError | null>(null)
  const told = useProgress(options)

  async function read(): Promise<void> {
    const wanted = ref()
    error.value = null
    try {
      const first = await api.buildHistory.inspect({ ref: wanted })
      if (ref() !== wanted) return
      detail.value = first
      await told.follow(wanted)
      // What a build made is known once it has ended.
      if (first.record.state === 'Running' && ref() === wanted) {
        detail.value = await api.buildHistory.inspect({ ref: wanted })
      }
    } catch (thrown) {
      if (ref() === wanted) error.value = toAppError(thrown)
    }
  }

  watch(
    [ref, () => engine.running],
    ([now, running], before) => {
      if (now !== before[0]) {
        detail.value = null
        told.forget()
      }
      // One that was read whole stays as it is while the engine comes and goes.
      if (running && told.progress.value?.ended !== true) void read()
    },
    { immediate: true }
  )
  onScopeDispose(told.stop)
  return { detail, error, read, ...told }
}

function useProgress(options: { readonly stepsOnly?: boolean }) {
  const steps = shallowRef(new Map<string, BuildStep>())
  const lines = shallowRef<BuildLine[]>([])
  const dropped = shallowRef(0)
  const progress = shallowRef<Omit<BuildProgress, 'steps' | 'lines'> | null>(null)
  let current: { close(): void } | null = null

  function stop(): void {
    current?.close()
    current = null
  }
  function forget(): void {
    stop()
    steps.value = new Map()
    lines.value = []
    dropped.value = 0
    progress.value = null
  }
  function take({ steps: changed, lines: more, ...rest }: BuildProgress): void {
    for (const step of changed) steps.value.set(step.id, step)
    for (const line of more) lines.value.push(line)
    const over = lines.value.length - MOST_LINES
    // Not for each line: moving what stays costs more than what goes.
    if (over > MOST_LINES / 10) {
      lines.value.splice(0, over)
      dropped.value += over
    }
    triggerRef(steps)
    if (more.length > 0) triggerRef(lines)
    progress.value = rest
  }
  async function follow(ref: string): Promise<void> {
    forget()
    const stream = api.buildHistory.progress({ ref, ...options })
    current = stream
    for await (const item of stream) if (current === stream) take(item)
  }

  return {
    steps: computed(() => [...steps.value.values()].sort((a, b) => a.number - b.number)),
    lines,
    dropped,
    progress,
    follow,
    forget,
    stop
  }
}
