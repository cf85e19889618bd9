/**
 * One terminal session: reads the process at the pace of the page that shows it, keeps the last of its output, takes
 * input, and knows how it ended. Made by the registry; it does not know which page shows it, or whether one does.
 */
import { once } from 'node:events'
import type { SessionEnd, SessionOutput, TerminalSession } from '@shared/contract/exec'
import type { Size } from '../docker/exec'
import { pause } from '../resources/pause'
import { Discarding, isInterrupt } from './interrupt'
import type { Link } from './link'
import { Replay } from './replay'

/** How far reading may be ahead of the page: small, so that Ctrl+C is not answered behind a heap of old output. */
const AHEAD_BYTES = 16 * 1024
/** The largest piece sent to a page; more than one of these fits its window. */
const PIECE_BYTES = 8 * 1024
/** While nobody looks a process is read at 5 MB/s at most: enough for a build, and little work for a `yes`. */
const UNSEEN_BYTES = 256 * 1024
const UNSEEN_PAUSE_MS = 50
/** Input the process has not taken; a paste of more waits. */
const MOST_UNWRITTEN = 1024 * 1024
/** A reader that waited for its page this recently has more before it than it can see. */
const FLOOD_MS = 250
/** A page that is further behind than reading in pieces explains. */
const MOST_BEHIND_BYTES = 256 * 1024
/** What is shown of the output an interrupt was typed into: a few screens. */
const SHOWN_AFTER_BYTES = 16 * 1024
/** The end of the output, where an engine says why it could not start something. */
const TAIL_BYTES = 4096

interface Viewer {
  position: number
  readonly gone: AbortController
}

export type SessionFacts = Omit<TerminalSession, 'end'>

export class Session {
  readonly facts: SessionFacts
  /** Settled once it has ended; never rejects. */
  readonly ended: Promise<SessionEnd>
  readonly #link: Link
  readonly #replay: Replay
  #viewer: Viewer | null = null
  #end: SessionEnd | null = null
  /** Woken by everything that can let reader or viewer go on. */
  #waiting = new Set<() => void>()
  #resizing: Size | null = null
  /** When the reader last waited for the page; Infinity while it does. */
  #heldAt = -Infinity
  #discarding: Discarding | null = null
  /** What was discarded has been read, and the page is still to be told. */
  #skip = false

  constructor(facts: SessionFacts, link: Link, replay = new Replay()) {
    this.facts = facts
    this.#link = link
    this.#replay = replay
    this.ended = this.#read()
  }

