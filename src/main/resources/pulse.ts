/** A counter one can wait on: something changed, no matter how often. Used where a whole is re-read after any change. */
export class Pulse {
  #beats = 0
  readonly #waiting = new Set<() => void>()
  /** The beats when the rest began; null while awake. */
  #restedAt: number | null = null

  get beats(): number {
    return this.#beats
  }

  beat(): void {
    this.#beats += 1
    this.#tell()
  }

  /** Beats are counted, but who waits for them is left alone until {@link wake}. */
  rest(): void {
    this.#restedAt ??= this.#beats
  }

  wake(): void {
    const missed = this.#restedAt !== null && this.#beats > this.#restedAt
    this.#restedAt = null
    if (missed) this.#tell()
  }

  #tell(): void {
    if (this.#restedAt !== null) return
    for (const wake of [...this.#waiting]) wake()
  }

  /** Resolves once there were beats beyond `seen`: true, or false when the signal aborted. */
  async beyond(seen: number, signal: AbortSignal): Promise<boolean> {
    if (this.#beats > seen || signal.aborted) return !signal.aborted
    await new Promise<void>((resolve) => {
      const wake = () => {
        this.#waiting.delete(wake)
        signal.removeEventListener('abort', wake)
        resolve()
      }
      this.#waiting.add(wake)
      signal.addEventListener('abort', wake, { once: true })
    })
    return !signal.aborted
  }
}
