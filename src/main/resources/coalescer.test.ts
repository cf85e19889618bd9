import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { Coalescer } from './coalescer'

describe('a coalescer', () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] })
  })
  afterEach(() => {
    vi.useRealTimers()
  })

  function counting() {
    const times: number[] = []
    const coalescer = new Coalescer(() => {
      times.push(performance.now())
      return Promise.resolve()
    })
    return { coalescer, times }
  }

  it('acts soon after the first signal of a quiet time, once for what comes together', async () => {
    const { coalescer, times } = counting()
    const start = performance.now()
    for (let signal = 0; signal < 5; signal += 1) coalescer.touch()
    await vi.advanceTimersByTimeAsync(100)
    expect(times.map((time) => time - start)).toEqual([8])
  })

  it('acts every fifty milliseconds while signals keep coming, and once more for the last', async () => {
    const { coalescer, times } = counting()
    const start = performance.now()
    for (let ms = 0; ms < 200; ms += 1) {
      coalescer.touch()
      await vi.advanceTimersByTimeAsync(1)
    }
    await vi.advanceTimersByTimeAsync(200)
    expect(times.map((time) => time - start)).toEqual([8, 58, 108, 158, 208])
  })

  it('acts again for a signal that came while it acted, never twice at a time', async () => {
    let running = 0
    let most = 0
    let acts = 0
    const coalescer = new Coalescer(async () => {
      acts += 1
      running += 1
      most = Math.max(most, running)
      await new Promise((resolve) => setTimeout(resolve, 100))
      running -= 1
    })
    coalescer.touch()
    await vi.advanceTimersByTimeAsync(20)
    coalescer.touch()
    coalescer.touch()
    await vi.advanceTimersByTimeAsync(500)
    expect({ acts, most }).toEqual({ acts: 2, most: 1 })
  })

  it('forgets what was scheduled when it is cancelled', async () => {
    const { coalescer, times } = counting()
    coalescer.touch()
    coalescer.cancel()
    await vi.advanceTimersByTimeAsync(100)
    expect(times).toEqual([])
  })
})
