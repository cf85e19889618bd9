/** The page's copy of one container's history: main sends all of it once and then each new point. */
import { shallowRef, type Ref, type ShallowRef } from 'vue'
import { api } from '@/api'
import { useStream } from '@/composables/use-stream'
import type { StatsNews } from '@shared/contract/containers'
import type { ContainerStats } from '@shared/docker/container'
import { StatsHistory } from '@shared/docker/stats-history'
import type { AppError } from '@shared/errors'

/** A new object with every message, around one history that grows. */
export interface StatsSeen {
  readonly history: StatsHistory
  readonly latest: ContainerStats | null
  /** When it came, by this page's clock. */
  readonly at: number
}

/** Open while `enabled`, and never while the window is hidden: main goes on recording without it. */
export function useStatsHistory(
  id: () => string,
  enabled: Readonly<Ref<boolean>>
): { readonly seen: Readonly<ShallowRef<StatsSeen | null>>; readonly error: Readonly<Ref<AppError | null>> } {
  const seen = shallowRef<StatsSeen | null>(null)

  function apply(news: StatsNews): void {
    const history = news.type === 'snapshot' ? new StatsHistory(news.levels) : seen.value?.history
    if (history === undefined) return
    if (news.type === 'points') for (const point of news.points) history.add(point)
    seen.value = { history, latest: news.latest, at: Date.now() }
  }
  const { error } = useStream(() => api.containers.statsHistory({ id: id() }), apply, {
    enabled,
    whenHidden: 'close'
  })
  return { seen, error }
}
