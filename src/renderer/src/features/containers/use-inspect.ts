/** `docker inspect` of one container, asked again whenever the engine says the container changed. */
import { shallowRef, watch, type ShallowRef } from 'vue'
import { api } from '@/api'
import { toAppError, type AppError } from '@shared/errors'
import type { ContainerInspect, ContainerSummary } from '@shared/docker/container'

export interface Inspected {
  readonly inspect: Readonly<ShallowRef<ContainerInspect | null>>
  readonly error: Readonly<ShallowRef<AppError | null>>
  readonly retry: () => void
}

/** @param container the store's object, whose identity changes with every change; undefined when it is gone. */
export function useInspect(container: () => ContainerSummary | undefined): Inspected {
  const inspect = shallowRef<ContainerInspect | null>(null)
  const error = shallowRef<AppError | null>(null)

  async function ask(asked: ContainerSummary | undefined): Promise<void> {
    if (asked === undefined) return
    if (inspect.value?.Id !== asked.Id) inspect.value = null
    try {
      const answer = await api.containers.inspect({ id: asked.Id })
      // A later question's answer is newer, whichever arrives first.
      if (container() !== asked) return
      inspect.value = answer
      error.value = null
    } catch (thrown) {
      // Gone: the store says so too, in a moment.
      const failure = toAppError(thrown)
      if (container() === asked && failure.code !== 'NotFound') error.value = failure
    }
  }
  watch(container, ask, { immediate: true })
  return { inspect, error, retry: () => void ask(container()) }
}
