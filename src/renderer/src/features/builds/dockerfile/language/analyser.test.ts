import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { Analyser, type AnalysisThread } from './analyser'
import { NO_ANALYSIS, type Analysis } from './analysis-types'

class Thread implements AnalysisThread {
  readonly asked: string[] = []
  ended = false
  onmessage: AnalysisThread['onmessage'] = null
  onerror: AnalysisThread['onerror'] = null
  postMessage(text: string): void {
    this.asked.push(text)
  }
  terminate(): void {
    this.ended = true
  }
  answer(analysis: Analysis): void {
    this.onmessage?.({ data: analysis } as MessageEvent<Analysis>)
  }
}

describe('Analyser', () => {
  let threads: Thread[] = []
  const told: (readonly [string, boolean])[] = []
  const analyser = () =>
    new Analyser(
      (text, analysis) => told.push([text, analysis !== null]),
      () => {
        const thread = new Thread()
        threads.push(thread)
        return thread
      }
    )

  beforeEach(() => {
    vi.useFakeTimers()
    threads = []
    told.length = 0
  })
  afterEach(() => vi.useRealTimers())

  it('reads one text at a time, and of those that wait the last', () => {
    const one = analyser()
    for (const text of ['a', 'b', 'c']) one.read(text)
    expect(threads[0]?.asked).toEqual(['a'])
    threads[0]?.answer(NO_ANALYSIS)
    expect(threads[0]?.asked).toEqual(['a', 'c'])
    threads[0]?.answer(NO_ANALYSIS)
    expect(told).toEqual([
      ['a', true],
      ['c', true]
    ])
    one.close()
    expect(threads).toHaveLength(1)
    expect(threads[0]?.ended).toBe(true)
  })

  it('gives up a text that takes too long, and one the thread fails on', () => {
    const one = analyser()
    one.read('long')
    one.read('next')
    vi.advanceTimersByTime(10_000)
    expect(threads[0]?.ended).toBe(true)
    expect(threads[1]?.asked).toEqual(['next'])
    threads[1]?.onerror?.(new Event('error') as ErrorEvent)
    expect(told).toEqual([
      ['long', false],
      ['next', false]
    ])
    threads[0]?.answer(NO_ANALYSIS)
    expect(told).toHaveLength(2)
  })

  it('tells nothing once it is closed', () => {
    const one = analyser()
    one.read('a')
    one.close()
    threads[0]?.answer(NO_ANALYSIS)
    vi.advanceTimersByTime(20_000)
    expect(told).toEqual([])
  })
})
