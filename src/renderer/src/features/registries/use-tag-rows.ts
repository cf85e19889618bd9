/**
 * What stands behind the tags that can be seen: read in the background, a batch at a time, so that a long list or a slow registry costs
 * no more than what is looked at. What went out of sight before its turn is not asked for.
 */
import { onScopeDispose, shallowReactive, watch } from 'vue'
import { api } from '@/api'
import type { Stream } from '@shared/contract/dsl'
import type { TagRow } from '@shared/contract/repositories'
import { toAppError } from '@shared/errors'

const BATCH = 24

export interface TagRows {
  /** By tag. */
  readonly rows: ReadonlyMap<string, TagRow>
  /** These are seen now. */
  readonly see: (tags: readonly string[]) => void
  /** Reads everything that is seen anew. */
  readonly renew: () => void
}

export function useTagRows(where: () => { host: string; repository: string }): TagRows {
  const rows = shallowReactive(new Map<string, TagRow>())
  let seen: readonly string[] = []
  let open: Stream<TagRow, never, unknown> | null = null

  function stop(): void {
    open?.close()
    open = null
  }

  /** Until nothing that is seen is missing; what fails as a whole is told of each line. */
  async function work(): Promise<void> {
    for (let batch = missing(); batch.length > 0 && open === null; batch = missing()) {
      const mine = (open = api.repositories.tagRows({ ...where(), tags: batch }))
      try {
        for await (const row of mine) {
          if (open !== mine) return
          rows.set(row.tag, row)
        }
      } catch (thrown) {
        if (open !== mine) return
        for (const tag of batch) if (!rows.has(tag)) rows.set(tag, unread(tag, toAppError(thrown).message))
      }
      if (open !== mine) return
      // A stream that told less than it was asked for must not be asked for ever.
      for (const tag of batch) if (!rows.has(tag)) rows.set(tag, unread(tag, 'The registry did not say.'))
      open = null
    }
  }

  const missing = (): string[] => seen.filter((tag) => !rows.has(tag)).slice(0, BATCH)

  function renew(): void {
    stop()
    rows.clear()
    void work()
  }

  watch(
    () => JSON.stringify(where()),
    () => {
      seen = []
      renew()
    }
  )
  onScopeDispose(stop)
  return {
    rows,
    see: (tags) => {
      seen = tags
      void work()
    },
    renew
  }
}

function unread(tag: string, problem: string): TagRow {
  return { tag, digest: null, platforms: [], platform: '', size: null, created: null, problem }
}
