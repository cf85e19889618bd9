/**
 * Which containers run, by the engine's events on top of one list. Kept by recorder.ts for one connection to an engine;
 * it does not need a page that watches the list, because history is written while nobody looks.
 */
import type { EngineEvent } from '../docker/events'

export class RunningContainers {
  /** What events said since the connection; they are newer than any list. */
  readonly #told = new Map<string, boolean>()
  #listed: ReadonlySet<string> | null = null

  /** Whether it runs; null while nothing is known of it. */
  has(id: string): boolean | null {
    return this.#told.get(id) ?? (this.#listed === null ? null : this.#listed.has(id))
  }

  /** Whether {@link list} was called. */
  get listed(): boolean {
    return this.#listed !== null
  }

  get ids(): readonly string[] {
    const all = new Set([...(this.#listed ?? []), ...this.#told.keys()])
    return [...all].filter((id) => this.has(id) === true)
  }

  /** What `docker ps` lists: those that run, also paused. */
  list(ids: Iterable<string>): void {
    this.#listed = new Set(ids)
  }

  /** Answers whether the event changed anything: `started`, `ended`, `removed`, or null. */
  apply({ type, action, id }: EngineEvent): 'started' | 'ended' | 'removed' | null {
    if (type !== 'container') return null
    switch (action) {
      case 'start':
        this.#told.set(id, true)
        return 'started'
      case 'die':
        this.#told.set(id, false)
        return 'ended'
      case 'destroy':
        this.#told.set(id, false)
        return 'removed'
      default:
        return null
    }
  }
}
