/**
 * What an interrupt throws away. A terminal line in the kernel drops the output it still holds when Ctrl+C is typed, so that
 * the prompt is there at once; between this process and that line the engine holds far more (docs/decisions/0450). Here is
 * which keys do it, and how long reading goes on without anybody being shown it. Called by the session.
 */

/** Ctrl+C, Ctrl+\ and Ctrl+Z: what a terminal line discards output for. */
const INTERRUPTS: ReadonlySet<number> = new Set([0x03, 0x1c, 0x1a])

/** Whether it is such a key, typed by itself; in the middle of a paste it is text. */
export function isInterrupt(bytes: Uint8Array): boolean {
  return bytes.length === 1 && INTERRUPTS.has(bytes[0] as number)
}

/**
 * More than is on its way: dockerd alone holds a megabyte for each exec (`blockThreshold` of its BytesPipe), shim and sockets
 * some hundred kilobytes. A program that ignores the key loses this much at most. Less than a replay keeps.
 */
const MOST_BYTES = 1536 * 1024
/** When nothing came for this long, what was on its way is here. */
const QUIET_MS = 50
/** However slowly it comes. */
const LONGEST_MS = 500

/** Runs from the interrupt until what was on its way has been read; says so once. */
export class Discarding {
  readonly #over: () => void
  readonly #latest: NodeJS.Timeout
  readonly #quiet: NodeJS.Timeout
  #bytes = 0

  constructor(over: () => void) {
    this.#over = over
    this.#latest = setTimeout(() => this.end(), LONGEST_MS)
    this.#quiet = setTimeout(() => this.end(), QUIET_MS)
  }

  read(bytes: number): void {
    this.#bytes += bytes
    if (this.#bytes >= MOST_BYTES) this.end()
    else this.#quiet.refresh()
  }

  end(): void {
    clearTimeout(this.#latest)
    clearTimeout(this.#quiet)
    this.#over()
  }
}
