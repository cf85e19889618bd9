/** Counts lines by level and over time, in at most {@link MOST_BUCKETS} buckets whose width doubles when the time outgrows them. */
import type { LogFacets } from '@shared/contract/logs'
import { LOG_LEVELS } from '@shared/docker/log-levels'

export const MOST_BUCKETS = 120

export class FacetCounter {
  readonly #levels = LOG_LEVELS.map(() => 0)
  #startMs = 0
  #widthMs = 1000
  #counts: number[][] = []

  add(level: number, timeMs: number): void {
    this.#levels[level] = (this.#levels[level] ?? 0) + 1
    if (timeMs <= 0) return
    if (this.#counts.length === 0) this.#startMs = Math.floor(timeMs / this.#widthMs) * this.#widthMs
    while (!this.#fits(timeMs)) this.#widen()
    if (timeMs < this.#startMs) this.#prepend(timeMs)
    const bucket = Math.floor((timeMs - this.#startMs) / this.#widthMs)
    while (this.#counts.length <= bucket) this.#counts.push(LOG_LEVELS.map(() => 0))
    const counts = this.#counts[bucket] as number[]
    counts[level] = (counts[level] ?? 0) + 1
  }

  get facets(): LogFacets {
    return {
      levels: [...this.#levels],
      startMs: this.#startMs,
      widthMs: this.#widthMs,
      counts: this.#counts.map((counts) => [...counts])
    }
  }

  #fits(timeMs: number): boolean {
    const first = Math.min(Math.floor(timeMs / this.#widthMs) * this.#widthMs, this.#startMs)
    const last = Math.max(timeMs, this.#startMs + (this.#counts.length - 1) * this.#widthMs)
    return (last - first) / this.#widthMs < MOST_BUCKETS
  }

  #prepend(timeMs: number): void {
    const start = Math.floor(timeMs / this.#widthMs) * this.#widthMs
    const missing = Math.round((this.#startMs - start) / this.#widthMs)
    this.#counts.unshift(...Array.from({ length: missing }, () => LOG_LEVELS.map(() => 0)))
    this.#startMs = start
  }

  #widen(): void {
    const width = this.#widthMs * 2
    const start = Math.floor(this.#startMs / width) * width
    const shift = Math.round((this.#startMs - start) / this.#widthMs)
    const folded: number[][] = []
    this.#counts.forEach((counts, at) => {
      const into = (folded[Math.floor((at + shift) / 2)] ??= LOG_LEVELS.map(() => 0))
      counts.forEach((count, level) => (into[level] = (into[level] ?? 0) + count))
    })
    this.#counts = folded
    this.#startMs = start
    this.#widthMs = width
  }
}
