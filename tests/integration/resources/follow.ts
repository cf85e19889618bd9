/** A page for tests: pulls a watched collection all the time and applies what it gets. */
import { applyChange, type Change } from '@shared/patch'

export interface Follower<T> {
  readonly changes: readonly Change<T>[]
  /** Resolves with the time once the rows are as wanted; rejects after ten seconds. */
  until(holds: (rows: readonly T[]) => boolean): Promise<number>
  close(): Promise<void>
}

const PATIENCE_MS = 10_000

export function follow<T extends { readonly Id: string }>(
  watch: (signal: AbortSignal) => AsyncGenerator<Change<T>>
): Follower<T> {
  const abort = new AbortController()
  let rows: ReadonlyMap<string, T> = new Map()
  const changes: Change<T>[] = []
  let wake = (): void => undefined
  const done = (async () => {
    for await (const change of watch(abort.signal)) {
      rows = applyChange(rows, change)
      changes.push(change)
      wake()
    }
  })()
  return {
    changes,
    async until(holds) {
      const deadline = AbortSignal.timeout(PATIENCE_MS)
      deadline.addEventListener('abort', () => wake())
      while (!holds([...rows.values()])) {
        deadline.throwIfAborted()
        await new Promise<void>((resolve) => {
          wake = resolve
        })
      }
      return performance.now()
    },
    async close() {
      abort.abort()
      await done
    }
  }
}

/** Long enough for every event and fetch that was going to come. */
export function settle(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 400))
}
