/** Why one container is not running, asked whenever the engine says it changed and there is something to explain. */
import { shallowRef, watch, type ShallowRef } from 'vue'
import { api } from '@/api'
import type { StopReport } from '@shared/contract/stop-report'
import type { ContainerInspect } from '@shared/docker/container'

/** Whether there may be something to explain; main decides. */
function worthAsking({ State, RestartCount }: ContainerInspect): boolean {
  return State.Status === 'running'
    ? (RestartCount ?? 0) > 0
    : State.Status !== 'paused' && State.Status !== 'removing'
}

export interface AskedReport {
  /** null while there is nothing to explain. */
  readonly report: Readonly<ShallowRef<StopReport | null>>
  /** Which container has been asked about: what is below the report can be shown in its place from then on. */
  readonly answeredFor: Readonly<ShallowRef<string | null>>
}

/**
 * The newest report; null while there is nothing to explain. One question at a time: a container in a restart loop changes
 * faster than anybody reads. What cannot be found out is left unsaid: the state itself is on the page.
 */
export function useStopReport(inspect: () => ContainerInspect | null): AskedReport {
  const report = shallowRef<StopReport | null>(null)
  const answeredFor = shallowRef<string | null>(null)
  let asking = false
  let again = false

  async function ask(): Promise<void> {
    const asked = inspect()
    if (asked === null || !worthAsking(asked)) {
      report.value = null
      answeredFor.value = asked?.Id ?? null
      return
    }
    if (asking) {
      again = true
      return
    }
    asking = true
    const answer = await api.containers.whyStopped({ id: asked.Id }).catch(() => null)
    asking = false
    if (inspect()?.Id === asked.Id) {
      report.value = answer
      answeredFor.value = asked.Id
    }
    if (again) {
      again = false
      await ask()
    }
  }
  watch(inspect, ask, { immediate: true })
  return { report, answeredFor }
}
