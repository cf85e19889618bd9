import { createPinia, setActivePinia } from 'pinia'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { effectScope, nextTick, shallowRef, type EffectScope } from 'vue'
import { fakeStream, type FakeStream } from '@/api/fake'
import { useToastsStore } from '@/stores/toasts'
import { AppError } from '@shared/errors'
import { useAction } from './use-action'
import { useDelayedPending } from './use-delayed-pending'
import { useNow } from './use-now'
import { useStream, type StreamOptions } from './use-stream'

let scope: EffectScope
let hidden = false

function setHidden(value: boolean): void {
  hidden = value
  document.dispatchEvent(new Event('visibilitychange'))
}

beforeEach(() => {
  vi.useFakeTimers()
  setActivePinia(createPinia())
  vi.spyOn(document, 'visibilityState', 'get').mockImplementation(() => (hidden ? 'hidden' : 'visible'))
  scope = effectScope()
})
afterEach(() => {
  scope.stop()
  setHidden(false)
  vi.restoreAllMocks()
  vi.useRealTimers()
})

function follow(options: StreamOptions = {}): { opened: FakeStream<number, never, void>[]; seen: number[] } {
  const opened: FakeStream<number, never, void>[] = []
  const seen: number[] = []
  const open = (): FakeStream<number, never, void> => {
    const stream = fakeStream<number>()
    opened.push(stream)
    return stream
  }
  scope.run(() => useStream(open, (item) => seen.push(item), options))
  return { opened, seen }
}

const flush = (ms = 0): Promise<unknown> => vi.advanceTimersByTimeAsync(ms)

describe('useStream', () => {
  it('applies items and closes with its owner', async () => {
    const { opened, seen } = follow()
    opened[0]?.push(1)
    await flush()
    expect(seen).toEqual([1])
    scope.stop()
    await flush(60_000)
    expect(opened).toHaveLength(1)
    expect(opened[0]?.closed).toBe(true)
  })

  it('opens again after an error, waiting longer each time', async () => {
    const { opened } = follow()
    opened[0]?.fail(new AppError('Unavailable', 'gone'))
    await flush(249)
    expect(opened).toHaveLength(1)
    await flush(1)
    expect(opened).toHaveLength(2)
    opened[1]?.fail(new AppError('Unavailable', 'gone'))
    await flush(300)
    expect(opened).toHaveLength(2)
    await flush(200)
    expect(opened).toHaveLength(3)
  })

  it('stops reading while the window is hidden and catches up when it is shown', async () => {
    const { opened, seen } = follow()
    opened[0]?.push(1)
    await flush()
    setHidden(true)
    opened[0]?.push(2)
    await flush()
    opened[0]?.push(3)
    await flush()
    expect(seen).toEqual([1, 2])
    setHidden(false)
    await flush()
    expect(seen).toEqual([1, 2, 3])
    expect(opened).toHaveLength(1)
  })

  it('closes samples while hidden and opens them again', async () => {
    const { opened } = follow({ whenHidden: 'close' })
    await flush()
    setHidden(true)
    await flush(60_000)
    expect(opened).toHaveLength(1)
    expect(opened[0]?.closed).toBe(true)
    setHidden(false)
    expect(opened).toHaveLength(2)
  })

  it('is open only while enabled', async () => {
    const enabled = shallowRef(false)
    const { opened } = follow({ enabled })
    expect(opened).toHaveLength(0)
    enabled.value = true
    expect(opened).toHaveLength(1)
    enabled.value = false
    await flush()
    expect(opened[0]?.closed).toBe(true)
  })
})

describe('useAction', () => {
  it('says that it is pending and how it failed, and never rejects', async () => {
    const failure = new AppError('Conflict', 'Could not stop web.')
    const action = scope.run(() => useAction(() => Promise.reject<number>(failure)))
    const run = action?.run()
    expect(action?.pending.value).toBe(true)
    expect(await run).toBeUndefined()
    expect(action?.pending.value).toBe(false)
    expect(action?.error.value?.message).toBe('Could not stop web.')
  })

  it('does not show what was cancelled', async () => {
    const cancelled = new AppError('Cancelled', 'Cancelled.')
    const action = scope.run(() => useAction(() => Promise.reject(cancelled), { report: 'toast' }))
    await action?.run()
    expect(action?.error.value).toBeNull()
    expect(useToastsStore().toasts).toHaveLength(0)
  })

  it('shows a failure without a place as a toast with its details', async () => {
    const failure = new AppError('NotFound', 'No such container.', { details: { id: 'abc' } })
    const action = scope.run(() => useAction(() => Promise.reject(failure), { report: 'toast' }))
    await action?.run()
    const [toast] = useToastsStore().toasts
    expect(toast?.tone).toBe('error')
    expect(toast?.details).toContain('Code: NotFound')
    expect(toast?.details).toContain('"id": "abc"')
  })
})

describe('useNow and useDelayedPending', () => {
  it('has one timer for all readers, none without a reader or a window', () => {
    const before = vi.getTimerCount()
    scope.run(() => [useNow(), useNow(10_000)])
    expect(vi.getTimerCount()).toBe(before + 1)
    setHidden(true)
    return nextTick().then(() => {
      expect(vi.getTimerCount()).toBe(before)
    })
  })

  it('shows nothing for what takes less than 300 ms', async () => {
    const pending = shallowRef(true)
    const shown = scope.run(() => useDelayedPending(pending))
    await flush(299)
    expect(shown?.value).toBe(false)
    await flush(1)
    expect(shown?.value).toBe(true)
    pending.value = false
    await flush()
    expect(shown?.value).toBe(false)
  })
})
