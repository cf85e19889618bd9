/** Why the charts go on, or since when they do not. Pure. */
import type { ContainerInspect, ContainerState } from '@shared/docker/container'
import { humanDuration } from '@shared/docker/duration'
import { engineTime } from '../inspect/inspect-view'

export function stateSentence(
  state: ContainerState,
  removed: boolean,
  inspect: Pick<ContainerInspect, 'State'> | null,
  hasFigures: boolean,
  now: number
): string {
  if (removed) return 'Removed. What was recorded stays until this page is closed.'
  switch (state) {
    case 'running':
    case 'paused':
      if (!hasFigures) return 'Waiting for the engine’s figures.'
      return state === 'paused' ? 'Paused.' : ''
    case 'created':
      return 'Not started yet.'
    case 'restarting':
      return 'Restarting.'
    case 'removing':
      return 'Being removed.'
    case 'exited':
    case 'dead': {
      const since = inspect === null ? null : engineTime(inspect.State.FinishedAt)
      return since === null ? 'Stopped.' : stoppedSince(since, now)
    }
  }
}

function stoppedSince(since: number, now: number): string {
  const ago = `${humanDuration(Math.max(0, now - since))} ago`
  return `Stopped since ${new Date(since).toLocaleString()} (${ago.charAt(0).toLowerCase()}${ago.slice(1)}).`
}
