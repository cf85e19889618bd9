/**
 * The histories of all containers seen in this run, and the newest sample of each to measure the next one against. Fed by
 * recorder.ts and rounds.ts. Bounded: see {@link MOST_HISTORIES}; one that was removed is forgotten with its last reader.
 */
import { StatsHistory } from '@shared/docker/stats-history'
import { pointBetween, type StatsSample } from '../docker/stats'

/** At most 70 kB each, and only for those that are streamed for long: one that is read now and then stays far below. */
export const MOST_HISTORIES = 1000

interface Page {
  readonly history: StatsHistory
  /** The sample before, of the same run of the container. */
  before: StatsSample | null
  readers: number
  removed: boolean
}

export class HistoryBook {
  /** In the order of their newest point, oldest first. */
  readonly #pages = new Map<string, Page>()

  /** Containers that have a history. */
  get size(): number {
    return this.#pages.size
  }

  get allocatedBytes(): number {
    return [...this.#pages.values()].reduce((sum, { history }) => sum + history.allocatedBytes, 0)
  }

  /** Writes what was used since the sample before; `at` is our clock. */
  add(id: string, sample: StatsSample, at: number): void {
    const page = this.#page(id)
    if (page.removed) return
    const point = page.before === null ? null : pointBetween(page.before, sample, at)
    page.before = sample
    if (point !== null) page.history.add(point)
    this.#pages.delete(id)
    this.#pages.set(id, page)
    this.#shrink()
  }

  /** Its counters begin anew, or it stopped: the next sample has nothing to be compared with. */
  cut(id: string): void {
    const page = this.#pages.get(id)
    if (page !== undefined) page.before = null
  }

  /** Every container's: what happened while nothing was read is not known. */
  cutAll(): void {
    for (const page of this.#pages.values()) page.before = null
  }

  /** The container is gone for good. */
  remove(id: string): void {
    const page = this.#pages.get(id)
    if (page === undefined) return
    page.removed = true
    page.before = null
    if (page.readers === 0) this.#pages.delete(id)
  }

  /** Its history, kept for as long as it is read. Answers how to let go of it. */
  read(id: string): { readonly history: StatsHistory; readonly release: () => void } {
    const page = this.#page(id)
    page.readers += 1
    let held = true
    return {
      history: page.history,
      release: () => {
        if (!held) return
        held = false
        page.readers -= 1
        const idle = page.removed || page.history.lastAt === -Infinity
        if (page.readers === 0 && idle && page.before === null) this.#pages.delete(id)
      }
    }
  }

  #page(id: string): Page {
    const known = this.#pages.get(id)
    if (known !== undefined) return known
    const page = { history: new StatsHistory(), before: null, readers: 0, removed: false }
    this.#pages.set(id, page)
    return page
  }

  /** Forgets what had no point for the longest time and is not being looked at. */
  #shrink(): void {
    for (const [id, page] of this.#pages) {
      if (this.#pages.size <= MOST_HISTORIES) return
      if (page.readers === 0) this.#pages.delete(id)
    }
  }
}
