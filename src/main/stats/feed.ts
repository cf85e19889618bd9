/**
 * One container's live figures: a single stream of the engine, open while somebody looks and the container runs, however
 * many look. Made and told of the engine by recorder.ts.
 */
import type { ContainerStats } from '@shared/docker/container'
import { toAppError } from '@shared/errors'
import type { DockerClient } from '../docker/client'
import { containerStats, watchSamples, type StatsSample } from '../docker/stats'
import { pause } from '../resources/pause'
import { Pulse } from '../resources/pulse'

const FIRST_RETRY_MS = 1000
const LAST_RETRY_MS = 30_000

export class StatsFeed {
  /** Beats when {@link latest} or {@link removed} changed, and for each point of the history. */
  readonly pulse = new Pulse()
  users = 0
  /** The newest valid sample; null when the newest one says nothing, or there is none. The CLI shows `--` then. */
  latest: ContainerStats | null = null
  removed = false
  readonly #id: string
  readonly #onSample: (sample: StatsSample) => void
  #stream: AbortController | null = null

  constructor(id: string, onSample: (sample: StatsSample) => void) {
    this.#id = id
    this.#onSample = onSample
  }

  get open(): boolean {
    return this.#stream !== null
  }

  /** Opens the stream unless it is open; what breaks off is opened again until {@link stop}. */
  start(client: DockerClient): void {
    if (this.#stream !== null || this.removed) return
    this.#stream = new AbortController()
    void this.#follow(client, this.#stream.signal)
  }

  /** Closes the stream: nobody looks, the container does not run, or the engine is gone. */
  stop(): void {
    this.#stream?.abort()
    this.#stream = null
    this.#show(null)
  }

  remove(): void {
    this.removed = true
    this.stop()
    this.pulse.beat()
  }

  async #follow(client: DockerClient, signal: AbortSignal): Promise<void> {
    let waitMs = FIRST_RETRY_MS
    do {
      try {
        for await (const sample of watchSamples(client, this.#id, signal)) {
          if (isOver(signal)) return
          waitMs = FIRST_RETRY_MS
          this.#onSample(sample)
          this.#show(containerStats(sample))
        }
      } catch (error) {
        if (isOver(signal)) return
        // Anything else is the engine's trouble, which passes.
        if (toAppError(error).code === 'NotFound') return this.remove()
      }
      if (isOver(signal)) return
      this.#show(null)
      waitMs = Math.min(waitMs * 2, LAST_RETRY_MS)
    } while (await pause(waitMs / 2, signal))
  }

  #show(stats: ContainerStats | null): void {
    if (stats === null && this.latest === null) return
    this.latest = stats
    this.pulse.beat()
  }
}

/** Asked through a function because the compiler holds that a property cannot change across an `await`. */
function isOver(signal: AbortSignal): boolean {
  return signal.aborted
}
