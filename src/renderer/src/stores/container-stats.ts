/**
 * Live CPU and memory of the rows somebody is looking at: one stream per container, and none for what nobody sees. While
 * the window is hidden every stream is closed. Main has one stream of the engine for all that show a container.
 */
import { defineStore } from 'pinia'
import { onScopeDispose, shallowReactive, watch } from 'vue'
import { api } from '@/api'
import type { Stream } from '@shared/contract/dsl'
import type { ContainerStats, ContainerSummary } from '@shared/docker/container'

/** More rows than a screen shows; keeps a wild scroll from asking the engine for hundreds of streams. */
export const MAX_STREAMS = 32
/** Long enough to scroll back to a row without a new stream, short enough that an idle page costs nothing. */
export const LINGER_MS = 3000

/** How long nothing new must have come into view: rows that only scroll past are not worth a stream. */
export const REST_MS = 250

interface Use {
  users: number
  stream: Stream<ContainerStats | null, never, void> | null
  /** The stream ended (the container was removed) or failed; opened again when the container changes. */
  ended: boolean
  linger: ReturnType<typeof setTimeout> | null
}

/** Owns the streams: who asked for which container, and which of those have one. */
class StatsStreams {
  readonly samples = shallowReactive(new Map<string, ContainerStats | null>())
  /** In the order they were asked for, which is the order they get a stream in. */
  readonly #uses = new Map<string, Use>()
  /** Runs while new containers come into view. */
  #rest: ReturnType<typeof setTimeout> | null = null

  constructor() {
    document.addEventListener('visibilitychange', this.#onVisibility)
  }

  acquire(id: string): () => void {
    const use = this.#uses.get(id) ?? { users: 0, stream: null, ended: false, linger: null }
    this.#uses.set(id, use)
    use.users += 1
    if (use.linger !== null) clearTimeout(use.linger)
    use.linger = null
    if (use.stream === null) this.#openAtRest()
    let held = true
    return () => {
      if (!held) return
      held = false
      use.users -= 1
      if (use.users > 0) return
      if (use.stream === null) {
        this.#uses.delete(id)
        return
      }
      use.linger = setTimeout(() => {
        this.#remove(id, use)
        this.#openWhatFits()
      }, LINGER_MS)
    }
  }

  retry(id: string): void {
    const use = this.#uses.get(id)
    if (use?.ended !== true) return
    use.ended = false
    this.#openWhatFits()
  }

  dispose(): void {
    document.removeEventListener('visibilitychange', this.#onVisibility)
    if (this.#rest !== null) clearTimeout(this.#rest)
    this.#rest = null
    for (const [id, use] of [...this.#uses]) this.#remove(id, use)
  }

  readonly #onVisibility = (): void => {
    if (document.visibilityState === 'hidden') for (const [id, use] of this.#uses) this.#close(id, use)
    else this.#openWhatFits()
  }

  #openAtRest(): void {
    if (this.#rest !== null) clearTimeout(this.#rest)
    this.#rest = setTimeout(() => {
      this.#rest = null
      this.#openWhatFits()
    }, REST_MS)
  }

  #openWhatFits(): void {
    if (document.visibilityState === 'hidden' || this.#rest !== null) return
    const all = [...this.#uses]
    const wanted = all.filter(([, use]) => use.stream === null && !use.ended && use.users > 0)
    const lingering = all.filter(([, use]) => use.stream !== null && use.users === 0)
    let free = MAX_STREAMS - all.filter(([, use]) => use.stream !== null).length
    for (const [id, use] of wanted) {
      const idle = free > 0 ? undefined : lingering.shift()
      if (idle !== undefined) this.#remove(...idle)
      else if (free <= 0) return
      else free -= 1
      void this.#consume(id, use)
    }
  }

  async #consume(id: string, use: Use): Promise<void> {
    const stream = api.containers.stats({ id })
    use.stream = stream
    try {
      for await (const sample of stream) {
        if (use.stream === stream) this.samples.set(id, sample)
      }
    } catch {
      // The container went away or the engine did: both are told by the watch stream, here there is just no figure.
    }
    if (use.stream !== stream) return
    use.stream = null
    use.ended = true
    this.samples.delete(id)
    this.#openWhatFits()
  }

  #close(id: string, use: Use): void {
    const stream = use.stream
    use.stream = null
    this.samples.delete(id)
    stream?.close()
  }

  #remove(id: string, use: Use): void {
    if (use.linger !== null) clearTimeout(use.linger)
    this.#close(id, use)
    this.#uses.delete(id)
  }
}

export const useContainerStatsStore = defineStore('container-stats', () => {
  const streams = new StatsStreams()
  onScopeDispose(() => {
    streams.dispose()
  })
  return {
    /** The latest sample by container id: null while the engine says nothing, none while there is no stream. */
    samples: streams.samples,
    /** Asks for a container's figures until the returned function is called. */
    acquire: (id: string) => streams.acquire(id),
    /** The container changed: a stream the engine had ended is worth opening again. */
    retry: (id: string): void => {
      streams.retry(id)
    }
  }
})

/** A running container's latest sample for as long as the calling component shows it; null for any other. */
export function useContainerStats(
  container: () => ContainerSummary | undefined
): () => ContainerStats | null {
  const store = useContainerStatsStore()
  const id = (): string | null => {
    const shown = container()
    return shown?.State === 'running' ? shown.Id : null
  }
  watch(
    id,
    (current, _previous, onCleanup) => {
      if (current !== null) onCleanup(store.acquire(current))
    },
    { immediate: true }
  )
  watch(container, (shown) => {
    if (shown?.State === 'running') store.retry(shown.Id)
  })
  return () => {
    const current = id()
    return current === null ? null : (store.samples.get(current) ?? null)
  }
}
