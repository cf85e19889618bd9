/**
 * Reads the containers nobody looks at, one at a time and each of them every now and then, so that all have a history.
 * Counters go on while they are not read: a reading a minute says all that was used in that minute, only less finely.
 * Started by recorder.ts for each connection to an engine; docs/decisions/0420 says what the intervals cost.
 */
import { pause } from '../resources/pause'

export interface RoundsTiming {
  /** The least time between two readings of one container. */
  readonly intervalMs: number
  /** The least time between two readings of any: many containers cost no more than few. */
  readonly perReadingMs: number
}

/** At most one reading a second. */
export const SHOWN: RoundsTiming = { intervalMs: 10_000, perReadingMs: 1000 }
/** At most one every four seconds. */
export const HIDDEN: RoundsTiming = { intervalMs: 60_000, perReadingMs: 4000 }

const DEADLINE_MS = 5000

export interface RoundsSource {
  /** The containers whose turn it is: they run, and are not streamed. */
  due(signal: AbortSignal): Promise<readonly string[]>
  read(id: string, signal: AbortSignal): Promise<void>
}

export class Rounds {
  readonly #source: RoundsSource
  readonly #timings: { readonly shown: RoundsTiming; readonly hidden: RoundsTiming }
  #hidden = false
  #count = 0
  /** Aborted to think again about how long to wait. */
  #waiting = new AbortController()

  constructor(source: RoundsSource, timings = { shown: SHOWN, hidden: HIDDEN }) {
    this.#source = source
    this.#timings = timings
  }

  set hidden(hidden: boolean) {
    this.#hidden = hidden
    this.#waiting.abort()
  }

  /** From one reading to the next: spread over the interval, so that the engine never has many at once. */
  get stepMs(): number {
    const { intervalMs, perReadingMs } = this.#hidden ? this.#timings.hidden : this.#timings.shown
    return Math.max(intervalMs / Math.max(1, this.#count), perReadingMs)
  }

  /** Until the signal aborts. The first reading is a whole interval away: a start has better things to do. */
  async run(signal: AbortSignal): Promise<void> {
    this.#count = 0
    let round: string[] = []
    let began = performance.now()
    while (await this.#untilDue(began, signal)) {
      began = performance.now()
      if (round.length === 0) {
        round = [...(await this.#source.due(signal).catch((): readonly string[] => []))]
        this.#count = round.length
      }
      const id = round.shift()
      if (id !== undefined) await this.#read(id, signal)
    }
  }

  async #untilDue(began: number, signal: AbortSignal): Promise<boolean> {
    for (;;) {
      if (signal.aborted) return false
      this.#waiting = new AbortController()
      const stop = (): void => this.#waiting.abort()
      signal.addEventListener('abort', stop, { once: true })
      const passed = await pause(Math.max(0, began + this.stepMs - performance.now()), this.#waiting.signal)
      signal.removeEventListener('abort', stop)
      if (passed) return true
    }
  }

  /** One that fails is left out: it has stopped or is stuck, and is read again in the next round. */
  async #read(id: string, signal: AbortSignal): Promise<void> {
    // Not AbortSignal.any: on Node 20 each one stays with a long-lived signal for good.
    const abort = new AbortController()
    const stop = (): void => abort.abort()
    const deadline = setTimeout(stop, DEADLINE_MS)
    signal.addEventListener('abort', stop, { once: true })
    try {
      await this.#source.read(id, abort.signal)
    } catch {
      // Told by the engine's events, where it matters.
    } finally {
      clearTimeout(deadline)
      signal.removeEventListener('abort', stop)
    }
  }
}
