/**
 * Live CPU and memory of the containers somebody is looking at: one engine stream per container, shared by everything
 * that shows it, and none for what nobody sees. While the window is hidden every stream is closed.
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

interface Use {
  users: number
  stream: Stream<ContainerStats, never, void> | null
  /** The engine ended the stream (the container stopped); opened again when the container changes. */
  ended: boolean
  linger: ReturnType<typeof setTimeout> | null
}

export const useContainerStatsStore = defineStore('container-stats', () => {
  const samples = shallowReactive(new Map<string, ContainerStats>())
  /** In the order they were asked for, which is the order they get a stream in. */
  const uses = new Map<string, Use>()

  /** Asks for a container's figures until the returned function is called. */
  function acquire(id: string): () => void {
    const use = uses.get(id) ?? { users: 0, stream: null, ended: false, linger: null }
    uses.set(id, use)
    use.users += 1
    if (use.linger !== null) clearTimeout(use.linger)
    use.linger = null
    openWhatFits()
    let held = true
    return () => {
      if (!held) return
      held = false
      use.users -= 1
      if (use.users === 0) use.linger = setTimeout(() => lingered(id, use), LINGER_MS)
    }
  }

  /** The container changed: a stream the engine had ended is worth opening again. */
  function retry(id: string): void {
    const use = uses.get(id)
    if (use?.ended !== true) return
    use.ended = false
    openWhatFits()
  }

  function openWhatFits(): void {
    if (document.hidden) return
    const open = [...uses].filter(([, use]) => use.stream !== null)
    const wanted = [...uses].filter(([, use]) => use.stream === null && !use.ended && use.users > 0)
    const idle = open.filter(([, use]) => use.users === 0)
    let free = MAX_STREAMS - open.length
    for (const [id, use] of wanted) {
      if (free <= 0) {
        const victim = idle.shift()
        if (victim === undefined) return
        remove(...victim)
        free += 1
      }
      free -= 1
      void consume(id, use)
    }
  }

  async function consume(id: string, use: Use): Promise<void> {
    const stream = api.containers.stats({ id })
    use.stream = stream
    try {
      for await (const sample of stream) {
        if (use.stream === stream) samples.set(id, sample)
      }
    } catch {
      // The container went away or the engine did: both are told by the watch stream, here there is just no figure.
    }
    if (use.stream !== stream) return
    use.stream = null
    use.ended = true
    samples.delete(id)
    openWhatFits()
  }

  function close(id: string, use: Use): void {
    const stream = use.stream
    use.stream = null
    samples.delete(id)
    stream?.close()
  }

  function remove(id: string, use: Use): void {
    if (use.linger !== null) clearTimeout(use.linger)
    close(id, use)
    uses.delete(id)
  }

  function lingered(id: string, use: Use): void {
    remove(id, use)
    openWhatFits()
  }

  function onVisibility(): void {
    if (!document.hidden) return openWhatFits()
    for (const [id, use] of uses) close(id, use)
  }

  document.addEventListener('visibilitychange', onVisibility)
  onScopeDispose(() => {
    document.removeEventListener('visibilitychange', onVisibility)
    for (const [id, use] of [...uses]) remove(id, use)
  })

  return { samples, acquire, retry }
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
