/**
 * The browsing thread's side: answers questions about images, several at a time, each as a stream that waits for its
 * consumer and can be cancelled. browse-worker.ts runs it in a thread, tests run it on any port.
 */
import { toAppError, toPlain } from '@shared/errors'
import { Answers } from './answers'
import type { FromBrowser, Question, ToBrowser } from './browse-messages'

/** Items on their way to main that it has not taken yet. */
const WINDOW = 8

interface Running {
  readonly abort: AbortController
  unused: number
  wake: (() => void) | null
}

export class BrowseHost {
  readonly #post: (message: FromBrowser) => void
  readonly #answers: Answers
  readonly #running = new Map<number, Running>()

  constructor(cacheDir: string, post: (message: FromBrowser) => void) {
    this.#post = post
    this.#answers = new Answers(cacheDir)
  }

  receive(message: ToBrowser): void {
    const running = this.#running.get(message.id)
    switch (message.type) {
      case 'ask':
        void this.#answer(message.id, message.question, message.params)
        return
      case 'more':
        if (running !== undefined) running.unused -= 1
        running?.wake?.()
        return
      case 'cancel':
        running?.abort.abort()
        running?.wake?.()
        return
    }
  }

  async #answer(id: number, question: Question, params: unknown): Promise<void> {
    const running: Running = { abort: new AbortController(), unused: 0, wake: null }
    this.#running.set(id, running)
    const { signal } = running.abort
    try {
      const answer = this.#answers.answer(question, params, signal)
      for (;;) {
        const result = await answer.next()
        if (signal.aborted) {
          await answer.return(undefined)
          return
        }
        if (result.done === true) {
          this.#post({ type: 'end', id, value: result.value })
          return
        }
        this.#post({ type: 'item', id, item: result.value })
        running.unused += 1
        while (running.unused >= WINDOW && !isAborted(signal)) {
          await new Promise<void>((resolve) => {
            running.wake = resolve
          })
        }
      }
    } catch (thrown) {
      if (!signal.aborted) this.#post({ type: 'error', id, error: toPlain(toAppError(thrown)) })
    } finally {
      this.#running.delete(id)
    }
  }
}

/** Asked anew: it changes while others run. */
const isAborted = (signal: AbortSignal): boolean => signal.aborted
