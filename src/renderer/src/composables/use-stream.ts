/**
 * Keeps one stream open for as long as its owner lives: a page, or a store. It is opened again after an end or an error,
 * with growing waits, and does no work while the window is hidden.
 */
import { computed, onScopeDispose, shallowRef, toValue, watch, type MaybeRefOrGetter, type Ref } from 'vue'
import type { Stream } from '@shared/contract/dsl'
import { toAppError, type AppError } from '@shared/errors'
import { useVisibility } from './use-visibility'

export interface StreamOptions {
  /**
   * `pause` (the default) keeps the stream and stops reading: main merges what changes meanwhile into one item.
   * `close` closes it: for samples, which nobody should take while nobody looks.
   */
  readonly whenHidden?: 'pause' | 'close'
  /** While false the stream is closed. */
  readonly enabled?: MaybeRefOrGetter<boolean>
}

export interface StreamStatus {
  /** True from the first item of the current connection on. */
  readonly connected: Readonly<Ref<boolean>>
  /** Why the last connection failed; null once items arrive again. */
  readonly error: Readonly<Ref<AppError | null>>
}

const FIRST_WAIT_MS = 250
const LONGEST_WAIT_MS = 10_000

/** `open` may read reactive values; when they change, the stream is opened anew. It is closed with the calling scope. */
export function useStream<I>(
  open: () => Stream<I, never, unknown>,
  apply: (item: I) => void,
  options: StreamOptions = {}
): StreamStatus {
  const visible = useVisibility()
  const connected = shallowRef(false)
  const error = shallowRef<AppError | null>(null)
  let current: AbortController | null = null

  async function read(stream: Stream<I, never, unknown>, signal: AbortSignal): Promise<void> {
    for await (const item of stream) {
      if (signal.aborted) return
      connected.value = true
      error.value = null
      apply(item)
      await untilVisible(visible, signal)
      if (signal.aborted) return
    }
  }

  async function keepOpen(first: Stream<I, never, unknown>, signal: AbortSignal): Promise<void> {
    let stream = first
    for (let wait = FIRST_WAIT_MS; ; wait = Math.min(wait * 2, LONGEST_WAIT_MS)) {
      const close = (): void => {
        stream.close()
      }
      signal.addEventListener('abort', close, { once: true })
      try {
        await read(stream, signal)
      } catch (thrown) {
        if (!signal.aborted) error.value = toAppError(thrown)
      }
      signal.removeEventListener('abort', close)
      if (connected.value) wait = FIRST_WAIT_MS
      connected.value = false
      await pause(wait, signal)
      await untilVisible(visible, signal)
      if (signal.aborted) return
      stream = open()
    }
  }

  function stop(): void {
    current?.abort()
    current = null
    connected.value = false
  }

  const wanted = (): boolean =>
    toValue(options.enabled ?? true) && (options.whenHidden !== 'close' || visible.value)

  watch(
    () => (wanted() ? open() : null),
    (stream) => {
      stop()
      if (stream === null) return
      current = new AbortController()
      void keepOpen(stream, current.signal)
    },
    { immediate: true, flush: 'sync' }
  )
  onScopeDispose(stop)
  return { connected: computed(() => connected.value), error: computed(() => error.value) }
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const finish = (): void => {
      clearTimeout(timer)
      signal.removeEventListener('abort', finish)
      resolve()
    }
    const timer = setTimeout(finish, ms)
    signal.addEventListener('abort', finish)
    if (signal.aborted) finish()
  })
}

function untilVisible(visible: Readonly<Ref<boolean>>, signal: AbortSignal): Promise<void> | undefined {
  if (visible.value || signal.aborted) return undefined
  return new Promise((resolve) => {
    const stop = watch(visible, finish, { flush: 'sync' })
    signal.addEventListener('abort', finish)
    function finish(): void {
      stop()
      signal.removeEventListener('abort', finish)
      resolve()
    }
  })
}