  get info(): TerminalSession {
    return { ...this.facts, end: this.#end }
  }

  /**
   * What the session wrote from `from` on, then what it writes, until it ends or `signal` aborts; answers how it ended,
   * null when another page took over.
   */
  async *view(
    from: number,
    signal: AbortSignal
  ): AsyncGenerator<SessionOutput, SessionEnd | null, undefined> {
    this.#viewer?.gone.abort()
    const { at, modes } = this.#replay.resume(from)
    const viewer: Viewer = { position: at, gone: new AbortController() }
    const stop = AbortSignal.any([signal, viewer.gone.signal])
    const liveFrom = this.#replay.end
    this.#viewer = viewer
    this.#skip = false
    this.#wake()
    try {
      yield { type: 'replay', at, modes }
      while (viewer.position < liveFrom && !stop.aborted) yield this.#piece(viewer, liveFrom)
      yield { type: 'live' }
      for (;;) {
        if (stop.aborted) return null
        const skipped = this.#skipped(viewer)
        if (skipped !== null) yield skipped
        else if (this.#discarding !== null) await this.#change(stop)
        else if (viewer.position < this.#replay.end) yield this.#piece(viewer, this.#replay.end)
        else if (this.#end !== null) return this.#end
        else await this.#change(stop)
      }
    } finally {
      if (this.#viewer === viewer) this.#viewer = null
      this.#wake()
    }
  }

  /** Hands input to the process; resolves when it has taken enough for more to be sent. */
  async write(bytes: Uint8Array): Promise<void> {
    const { socket } = this.#link
    if (!this.facts.input || this.#end !== null || !socket.writable) return
    socket.write(bytes)
    if (this.facts.tty && isInterrupt(bytes)) this.#discard()
    if (socket.writableLength < MOST_UNWRITTEN) return
    await Promise.race([once(socket, 'drain'), this.ended]).catch(() => undefined)
  }

  /** The newest size wins; sizes meanwhile are skipped. One that comes too late or too early is of no account. */
  async resize(size: Size): Promise<void> {
    const busy = this.#resizing !== null
    this.#resizing = size
    if (busy) return
    for (let next: Size | null = size; next !== null && this.#end === null;) {
      await this.#link.resize(next).catch(() => undefined)
      next = this.#resizing === next ? null : this.#resizing
    }
    this.#resizing = null
  }

  /** Asks the process to end, with force when it does not within `patienceMs`; answers whether it has. */
  async close(patienceMs: number): Promise<boolean> {
    for (const harder of [false, true]) {
      if (this.#end !== null) return true
      await this.#link.end(harder)
      if (await this.#endsWithin(patienceMs)) return true
    }
    return false
  }

  /** Lets go of the connection, whatever goes on at its other end. */
  drop(): void {
    this.#link.socket.destroy()
  }

  async #endsWithin(milliseconds: number): Promise<boolean> {
    const waited = new AbortController()
    const over = await Promise.race([
      this.ended.then(() => true),
      pause(milliseconds, waited.signal).then(() => false)
    ])
    waited.abort()
    return over
  }

  /** An interrupt was typed: when the page is behind, reading runs ahead of it and it goes on near the end. */
  #discard(): void {
    if (this.#discarding !== null || this.#viewer === null || performance.now() - this.#heldAt > FLOOD_MS)
      return
    // It still catches up with what the last interrupt could not leave out.
    if (this.#replay.end - this.#viewer.position > MOST_BEHIND_BYTES) return
    this.#discarding = new Discarding(() => {
      this.#discarding = null
      this.#skip = true
      this.#wake()
    })
    this.#wake()
  }

  #skipped(viewer: Viewer): SessionOutput | null {
    if (!this.#skip) return null
    this.#skip = false
    const next = this.#replay.skip(viewer.position, SHOWN_AFTER_BYTES)
    if (next === null) return null
    viewer.position = next.at
    return { type: 'skipped', ...next }
  }

  #piece(viewer: Viewer, end: number): Uint8Array<ArrayBuffer> {
    const bytes = this.#replay.read(viewer.position, Math.min(PIECE_BYTES, end - viewer.position))
    viewer.position += bytes.length
    this.#wake()
    return bytes
  }

  async #read(): Promise<SessionEnd> {
    let unseen = 0
    try {
      for await (const chunk of this.#link.output) {
        this.#replay.append(chunk)
        this.#discarding?.read(chunk.length)
        this.#wake()
        unseen = this.#viewer === null ? unseen + chunk.length : 0
        if (unseen >= UNSEEN_BYTES) {
          unseen = 0
          await this.#change(AbortSignal.timeout(UNSEEN_PAUSE_MS))
        }
        await this.#untilSeen()
      }
    } catch {
      // The connection broke; how it stands is asked below.
    }
    this.#discarding?.end()
    const end = await this.#link.outcome(this.#replay.tail(TAIL_BYTES))
    this.#end = end
    this.#link.socket.destroy()
    this.#wake()
    return end
  }

  /** Resolves when the page is near enough for more to be read. */
  async #untilSeen(): Promise<void> {
    while (
      this.#discarding === null &&
      this.#viewer !== null &&
      this.#replay.end - this.#viewer.position > AHEAD_BYTES
    ) {
      this.#heldAt = Infinity
      await this.#change(this.#viewer.gone.signal)
      this.#heldAt = performance.now()
    }
  }

  #wake(): void {
    const waiting = this.#waiting
    this.#waiting = new Set()
    for (const wake of waiting) wake()
  }

  /** Resolves at the next change, or when `signal` aborts. */
  async #change(signal: AbortSignal): Promise<void> {
    if (signal.aborted) return
    await new Promise<void>((resolve) => {
      const wake = (): void => {
        this.#waiting.delete(wake)
        signal.removeEventListener('abort', wake)
        resolve()
      }
      this.#waiting.add(wake)
      signal.addEventListener('abort', wake, { once: true })
    })
  }
}
