import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { StatsNews } from '@shared/contract/containers'
import { StatsHistory } from '@shared/docker/stats-history'
import { startFakeEngine, type FakeEngine } from '../../../tests/fake-engine'
import { EngineSession } from '../resources/session'
import { StatsRecorder } from './recorder'
import { HIDDEN, Rounds, SHOWN } from './rounds'

const QUICK = { intervalMs: 30, perReadingMs: 0 }
const NEVER = { intervalMs: 3_600_000, perReadingMs: 0 }

/** Reads a stream in the background. */
function reading<T>(open: (signal: AbortSignal) => AsyncGenerator<T, void, undefined>) {
  const abort = new AbortController()
  const items: T[] = []
  const done = (async () => {
    for await (const item of open(abort.signal)) items.push(item)
  })()
  const close = async (): Promise<void> => {
    abort.abort()
    await done
  }
  return { items, done, close }
}

describe('the recorder of figures', () => {
  let engine: FakeEngine
  let session: EngineSession
  let recorder: StatsRecorder
  const ended: (() => Promise<void>)[] = []

  beforeEach(async () => {
    engine = await startFakeEngine({ containers: 3 })
    session = new EngineSession()
    recorder = new StatsRecorder(session, { shown: NEVER, hidden: NEVER })
    await session.connect({ kind: 'unix', path: engine.socket })
  })
  afterEach(async () => {
    for (const end of ended.splice(0)) await end()
    session.disconnect()
    await engine.close()
  })

  const container = (index: number) => engine.state.container(`container-${index}`)
  const running = () => {
    const one = container(0)
    if (one.State !== 'running') engine.state.start(one)
    return one
  }
  const requests = (id: string) => engine.counters.byPath.get(`GET /containers/${id}/stats`) ?? 0
  const follow = <T>(open: (signal: AbortSignal) => AsyncGenerator<T, void, undefined>) => {
    const one = reading(open)
    ended.push(one.close)
    return one
  }

  it('opens one stream of the engine for a container however many look, and closes it with the last', async () => {
    const { Id } = running()
    const looks = Array.from({ length: 5 }, () => follow((signal) => recorder.watch(Id, signal)))
    const page = follow((signal) => recorder.watchHistory(Id, signal))
    for (const { items } of looks) await expect.poll(() => items.length).toBeGreaterThan(1)
    await expect.poll(() => page.items.length).toBeGreaterThan(2)
    expect(requests(Id)).toBe(1)
    expect(recorder.openStreams).toBe(1)
    for (const { close } of [...looks, page]) await close()
    expect(recorder.openStreams).toBe(0)
    await expect.poll(() => looks.every(({ items }) => items.length > 0)).toBe(true)
  })

  it('sends the history once and then each point, which together are the history', async () => {
    const { Id } = running()
    const page = follow((signal) => recorder.watchHistory(Id, signal))
    await expect.poll(() => page.items.length).toBeGreaterThan(5)
    const [first, ...more] = page.items as [StatsNews, ...StatsNews[]]
    if (first.type !== 'snapshot') throw new Error('no snapshot')
    const copy = new StatsHistory(structuredClone(first.levels))
    for (const news of more) if (news.type === 'points') for (const point of news.points) copy.add(point)
    const times = copy.views()[0]?.at ?? new Float64Array()
    expect(times.length).toBeGreaterThan(2)
    expect(more.every(({ type }) => type === 'points')).toBe(true)
    const late = follow((signal) => recorder.watchHistory(Id, signal))
    await expect.poll(() => late.items.length).toBeGreaterThan(0)
    const [again] = late.items
    expect(again?.type === 'snapshot' && again.levels[0]?.at.slice(0, times.length)).toEqual(times)
  })

  it('says that there are no figures once the container stops, and goes on when it starts', async () => {
    const one = running()
    const { items } = follow((signal) => recorder.watch(one.Id, signal))
    await expect.poll(() => items.at(-1)).toMatchObject({ pids: 3 })
    engine.state.stop(one)
    await expect.poll(() => items.at(-1)).toBeNull()
    expect(recorder.openStreams).toBe(0)
    engine.state.start(one)
    await expect.poll(() => items.at(-1)).toMatchObject({ pids: 3 })
  })

  it('ends for a container that is removed, whose history stays while it is read', async () => {
    const one = running()
    const row = follow((signal) => recorder.watch(one.Id, signal))
    const page = follow((signal) => recorder.watchHistory(one.Id, signal))
    await expect.poll(() => page.items.length).toBeGreaterThan(4)
    engine.state.remove(one, true)
    await row.done
    await expect.poll(() => page.items.at(-1)?.latest).toBeNull()
    expect(recorder.book.size).toBe(1)
    const second = follow((signal) => recorder.watchHistory(one.Id, signal))
    await expect.poll(() => second.items.length).toBe(1)
    await second.close()
    await page.close()
    expect(recorder.book.size).toBe(0)
  })

  it('ends for a container that was never there', async () => {
    const row = follow((signal) => recorder.watch('f'.repeat(64), signal))
    await row.done
    expect(row.items).toEqual([])
  })

  it('lets go of an engine that goes away and follows the one that comes', async () => {
    const one = running()
    const { items } = follow((signal) => recorder.watch(one.Id, signal))
    await expect.poll(() => items.at(-1)).toMatchObject({ pids: 3 })
    session.disconnect()
    expect(recorder.openStreams).toBe(0)
    await expect.poll(() => items.at(-1)).toBeNull()
    await session.connect({ kind: 'unix', path: engine.socket })
    await expect.poll(() => items.at(-1)).toMatchObject({ pids: 3 })
  })

  it('leaves no stream behind after fifty openings and closings', async () => {
    const one = running()
    for (let turn = 0; turn < 50; turn += 1) {
      const page = follow((signal) => recorder.watchHistory(one.Id, signal))
      await expect.poll(() => page.items.length).toBeGreaterThan(0)
      await page.close()
    }
    expect(recorder.openStreams).toBe(0)
    await expect.poll(() => engine.state.statsStreams).toBe(0)
  })

  it('reads what nobody looks at now and then: what runs, and only that', async () => {
    const quick = new EngineSession()
    const rounds = new StatsRecorder(quick, { shown: QUICK, hidden: NEVER })
    const one = running()
    const stopped = container(1)
    if (stopped.State === 'running') engine.state.stop(stopped)
    await quick.connect({ kind: 'unix', path: engine.socket })
    await expect.poll(() => requests(one.Id)).toBeGreaterThan(2)
    expect(requests(stopped.Id)).toBe(0)
    engine.state.start(stopped)
    await expect.poll(() => requests(stopped.Id)).toBeGreaterThan(1)
    engine.state.remove(one, true)
    const before = requests(one.Id)
    await expect.poll(() => requests(stopped.Id)).toBeGreaterThan(6)
    expect(requests(one.Id)).toBeLessThanOrEqual(before + 1)
    rounds.rest()
    await new Promise((resolve) => setTimeout(resolve, 100))
    const resting = engine.counters.requests
    await new Promise((resolve) => setTimeout(resolve, 150))
    expect(engine.counters.requests).toBe(resting)
    rounds.wake()
    await expect.poll(() => engine.counters.requests).toBeGreaterThan(resting)
    quick.disconnect()
  })

  it('asks nothing of a container in between that is streamed', async () => {
    const quick = new EngineSession()
    const rounds = new StatsRecorder(quick, { shown: QUICK, hidden: NEVER })
    const one = running()
    const look = reading((signal) => rounds.watch(one.Id, signal))
    await quick.connect({ kind: 'unix', path: engine.socket })
    const others = [container(1), container(2)]
    for (const other of others) if (other.State !== 'running') engine.state.start(other)
    await expect.poll(() => requests(others[0]?.Id ?? '')).toBeGreaterThan(3)
    expect(requests(one.Id)).toBe(1)
    await look.close()
    quick.disconnect()
  })
})

