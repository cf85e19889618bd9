/**
 * A container's health as it changes: the engine says when a probe ran (an exec that died) or the state turned, and the
 * container is inspected then. No polling; called by handlers/containers for as long as the tab is seen.
 */
import type { HealthCheck, HealthState } from '@shared/docker/inspect-schema'
import { inspectContainer } from '../docker/containers'
import type { EngineEvent } from '../docker/events'
import { pause } from './pause'
import type { EngineSession } from './session'

export interface ContainerHealth {
  readonly check: HealthCheck | null
  readonly state: HealthState | null
}

const ACTIONS = new Set(['exec_die', 'health_status', 'start', 'die', 'update'])
/** The engine notes a probe's result a moment after it said that the probe ended. */
const NOTED_AFTER_MS = [0, 40, 120, 300] as const

/** The health now, and again after every probe; ends when the container is removed. */
export async function* watchHealth(
  session: EngineSession,
  id: string,
  signal: AbortSignal
): AsyncGenerator<ContainerHealth, void, undefined> {
  const bell = new Bell(signal)
  const stopEvents = session.onEvent((event) => {
    if (event.id === id && ACTIONS.has(event.action)) bell.ring(event)
  })
  // Connected anew: anything may have happened meanwhile.
  const stopConnected = session.onConnected(() => bell.ring(null))
  try {
    let last = ''
    for (;;) {
      const rung = bell.take()
      for (const waitMs of NOTED_AFTER_MS) {
        if (waitMs > 0 && !(await pause(waitMs, signal))) return
        const health = await read(session, id, signal)
        const text = JSON.stringify(health)
        if (text !== last) {
          last = text
          yield health
          break
        }
        if (rung?.action !== 'exec_die') break
      }
      if (!(await bell.rings())) return
    }
  } finally {
    stopEvents()
    stopConnected()
  }
}

async function read(session: EngineSession, id: string, signal: AbortSignal): Promise<ContainerHealth> {
  const { Config, State } = await inspectContainer(await session.client(), id, {}, signal)
  return { check: Config.Healthcheck ?? null, state: State.Health ?? null }
}

/** Remembers that something happened while nobody waited. */
class Bell {
  readonly #signal: AbortSignal
  #rung = false
  #event: EngineEvent | null = null
  #wake: (() => void) | null = null

  constructor(signal: AbortSignal) {
    this.#signal = signal
    signal.addEventListener('abort', () => this.#wake?.(), { once: true })
  }

  ring(event: EngineEvent | null): void {
    this.#rung = true
    this.#event = event
    this.#wake?.()
  }

  /** The newest event that rang, which is then forgotten. */
  take(): EngineEvent | null {
    const event = this.#event
    this.#rung = false
    this.#event = null
    return event
  }

  /** Resolves with the next ring, at once for one that was missed; false when the signal aborted. */
  async rings(): Promise<boolean> {
    if (!this.#rung && !this.#signal.aborted) await new Promise<void>((resolve) => (this.#wake = resolve))
    this.#wake = null
    return !this.#signal.aborted
  }
}
