/** Hands items from a producer that pushes to a consumer that pulls, a few at a time. */

/** Items in waiting before the producer is told to wait. */
const ROOM = 8
/** Taken items that are kept at most. */
const KEPT = 4096

export class Channel<T> implements AsyncIterable<T> {
  /** What came and what is taken: a sparse file of many pieces puts thousands in at once, and `shift` moves them all. */
  #items: T[] = []
  #taken = 0
  #closed = false
  #failure: unknown = null
  #wakeConsumer: (() => void) | null = null
  /** Several may wait: what is being read, and what came before it and is ending. */
  #producers: (() => void)[] = []

  push(item: T): void {
    this.#items.push(item)
    this.#wakeConsumer?.()
  }

  /** Resolves when there is room, or nobody takes anything any more. */
  async drained(): Promise<void> {
    while (this.#items.length - this.#taken > ROOM && !this.#closed) {
      await new Promise<void>((resolve) => {
        this.#producers.push(resolve)
      })
    }
  }

  /** Nothing more will come; with a failure, the consumer gets it after what is there. */
  close(failure: unknown = null): void {
    this.#failure ??= failure
    this.#closed = true
    this.#wakeConsumer?.()
    this.#wakeProducers()
  }

  #wakeProducers(): void {
    const waiting = this.#producers
    this.#producers = []
    for (const wake of waiting) wake()
  }

  #next(): T {
    const item = this.#items[this.#taken] as T
    this.#taken += 1
    if (this.#taken === this.#items.length || this.#taken === KEPT) {
      this.#items = this.#items.slice(this.#taken)
      this.#taken = 0
    }
    return item
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<T, void, undefined> {
    try {
      for (;;) {
        if (this.#taken < this.#items.length) {
          yield this.#next()
          this.#wakeProducers()
        } else if (this.#closed) {
          if (this.#failure !== null) throw this.#failure as Error
          return
        } else {
          await new Promise<void>((resolve) => {
            this.#wakeConsumer = resolve
          })
        }
      }
    } finally {
      this.close()
    }
  }
}
