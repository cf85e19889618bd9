/** How many requests a page may make: a burst, then a steady rate. Keeps a page gone wild from starving the app. */
export class TokenBucket {
  readonly #capacity: number
  readonly #perSecond: number
  readonly #now: () => number
  #tokens: number
  #at: number

  /** @param now Milliseconds; monotonic. */
  constructor(capacity: number, perSecond: number, now: () => number) {
    this.#capacity = capacity
    this.#perSecond = perSecond
    this.#now = now
    this.#tokens = capacity
    this.#at = now()
  }

  /** Takes one; false when there is none left. */
  take(): boolean {
    const now = this.#now()
    this.#tokens = Math.min(this.#capacity, this.#tokens + ((now - this.#at) / 1000) * this.#perSecond)
    this.#at = now
    if (this.#tokens < 1) return false
    this.#tokens -= 1
    return true
  }
}
