/** One build as main tells it: its facts and its steps, kept together from the changes. */
import { shallowRef, toValue, watch, type MaybeRefOrGetter, type Ref } from 'vue'
import type { BuildDetail, BuildNews, BuildStep } from '@shared/contract/builds'
import type { AppError } from '@shared/errors'
import { api } from '@/api'
import { useStream } from '@/composables/use-stream'

export interface WatchedBuild {
  readonly detail: Readonly<Ref<BuildDetail | null>>
  /** In the order in which they began. */
  readonly steps: Readonly<Ref<readonly BuildStep[]>>
  readonly error: Readonly<Ref<AppError | null>>
}

export function useBuild(id: MaybeRefOrGetter<string>): WatchedBuild {
  const detail = shallowRef<BuildDetail | null>(null)
  const steps = shallowRef<readonly BuildStep[]>([])

  function apply(news: BuildNews): void {
    detail.value = news.detail
    if (news.steps.length === 0) return
    const merged = [...steps.value]
    for (const step of news.steps) merged[step.number - 1] = step
    steps.value = merged
  }

  watch(
    () => toValue(id),
    () => {
      detail.value = null
      steps.value = []
    }
  )
  const { error } = useStream(() => api.builds.watch({ id: toValue(id) }), apply)
  return { detail, steps, error }
}
