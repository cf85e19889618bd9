/** The reader's side of a session, without a page. */
import type { SessionEnd, SessionOutput } from '@shared/contract/exec'

/** A page that shows a session: collects what it is sent, by the rules of the contract. */
export class Screen {
  text = ''
  readonly end: Promise<SessionEnd | null>
  readonly #abort = new AbortController()
  readonly #decoder = new TextDecoder()

  constructor(view: (signal: AbortSignal) => AsyncGenerator<SessionOutput, SessionEnd | null, undefined>) {
    this.end = this.#show(view(this.#abort.signal))
  }

  leave(): void {
    this.#abort.abort()
  }

  async #show(source: AsyncGenerator<SessionOutput, SessionEnd | null, undefined>) {
    for (;;) {
      const { done, value } = await source.next()
      if (done === true) return value
      if (value instanceof Uint8Array) this.text += this.#decoder.decode(value, { stream: true })
    }
  }
}
