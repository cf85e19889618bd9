/** Hands items from a producer that pushes to a consumer that pulls, a few at a time. */

/** Items in waiting before the producer is told to wait. */
const ROOM = 8

export class Channel<T> implements AsyncIterable<T> {
  readonly #items: T[] = []
  #closed = false
  #failure: unknown = null
  #wakeConsumer: (() => void) | null = null
  #wakeProducer: (() => void) | null = null

  push(item: T): void {
    this.#items.push(item)
    this.#wakeConsumer?.()
  }

  /** Resolves when there is room, or nobody takes anything any more. */
  async drained(): Promise<void> {
    while (this.#items.length > ROOM && !this.#closed) {
      await new Promise<void>((resolve) => {
        this.#wakeProducer = resolve
      })
    }
  }

  /** Nothing more will come; with a failure, the consumer gets it after what is there. */
  close(failure: unknown = null): void {
    this.#failure ??= failure
    this.#closed = true
    this.#wakeConsumer?.()
    this.#wakeProducer?.()
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<T, void, undefined> {
    try {
      for (;;) {
        const item = this.#items.shift()
        if (item !== undefined) {
          yield item
          this.#wakeProducer?.()
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
