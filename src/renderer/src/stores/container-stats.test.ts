import { createPinia, setActivePinia } from 'pinia'
import { effectScope, nextTick, shallowRef, type EffectScope } from 'vue'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { useApi } from '@/api'
import { fakeApi, fakeStream, type FakeStream } from '@/api/fake'
import type { ContainerStats, ContainerSummary } from '@shared/docker/container'
import { LINGER_MS, MAX_STREAMS, REST_MS, useContainerStats, useContainerStatsStore } from './container-stats'

type StatsStream = FakeStream<ContainerStats | null, never, void>

const sample = (cpuPercent: number): ContainerStats => ({
  cpuPercent,
  onlineCpus: 1,
  memoryBytes: 1,
  memoryLimitBytes: 0,
  receivedBytes: 0,
  sentBytes: 0,
  readBytes: 0,
  writtenBytes: 0,
  pids: 1
})

let opened: Map<string, StatsStream[]>
let scope: EffectScope

const open = (): string[] =>
  [...opened].filter(([, streams]) => streams.some((stream) => !stream.closed)).map(([id]) => id)
const latest = (id: string): StatsStream => opened.get(id)!.at(-1)!

/** Lets every stream's reader run. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 10; turn += 1) await Promise.resolve()
}

/** Lets the rows rest, as a list does that is not scrolled. */
const rest = (): unknown => vi.advanceTimersByTime(REST_MS)

function setHidden(hidden: boolean): void {
  vi.spyOn(document, 'visibilityState', 'get').mockReturnValue(hidden ? 'hidden' : 'visible')
  document.dispatchEvent(new Event('visibilitychange'))
}

beforeEach(() => {
  vi.useFakeTimers()
  opened = new Map()
  useApi(
    fakeApi({
      containers: {
        stats: ({ id }) => {
          const stream = fakeStream<ContainerStats | null>()
          opened.set(id, [...(opened.get(id) ?? []), stream])
          return stream
        }
      }
    })
  )
  setActivePinia(createPinia())
  scope = effectScope()
})

afterEach(() => {
  scope.stop()
  useContainerStatsStore().$dispose()
  vi.restoreAllMocks()
  vi.useRealTimers()
  useApi(null)
})

describe('container stats', () => {
  it('shares one stream among everybody who shows a container', async () => {
    const store = useContainerStatsStore()
    store.acquire('a')
    rest()
    store.acquire('a')
    latest('a').push(sample(5))
    await settle()
    expect(opened.get('a')).toHaveLength(1)
    expect(store.samples.get('a')).toEqual(sample(5))
  })

  it('asks for nothing that only scrolls past', () => {
    const store = useContainerStatsStore()
    for (let index = 0; index < 100; index += 1) {
      const release = store.acquire(`c${index}`)
      vi.advanceTimersByTime(REST_MS - 1)
      release()
    }
    store.acquire('last')
    rest()
    expect([...opened.keys()]).toEqual(['last'])
  })

  it('closes a stream a little after the last one stopped looking, not before', () => {
    const store = useContainerStatsStore()
    const release = store.acquire('a')
    const releaseOther = store.acquire('a')
    rest()
    release()
    release()
    vi.advanceTimersByTime(LINGER_MS)
    expect(open()).toEqual(['a'])
    releaseOther()
    vi.advanceTimersByTime(LINGER_MS - 1)
    store.acquire('a')
    vi.advanceTimersByTime(LINGER_MS)
    expect(opened.get('a')).toHaveLength(1)
    expect(open()).toEqual(['a'])
  })

  it('closes everything while the window is hidden and opens it again after', async () => {
    const store = useContainerStatsStore()
    store.acquire('a')
    rest()
    latest('a').push(sample(1))
    await settle()
    setHidden(true)
    store.acquire('b')
    rest()
    expect(open()).toEqual([])
    expect(store.samples.size).toBe(0)
    setHidden(false)
    expect(open()).toEqual(['a', 'b'])
  })

  it('never opens more than its limit, and gives a freed place to who waits', () => {
    const store = useContainerStatsStore()
    const releases = Array.from({ length: MAX_STREAMS + 2 }, (_, index) => store.acquire(`c${index}`))
    rest()
    expect(open()).toHaveLength(MAX_STREAMS)
    releases[0]!()
    vi.advanceTimersByTime(LINGER_MS)
    expect(open()).toHaveLength(MAX_STREAMS)
    expect(open()).toContain(`c${MAX_STREAMS}`)
    expect(open()).not.toContain('c0')
  })

  it('takes the place of one that only lingers', () => {
    const store = useContainerStatsStore()
    const releases = Array.from({ length: MAX_STREAMS }, (_, index) => store.acquire(`c${index}`))
    rest()
    releases[3]!()
    store.acquire('new')
    rest()
    expect(open()).toContain('new')
    expect(open()).not.toContain('c3')
    expect(open()).toHaveLength(MAX_STREAMS)
  })

  it('forgets the figure of a container that stopped and asks again once it runs', async () => {
    const container = shallowRef<ContainerSummary>()
    const states = (State: ContainerSummary['State']): ContainerSummary =>
      ({ Id: 'a', State }) as ContainerSummary
    container.value = states('running')
    const stats = scope.run(() => useContainerStats(() => container.value))!
    rest()
    latest('a').push(sample(7))
    await settle()
    expect(stats()).toEqual(sample(7))

    latest('a').end()
    await settle()
    expect(stats()).toBeNull()

    container.value = states('running')
    await nextTick()
    expect(opened.get('a')).toHaveLength(2)

    container.value = states('exited')
    await nextTick()
    vi.advanceTimersByTime(LINGER_MS)
    expect(open()).toEqual([])
  })
})
