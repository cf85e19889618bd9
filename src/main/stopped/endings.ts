/**
 * How containers ended, by the engine's events: which signals somebody sent, whether memory ran out, when they died. A
 * death that follows a signal from the API is somebody's wish. Fed with every event, also while the window is hidden, so it
 * reads nothing. Used by the reason panel and the notifications.
 */
import type { EngineEvent } from '../docker/events'

/** What the events tell of a container since its last start. */
export interface Ending {
  /** Signals sent through the API in this run, oldest first. */
  readonly signals: readonly { readonly signal: number; readonly timeMs: number }[]
  /** `docker stop`, `docker restart` and the like; a kill alone is not one. */
  readonly stopped: boolean
  readonly oom: boolean
  /** Whether its death was seen. */
  readonly died: boolean
  /** When its last deaths were, oldest first, for the rhythm of a restart loop. */
  readonly deaths: readonly number[]
}

const NOTHING: Ending = { signals: [], stopped: false, oom: false, died: false, deaths: [] }
const MOST_DEATHS = 20
/** Containers that are remembered; the one that was silent the longest goes first. */
const MOST_CONTAINERS = 2000

/** Signals that tell a process something and do not end it by themselves: HUP, USR1, USR2, CONT, WINCH and their like. */
const HARMLESS_SIGNALS = new Set([1, 10, 12, 17, 18, 23, 28])

/** Takes one event into what is known. A container's own start begins anew. */
export function afterEvent(before: Ending | undefined, event: EngineEvent): Ending | undefined {
  const now = before ?? NOTHING
  switch (event.action) {
    case 'start':
      return { ...NOTHING, deaths: now.deaths }
    case 'kill':
      return {
        ...now,
        signals: [...now.signals, { signal: signalNumber(event), timeMs: event.timeMs }].slice(-20)
      }
    case 'stop':
    case 'restart':
      // Restart comes after the new start, and says nothing of the run that began then.
      return event.action === 'stop' ? { ...now, stopped: true } : now
    case 'oom':
      return { ...now, oom: true }
    case 'die':
      return died(now, event.timeMs)
    case 'destroy':
      return undefined
    default:
      return before
  }
}

function died(now: Ending, timeMs: number): Ending {
  // An event stream that was opened anew tells the last second twice.
  const deaths = now.deaths.includes(timeMs) ? now.deaths : [...now.deaths, timeMs].slice(-MOST_DEATHS)
  return { ...now, died: true, deaths }
}

function signalNumber(event: EngineEvent): number {
  const number = Number(event.attributes['signal'])
  return Number.isInteger(number) ? number : 0
}

/** Whether somebody ended it: by stop, or by a signal that ends. */
export function wasWished(ending: Ending): boolean {
  return ending.stopped || ending.signals.some(({ signal }) => !HARMLESS_SIGNALS.has(signal))
}

/** What past events (oldest first) tell of one container. */
export function endingOf(events: readonly EngineEvent[]): Ending | null {
  let ending: Ending | undefined
  for (const event of events) ending = afterEvent(ending, event)
  return ending ?? null
}

/** Remembers the endings of every container the events name. */
export class Endings {
  readonly #known = new Map<string, Ending>()

  take(event: EngineEvent): void {
    if (event.type !== 'container' || event.id === '') return
    const before = this.#known.get(event.id)
    const after = afterEvent(before, event)
    if (after === before) return
    this.#known.delete(event.id)
    if (after !== undefined) this.#known.set(event.id, after)
    const [oldest] = this.#known.keys()
    if (this.#known.size > MOST_CONTAINERS && oldest !== undefined) this.#known.delete(oldest)
  }

  get(id: string): Ending | null {
    return this.#known.get(id) ?? null
  }
}

/** From one death to the next, on average, over the last few; null when there was only one. */
export function rhythmMs(ending: Ending | null): number | null {
  const deaths = ending?.deaths.slice(-5) ?? []
  const [first, last] = [deaths[0], deaths.at(-1)]
  return first === undefined || last === undefined || deaths.length < 2
    ? null
    : (last - first) / (deaths.length - 1)
}
