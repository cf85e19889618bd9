/** The platforms of the images in view: asked for once each, many in one call, and only for those somebody scrolled to. */
import { onScopeDispose, shallowReactive } from 'vue'
import { api } from '@/api'

export interface Platforms {
  /** By image id. */
  readonly known: ReadonlyMap<string, string>
  /** Says that an image is in view. */
  want(id: string): void
}

/** Rows that fly past while scrolling are not asked for. */
const SETTLE_MS = 80
const MOST_AT_ONCE = 100

export function usePlatforms(): Platforms {
  const known = shallowReactive(new Map<string, string>())
  let wanted = new Set<string>()
  let timer: ReturnType<typeof setTimeout> | undefined

  async function ask(): Promise<void> {
    const ids = [...wanted].slice(-MOST_AT_ONCE)
    wanted = new Set()
    try {
      for (const { Id, platform } of await api.images.platforms({ ids })) known.set(Id, platform)
    } catch {
      // A column that stays empty says enough; the page has an error for what was asked by hand.
    }
  }

  function want(id: string): void {
    if (known.has(id)) return
    wanted.add(id)
    clearTimeout(timer)
    timer = setTimeout(() => void ask(), SETTLE_MS)
  }

  onScopeDispose(() => {
    clearTimeout(timer)
  })
  return { known, want }
}
