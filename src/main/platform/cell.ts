/**
 * A value that can be watched: the current one first, then the newest after each change. Used by the settings and the
 * engine supervisor. A slow watcher skips values in between, so it must be state, never events.
 */
export interface Cell<T> {
  readonly current: T
  set(value: T): void
  /** Ends when `signal` aborts or the cell is closed; never fails. */
  watch(signal: AbortSignal): AsyncGenerator<T, void, void>
  /** Ends every watcher. */
  close(): void
}

export function createCell<T>(initial: T): Cell<T> {
  let current = initial
  let revision = 0
  let closed = false
  const waiting = new Set<() => void>()
  const wake = (): void => {
    const wakers = [...waiting]
    waiting.clear()
    for (const waker of wakers) waker()
  }
  const changed = (signal: AbortSignal): Promise<void> =>
    new Promise((done) => {
      const finish = (): void => {
        waiting.delete(finish)
        signal.removeEventListener('abort', finish)
        done()
      }
      waiting.add(finish)
      signal.addEventListener('abort', finish)
    })
  return {
    get current() {
      return current
    },
    set(value) {
      if (Object.is(value, current)) return
      current = value
      revision += 1
      wake()
    },
    async *watch(signal) {
      let seen = -1
      while (!closed && !signal.aborted) {
        if (seen === revision) await changed(signal)
        else {
          seen = revision
          yield current
        }
      }
    },
    close() {
      closed = true
      wake()
    }
  }
}
