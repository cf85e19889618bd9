/**
 * `docker top` of one container while it is looked at. The engine tells of no process that comes or goes, so it is asked
 * again every few seconds, never before the answer to the last question (docs/decisions/0422).
 */
import { shallowRef, watch, type ShallowRef } from 'vue'
import { api } from '@/api'
import { useNow } from '@/composables/use-now'
import { useVisibility } from '@/composables/use-visibility'
import type { ContainerProcess } from '@shared/contract/processes'
import { toAppError, type AppError } from '@shared/errors'

const EVERY_MS = 3000

export interface Listing {
  readonly psArgs: string
  readonly translated: boolean
  readonly processes: readonly ContainerProcess[]
}

export interface Top {
  /** The newest answer; null before the first one and while the container does not run. */
  readonly listing: Readonly<ShallowRef<Listing | null>>
  readonly error: Readonly<ShallowRef<AppError | null>>
  /** Asks now, for what was just done to show. */
  readonly ask: () => Promise<void>
}

/** For a component that lives only while it is looked at; the clock it uses stands still while the window is hidden. */
export function useTop(id: () => string, running: () => boolean): Top {
  const listing = shallowRef<Listing | null>(null)
  const error = shallowRef<AppError | null>(null)
  const visible = useVisibility()
  const now = useNow(EVERY_MS)
  let asking = false

  async function ask(): Promise<void> {
    if (asking || !running() || !visible.value) return
    asking = true
    const asked = id()
    try {
      const answer = await api.processes.top({ id: asked })
      if (asked !== id() || !running()) return
      listing.value = answer
      error.value = null
    } catch (thrown) {
      // Stopped meanwhile: its row says so in a moment.
      const failure = toAppError(thrown)
      if (failure.code !== 'Conflict' && failure.code !== 'NotFound') error.value = failure
    } finally {
      asking = false
    }
  }
  watch(now, ask)
  watch(
    [id, running],
    () => {
      if (!running()) listing.value = null
      void ask()
    },
    { immediate: true }
  )
  return { listing, error, ask }
}
