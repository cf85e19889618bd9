/**
 * One-click verbs on rows: which container is doing what, and how it failed. A container's state is never touched here:
 * the row says what is pending, the engine's event says what came of it.
 */
import { shallowReactive } from 'vue'
import { api } from '@/api'
import { toAppError } from '@shared/errors'
import type { RemovalTarget } from './removal'
import { perform, VERBS, type Verb } from './verbs'

export interface Failure {
  readonly id: string
  readonly message: string
  readonly hint: string | undefined
}

/** Failures of more containers than anybody reads at once; the oldest goes first. */
const MOST_FAILURES = 3

export interface ContainerActions {
  /** By container id: what is being done, for example "Stopping". */
  readonly pending: ReadonlyMap<string, string>
  /** By container id: how the last thing asked of it failed. */
  readonly failures: ReadonlyMap<string, Failure>
  run(verb: Verb, id: string): Promise<void>
  remove(target: RemovalTarget, volumes: boolean): Promise<void>
  openPort(id: string, privatePort: number): Promise<void>
  dismiss(id: string): void
  /** Marks a container as busy while `action` runs; for work that reports its failures itself. */
  during<R>(id: string, doing: string, action: () => Promise<R>): Promise<R>
}

export function useContainerActions(): ContainerActions {
  const pending = shallowReactive(new Map<string, string>())
  const failures = shallowReactive(new Map<string, Failure>())

  async function during<R>(id: string, doing: string, action: () => Promise<R>): Promise<R> {
    pending.set(id, doing)
    try {
      return await action()
    } finally {
      pending.delete(id)
    }
  }

  async function attempt(id: string, action: () => Promise<unknown>): Promise<void> {
    failures.delete(id)
    try {
      await action()
    } catch (thrown) {
      const { code, message, hint } = toAppError(thrown)
      if (code === 'Cancelled') return
      failures.set(id, { id, message, hint })
      const [oldest] = failures.keys()
      if (failures.size > MOST_FAILURES && oldest !== undefined) failures.delete(oldest)
    }
  }

  async function once(id: string, doing: string, action: () => Promise<unknown>): Promise<void> {
    if (pending.has(id)) return
    await attempt(id, () => during(id, doing, action))
  }

  return {
    pending,
    failures,
    during,
    run: (verb, id) => once(id, VERBS[verb].doing, () => perform(verb, id)),
    remove: ({ id, force }, volumes) =>
      once(id, 'Removing', () => api.containers.remove({ id, force, volumes })),
    openPort: (id, privatePort) => attempt(id, () => api.containers.openPort({ id, privatePort })),
    dismiss: (id) => void failures.delete(id)
  }
}
