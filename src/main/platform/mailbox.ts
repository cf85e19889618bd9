/** The newest thing to be done, until somebody does it: a value that is left for one reader and is gone once read. */
export class Mailbox<T> {
  #waiting: { readonly value: T } | null = null
  readonly #sleepers = new Set<() => void>()

  /** Replaces what nobody has taken yet. */
  put(value: T): void {
    this.#waiting = { value }
    this.#wakeAll()
  }

  /** What is left, one after another, until the signal aborts. */
  async *take(signal: AbortSignal): AsyncGenerator<T, void, undefined> {
    const wake = (): void => this.#wakeAll()
    signal.addEventListener('abort', wake)
    try {
      while (!signal.aborted) {
        const next = this.#waiting
        this.#waiting = null
        if (next === null) await new Promise<void>((resolve) => this.#sleepers.add(resolve))
        else yield next.value
      }
    } finally {
      signal.removeEventListener('abort', wake)
    }
  }

  #wakeAll(): void {
    const sleepers = [...this.#sleepers]
    this.#sleepers.clear()
    for (const sleeper of sleepers) sleeper()
  }
}
