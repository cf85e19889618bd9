/** The reader's side of a session, without a page. */
import type { SessionEnd, SessionOutput } from '@shared/contract/exec'

/** A page that shows a session: collects what it is sent, by the rules of the contract. */
export class Screen {
  text = ''
  readonly end: Promise<SessionEnd | null>
  readonly #abort = new AbortController()
  readonly #decoder = new TextDecoder()
  #held: Promise<void> = Promise.resolve()

  constructor(view: (signal: AbortSignal) => AsyncGenerator<SessionOutput, SessionEnd | null, undefined>) {
    this.end = this.#show(view(this.#abort.signal))
  }

  /** Takes nothing more until the answer is called, as a page that is busy painting. */
  hold(): () => void {
    let release = (): void => undefined
    this.#held = new Promise((resolve) => (release = resolve))
    return release
  }

  leave(): void {
    this.#abort.abort()
  }

  async #show(source: AsyncGenerator<SessionOutput, SessionEnd | null, undefined>) {
    for (;;) {
      await this.#held
      const { done, value } = await source.next()
      if (done === true) return value
      if (value instanceof Uint8Array) this.text += this.#decoder.decode(value, { stream: true })
    }
  }
}
