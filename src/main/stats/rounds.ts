/**
 * Reads the containers nobody looks at, all of them one after another every now and then, so that each has a history.
 * Counters go on while they are not read: a reading a minute says all that was used in that minute, only less finely.
 * Started by recorder.ts for each connection to an engine; docs/decisions/0420 says what the intervals cost.
 */
import { pause } from '../resources/pause'

export interface RoundsTiming {
  /** The least time between two rounds. */
  readonly intervalMs: number
  /** The time a round has for each container it reads: many containers cost no more than few. */
  readonly perReadingMs: number
}

/** At most one reading a second, on average: one right after another is several times cheaper than each by itself. */
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

  /** From the beginning of a round to that of the next one. */
  get stepMs(): number {
    const { intervalMs, perReadingMs } = this.#hidden ? this.#timings.hidden : this.#timings.shown
    return Math.max(intervalMs, this.#count * perReadingMs)
  }

  /** Until the signal aborts. The first round is a whole interval away: a start has better things to do. */
  async run(signal: AbortSignal): Promise<void> {
    this.#count = 0
    let began = performance.now()
    while (await this.#untilDue(began, signal)) {
      began = performance.now()
      const ids = await this.#source.due(signal).catch((): readonly string[] => [])
      this.#count = ids.length
      for (const id of ids) {
        if (signal.aborted) return
        await this.#read(id, signal)
      }
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
