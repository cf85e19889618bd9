/**
 * When to act on a stream of small signals: soon after the first one, then at most once per burst interval.
 * Used by watch.ts; knows nothing about what is done.
 */

export interface CoalescerTiming {
  /** Milliseconds from the first signal after a quiet time to acting: long enough for what belongs together. */
  readonly leadMs: number
  /** Milliseconds from one action to the next while signals keep coming. */
  readonly burstMs: number
}

export const DEFAULT_TIMING: CoalescerTiming = { leadMs: 8, burstMs: 50 }

export class Coalescer {
  readonly #act: () => Promise<void>
  readonly #timing: CoalescerTiming
  #timer: NodeJS.Timeout | null = null
  #acting = false
  #again = false
  #lastAct = -Infinity

  /** `act` handles its own failures; it never runs twice at a time. */
  constructor(act: () => Promise<void>, timing: CoalescerTiming = DEFAULT_TIMING) {
    this.#act = act
    this.#timing = timing
  }

  /** Something happened: act soon. `atLeastMs` delays it further, for a retry. */
  touch(atLeastMs = 0): void {
    if (this.#acting) this.#again = true
    else if (this.#timer === null) this.#schedule(atLeastMs)
  }

  /** Forgets a scheduled action; one under way is not stopped. */
  cancel(): void {
    if (this.#timer !== null) clearTimeout(this.#timer)
    this.#timer = null
    this.#again = false
  }

  #schedule(atLeastMs: number): void {
    const sinceLast = performance.now() - this.#lastAct
    const wait = Math.max(this.#timing.leadMs, this.#timing.burstMs - sinceLast, atLeastMs)
    this.#timer = setTimeout(() => {
      this.#timer = null
      void this.#run()
    }, wait)
  }

  async #run(): Promise<void> {
    this.#acting = true
    this.#lastAct = performance.now()
    try {
      await this.#act()
    } finally {
      this.#acting = false
      if (this.#again) {
        this.#again = false
        this.touch()
      }
    }
  }
}