describe('the rounds', () => {
  it('cost no more for many containers than for few: at most one reading a second, hidden one in four', async () => {
    const ids = Array.from({ length: 500 }, (_, index) => `${index}`)
    let asked = false
    const due = () => {
      asked = true
      return Promise.resolve(ids)
    }
    const source = { due, read: () => Promise.resolve() }
    const rounds = new Rounds(source, { shown: { ...SHOWN, perReadingMs: 1 }, hidden: HIDDEN })
    expect(rounds.stepMs).toBe(10_000)
    const abort = new AbortController()
    const quick = new Rounds(source, { shown: { intervalMs: 1, perReadingMs: 1000 }, hidden: HIDDEN })
    const run = quick.run(abort.signal)
    await expect.poll(() => asked, { timeout: 5000 }).toBe(true)
    quick.hidden = true
    await expect.poll(() => quick.stepMs).toBe(2_000_000)
    quick.hidden = false
    expect(quick.stepMs).toBe(500_000)
    abort.abort()
    await run
    expect([SHOWN.intervalMs, HIDDEN.intervalMs]).toEqual([10_000, 60_000])
  })

  it('go on after a container that cannot be read and after a list that fails', async () => {
    let lists = 0
    const read: string[] = []
    const source = {
      due: () => (++lists === 1 ? Promise.reject(new Error('gone')) : Promise.resolve(['a', 'b', 'c'])),
      read: (id: string) => {
        read.push(id)
        return id === 'a' ? Promise.reject(new Error('stuck')) : Promise.resolve()
      }
    }
    const rounds = new Rounds(source, { shown: { intervalMs: 1, perReadingMs: 0 }, hidden: HIDDEN })
    const abort = new AbortController()
    const run = rounds.run(abort.signal)
    await expect.poll(() => read.length).toBeGreaterThan(5)
    abort.abort()
    await run
    expect(read.slice(0, 3).sort()).toEqual(['a', 'b', 'c'])
  })
})
