/** A container's state as the page shows it: Docker's word, with what belongs to it, and the tone of its icon. */
import type { StateTone } from '@/components/state-tone'
import type { ContainerState, Health } from '@shared/docker/container'
import { exitWords } from '@shared/docker/exit-code'

interface StateFacts {
  readonly state: ContainerState
  readonly exitCode: number | null
  readonly health: Health | null
}

const words: Readonly<Record<ContainerState, string>> = {
  created: 'Created',
  running: 'Running',
  paused: 'Paused',
  restarting: 'Restarting',
  removing: 'Removing',
  exited: 'Exited',
  dead: 'Dead'
}

const tones: Readonly<Record<ContainerState, StateTone>> = {
  created: 'neutral',
  running: 'ok',
  paused: 'paused',
  restarting: 'warn',
  removing: 'busy',
  exited: 'stopped',
  dead: 'danger'
}

/** Codes of a container that ended by itself or was told to: 0, SIGKILL and SIGTERM. */
const USUAL_EXITS: readonly (number | null)[] = [null, 0, 137, 143]

/** "Running", "Running (unhealthy)", "Exited (137)". */
export function stateWord({ state, exitCode, health }: StateFacts): string {
  const extra = exitCode ?? (state === 'running' ? health : null)
  return extra === null ? words[state] : `${words[state]} (${extra})`
}

/** {@link stateWord} and, for one that ended, what its exit code says. */
export function stateTitle(facts: StateFacts): string {
  const word = stateWord(facts)
  return facts.exitCode === null ? word : `${word}\n${exitWords(facts.exitCode)}`
}

/** The tone for {@link stateWord}. */
export function stateTone({ state, exitCode, health }: StateFacts): StateTone {
  if (state === 'running' && health === 'unhealthy') return 'danger'
  if (state === 'running' && health === 'starting') return 'busy'
  if (state === 'exited' && !USUAL_EXITS.includes(exitCode)) return 'danger'
  return tones[state]
}
