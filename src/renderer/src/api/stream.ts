/**
 * A stream's port as an async iterable. Leaving the loop closes the port, and a closed port is cancelled work in main.
 * An item is acknowledged when the loop asks for the next one, so main never runs further ahead than its window.
 */
import type { Stream } from '@shared/contract/dsl'
import type { DownFrame, UpFrame } from '@shared/contract/wire'
import { AppError, fromPlain } from '@shared/errors'

/** One end of a channel to main; the browser's MessagePort and Node's are both adapted to it. */
export interface StreamPort {
  receive(listener: (data: unknown) => void): void
  post(message: UpFrame): void
  close(): void
}

class Ending<E> {
  readonly promise: Promise<E>
  resolve!: (value: E) => void
  reject!: (error: AppError) => void

  constructor() {
    this.promise = new Promise<E>((resolve, reject) => {
      this.resolve = resolve
      this.reject = reject
    })
    // Iterating already tells of a failure; reading `done` as well is optional.
    this.promise.catch(() => undefined)
  }
}

export class PortStream<I, N, E> implements Stream<I, N, E> {
  readonly #port: StreamPort
  readonly #ending = new Ending<E>()
  readonly #queue: I[] = []
  #finished: 'open' | 'ended' | 'closed' | AppError = 'open'
  #wake: (() => void) | null = null

  constructor(port: StreamPort) {
    this.#port = port
    port.receive((data) => {
      this.#receive(data as DownFrame)
    })
  }

  get done(): Promise<E> {
    return this.#ending.promise
  }

  send(input: N): void {
    if (this.#finished === 'open') this.#port.post({ type: 'input', value: input })
  }

  close(): void {
    if (this.#finished === 'open') this.#finish('closed')
    this.#queue.length = 0
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<I, void, undefined> {
    try {
      for (;;) {
        const next = this.#queue.shift()
        if (next !== undefined) {
          yield next
          if (this.#finished === 'open') this.#port.post({ type: 'ack', items: 1 })
        } else if (this.#finished === 'open') {
          await new Promise<void>((resolve) => (this.#wake = resolve))
        } else if (this.#finished instanceof AppError) {
          throw this.#finished
        } else {
          return
        }
      }
    } finally {
      this.close()
    }
  }

  #receive(frame: DownFrame): void {
    if (this.#finished !== 'open') return
    if (frame.type === 'next') {
      this.#queue.push(...(frame.items as readonly I[]))
      this.#wake?.()
    } else if (frame.type === 'end') {
      this.#ending.resolve(frame.value as E)
      this.#finish('ended')
    } else {
      const error = fromPlain(frame.error)
      this.#ending.reject(error)
      this.#finish(error)
    }
  }

  #finish(how: 'ended' | 'closed' | AppError): void {
    this.#finished = how
    this.#port.close()
    this.#wake?.()
  }
}
