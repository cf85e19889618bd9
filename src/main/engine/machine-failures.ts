/** What the state machine knows about failing: the restart budget, and the failures it finds itself. Pure. */
import type { Failure } from './failures'
import type { Machine } from './machine-types'

export const BUDGET = { restarts: 3, windowMs: 60_000 } as const
export const DEADLINE_MS = 90_000

/** Milliseconds until the next try, or null when there is to be none. */
export function retryDelay(machine: Machine, failure: Failure): number | null {
  switch (failure.policy) {
    case 'never':
      return null
    case 'once':
      return machine.triedOnce ? null : 2000
    case 'budget':
      return machine.crashes.length > BUDGET.restarts ? null : 1000 * 2 ** (machine.crashes.length - 1)
    case 'wait':
      return Math.min(30_000, 2000 * 2 ** Math.min(machine.attempt, 4))
  }
}

export const unkillable: Failure['report'] = {
  step: 'stopping',
  kind: 'cannot-be-ended',
  message: 'The engine’s process could not be ended.',
  hint: 'It may hang in the kernel, often on a disk or a network drive that does not answer. Restart the computer.',
  lastLogLines: []
}

export function startDeadline(step: 'preparing' | 'spawning' | 'waiting-for-api'): Failure {
  return {
    policy: 'budget',
    report: {
      step,
      kind: 'start-deadline',
      message: `The engine did not come up within ${DEADLINE_MS / 1000} s.`,
      hint: 'Quayside tries again. The engine log shows how far it came.',
      lastLogLines: []
    }
  }
}
