/**
 * One log in memory: its lines, what fills them while somebody looks, and where it was cleared. Of a container, or of what
 * else writes lines (a build). Owned by service.ts.
 */
import type { LogSource } from '@shared/contract/logs'
import { JsonSense } from './json-sense'
import type { LogFeed } from './feed'
import type { LineStore } from './line-store'

/** A reader that nobody looks at goes on for so long: a view is often opened just after another one. */
const LINGER_MS = 500

export class ContainerLog {
  readonly id: string
  readonly store: LineStore
  readonly reader: LogFeed
  /** The name under which it was last looked at. */
  name = ''
  /** Lines before this one were cleared away. */
  clearedBefore = 0
  lastUsed = 0
  #views = 0
  #linger: ReturnType<typeof setTimeout> | null = null
  readonly #sense: JsonSense

  constructor(id: string, store: LineStore, reader: LogFeed) {
    this.id = id
    this.store = store
    this.#sense = new JsonSense(store)
    this.reader = reader
  }

  get views(): number {
    return this.#views
  }

  /** Somebody looks; answers how to stop. */
  acquire(now: number): () => void {
    this.#views += 1
    this.lastUsed = now
    if (this.#linger !== null) clearTimeout(this.#linger)
    this.#linger = null
    this.reader.start()
    let held = true
    return () => {
      if (!held) return
      held = false
      this.#views -= 1
      if (this.#views === 0) this.#linger = setTimeout(() => this.rest(), LINGER_MS)
    }
  }

  /** Stops reading; the lines stay. */
  rest(): void {
    if (this.#linger !== null) clearTimeout(this.#linger)
    this.#linger = null
    this.reader.stop()
  }

  /** Whether what was written before has been read, or cannot be. */
  get settled(): boolean {
    return this.reader.state !== 'reading' && this.reader.state !== 'waiting'
  }

  /** Whether enough lines are JSON objects for columns and levels to be of use. */
  get json(): boolean {
    return this.#sense.json
  }

  get source(): LogSource {
    const { store, reader } = this
    return {
      id: this.id,
      name: this.name,
      state: reader.state,
      message: reader.problem?.message ?? null,
      hint: reader.problem?.hint ?? null,
      lines: store.endLine - store.firstLine,
      dropped: store.firstLine,
      olderUnread: reader.olderUnread
    }
  }
}
