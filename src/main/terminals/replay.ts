/**
 * The last bytes a session wrote, so that a page that comes back can show the same screen (docs/decisions/0410 says why
 * bytes and not a screen). Bounded: the oldest go first, and the terminal modes set in them are remembered. Pure.
 */
import { ModeMemory } from './modes'

/** Ten thousand lines of two hundred bytes. */
export const REPLAY_BYTES = 2 * 1024 * 1024
/** How far a cut is moved to the next line's start, so that it falls into no character and no escape sequence. */
const LINE_SEARCH_BYTES = 16 * 1024
const LF = 0x0a

export class Replay {
  readonly #capacity: number
  readonly #chunks: Uint8Array[] = []
  readonly #modes = new ModeMemory()
  /** Where the first byte that is still here is, in all the session ever wrote. */
  #start = 0
  #end = 0

  constructor(capacity = REPLAY_BYTES) {
    this.#capacity = capacity
  }

  /** How many bytes the session has written. */
  get end(): number {
    return this.#end
  }

  append(chunk: Uint8Array): void {
    if (chunk.length === 0) return
    this.#chunks.push(chunk)
    this.#end += chunk.length
    while (this.#end - this.#start - (this.#chunks[0]?.length ?? 0) >= this.#capacity) {
      const dropped = this.#chunks.shift()
      if (dropped === undefined) return
      this.#start += dropped.length
      this.#modes.pass(dropped)
    }
  }

  /**
   * Where to go on for a page that has the first `from` bytes: there, while it is still here, or else at the first whole
   * line, on a cleared screen with these modes.
   */
  resume(from: number): { readonly at: number; readonly modes: string } {
    if (from >= this.#start && from <= this.#end && from > 0) return { at: from, modes: '' }
    if (this.#start === 0) return { at: 0, modes: '' }
    const first = this.read(this.#start, LINE_SEARCH_BYTES)
    const line = first.indexOf(LF)
    return { at: this.#start + (line === -1 ? 0 : line + 1), modes: this.#modes.sequence() }
  }

  /**
   * Where to go on for a page that is at `from` and is to see only the last `tail` bytes or so: at a line's start, with the
   * modes set in what it does not see. null where nothing can be left out: there is hardly more, or a program that draws the
   * whole screen wrote it.
   */
  skip(from: number, tail: number): { readonly at: number; readonly modes: string } | null {
    const earliest = this.#end - tail
    if (from < this.#start || earliest <= from) return null
    const line = this.read(earliest, tail).indexOf(LF)
    if (line === -1) return null
    const at = earliest + line + 1
    const before = new ModeMemory(this.#modes)
    before.pass(this.read(this.#start, from - this.#start))
    const skipped = new ModeMemory()
    skipped.pass(this.read(from, at - from))
    if (before.screens === 'alternate' || skipped.screens !== null) return null
    return { at, modes: skipped.sequence() }
  }

  /** At most `limit` bytes from `at` on, in memory of their own: a view would be copied with all that is behind it. */
  read(at: number, limit: number): Uint8Array<ArrayBuffer> {
    const wanted = Math.min(limit, this.#end - at)
    const result = new Uint8Array(Math.max(0, wanted))
    let filled = 0
    let chunkStart = this.#start
    for (const chunk of this.#chunks) {
      const skip = at + filled - chunkStart
      if (skip < chunk.length) {
        const part = chunk.subarray(skip, skip + wanted - filled)
        result.set(part, filled)
        filled += part.length
        if (filled >= wanted) break
      }
      chunkStart += chunk.length
    }
    return result
  }

  /** The last bytes, for reading what an engine said at the end. */
  tail(limit: number): Uint8Array<ArrayBuffer> {
    return this.read(Math.max(this.#start, this.#end - limit), limit)
  }
}
