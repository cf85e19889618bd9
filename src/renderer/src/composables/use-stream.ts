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

/** What one connection tells: that it works, or why it does not. */
interface Report<I> {
  item(item: I): void
  failed(error: AppError): void
  ended(): void
}

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

  const report: Report<I> = {
    item(item) {
      connected.value = true
      error.value = null
      apply(item)
    },
    failed: (failure) => (error.value = failure),
    ended: () => (connected.value = false)
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
      void keepOpen(stream, open, report, current.signal)
    },
    { immediate: true, flush: 'sync' }
  )
  onScopeDispose(stop)
  return { connected: computed(() => connected.value), error: computed(() => error.value) }
}

/** Reads `first`, and after its end another stream, and so on until `signal` aborts. */
async function keepOpen<I>(
  first: Stream<I, never, unknown>,
  open: () => Stream<I, never, unknown>,
  report: Report<I>,
  signal: AbortSignal
): Promise<void> {
  let stream = first
  let wait = FIRST_WAIT_MS
  for (;;) {
    const worked = await readAll(stream, report, signal)
    if (isOver(signal)) return
    report.ended()
    wait = worked ? FIRST_WAIT_MS : wait
    await pause(wait, signal)
    await untilVisible(signal)
    wait = Math.min(wait * 2, LONGEST_WAIT_MS)
    if (isOver(signal)) return
    stream = open()
  }
}

/** Applies every item of one stream, at the pace of a window that is seen; answers whether there was any. */
async function readAll<I>(
  stream: Stream<I, never, unknown>,
  report: Report<I>,
  signal: AbortSignal
): Promise<boolean> {
  const close = (): void => {
    stream.close()
  }
  let worked = false
  signal.addEventListener('abort', close, { once: true })
  try {
    for await (const item of stream) {
      if (isOver(signal)) break
      worked = true
      report.item(item)
      await untilVisible(signal)
    }
  } catch (thrown) {
    if (!isOver(signal)) report.failed(toAppError(thrown))
  } finally {
    signal.removeEventListener('abort', close)
  }
  return worked
}

/** Asked through a function because the compiler holds that a property cannot change across an `await`. */
function isOver(signal: AbortSignal): boolean {
  return signal.aborted
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

function untilVisible(signal: AbortSignal): Promise<void> | undefined {
  const visible = useVisibility()
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
