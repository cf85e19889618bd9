/** What the page sends into an open stream, as an async iterable a handler reads at its own pace. */

/** Inputs a handler has not read yet; more than this closes the stream, since nobody types that far ahead. */
const MAX_PENDING = 10_000

export class InputQueue<T> implements AsyncIterable<T> {
  readonly #pending: T[] = []
  #ended = false
  #wake: (() => void) | null = null

  /** False when the queue is full. */
  push(item: T): boolean {
    if (this.#ended) return true
    if (this.#pending.length >= MAX_PENDING) return false
    this.#pending.push(item)
    this.#wake?.()
    return true
  }

  end(): void {
    this.#ended = true
    this.#wake?.()
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<T, void, undefined> {
    for (;;) {
      const next = this.#pending.shift()
      if (next !== undefined) yield next
      else if (this.#ended) return
      else await new Promise<void>((resolve) => (this.#wake = resolve))
    }
  }
}
