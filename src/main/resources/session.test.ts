import { afterEach, describe, expect, it } from 'vitest'
import { AppError } from '@shared/errors'
import { startFakeEngine, type FakeEngine } from '../../../tests/fake-engine'
import { follow, settle } from '../../../tests/integration/resources/follow'
import { describeSession, type Driver } from '../../../tests/integration/resources/session-suite'
import { EngineSession } from './session'

async function fakeDriver(): Promise<Driver> {
  const engine = await startFakeEngine({ images: 1 })
  const { state } = engine
  const image = [...state.images.values()][0]
  const tag = image?.RepoTags[0] ?? ''
  const each = (names: readonly string[], act: (name: string) => void) => {
    for (const name of names) act(name)
    return Promise.resolve()
  }
  return {
    socket: engine.socket,
    image: tag,
    create: (names) => each(names, (name) => state.create(name, { Image: tag })),
    start: (names) => each(names, (name) => state.start(state.container(name))),
    restart: (name) => each([name], () => state.restart(state.container(name))),
    rename: (from, to) => each([from], () => state.rename(state.container(from), to)),
    remove: (names) => each(names, (name) => state.remove(state.container(name), true)),
    tag: (source, added) =>
      each([source], () => {
        const known = state.image(source)
        state.addImage({ ...known, RepoTags: [...known.RepoTags, added] }, 'tag')
      }),
    untag: (old) => each([old], () => state.removeImage(old)),
    close: () => engine.close()
  }
}

describe('the engine session on the fake engine', () => {
  describeSession(fakeDriver)
})

describe('the engine session', () => {
  let engine: FakeEngine | undefined
  let session = new EngineSession()
  afterEach(async () => {
    session.disconnect()
    session = new EngineSession()
    await engine?.close()
    engine = undefined
  })
  const endpoint = (fake: FakeEngine) => ({ kind: 'unix' as const, path: fake.socket })

  it('has no client before an engine is connected, and says how to get one', async () => {
    await expect(session.client()).rejects.toMatchObject({
      code: 'EngineNotRunning',
      hint: 'Start the engine, then try again.'
    })
  })

  it('hands out the client of an engine that is just being connected', async () => {
    engine = await startFakeEngine({ containers: 1 })
    const connected = session.connect(endpoint(engine))
    await expect(session.client()).resolves.toBeDefined()
    await connected
  })

  it('lets a question wait for the engine that is just being connected', async () => {
    engine = await startFakeEngine()
    engine.setLatency(50)
    const connected = session.connect(endpoint(engine))
    expect((await session.client()).apiVersion).toBe('1.51')
    await connected
  })

  it('says that nothing listens where it should connect', async () => {
    const failure = await session
      .connect({ kind: 'unix', path: '/tmp/q-nothing-here.sock' })
      .catch((e: unknown) => e)
    expect(failure).toBeInstanceOf(AppError)
    expect(failure).toMatchObject({ code: 'EngineNotRunning' })
    expect(session.connected).toBe(false)
  })

  it('opens the event stream before it lists anything', async () => {
    engine = await startFakeEngine({ containers: 3 })
    const page = follow((signal) => session.watchContainers(signal))
    await session.connect(endpoint(engine))
    await page.until((rows) => rows.length === 3)
    const order = [...engine.counters.byPath.keys()]
    expect(order.indexOf('GET /events')).toBeLessThan(order.indexOf('GET /containers/json'))
    await page.close()
  })

  it('keeps the rows while the engine is down and gives a snapshot of the next one', async () => {
    engine = await startFakeEngine({ containers: 3 })
    await session.connect(endpoint(engine))
    const page = follow((signal) => session.watchContainers(signal))
    await page.until((rows) => rows.length === 3)
    session.disconnect()
    await engine.close()
    const late = follow((signal) => session.watchContainers(signal))
    await late.until((rows) => rows.length === 3)
    engine = await startFakeEngine({ containers: 5 })
    await session.connect(endpoint(engine))
    await page.until((rows) => rows.length === 5)
    await late.until((rows) => rows.length === 5)
    await page.close()
    await late.close()
  })

  it('tells that events were lost, reconnects by itself and lists again', async () => {
    engine = await startFakeEngine({ containers: 2 })
    await session.connect(endpoint(engine))
    let lost = 0
    session.onEventsLost(() => (lost += 1))
    const page = follow((signal) => session.watchContainers(signal))
    await page.until((rows) => rows.length === 2)
    engine.dropEvents()
    engine.state.containers.delete([...engine.state.containers.keys()][0] ?? '')
    await page.until((rows) => rows.length === 1)
    expect(lost).toBe(1)
    await page.close()
  })

  it('tells of every connection until it is over, and of every event, also while it rests', async () => {
    engine = await startFakeEngine({ containers: 1 })
    const signals: AbortSignal[] = []
    const actions: string[] = []
    session.onConnected((_, signal) => signals.push(signal))
    const deaf = session.onEvent(({ action }) => actions.push(action))
    await session.connect(endpoint(engine))
    session.onConnected((_, signal) => signals.push(signal))
    expect(signals.map(({ aborted }) => aborted)).toEqual([false, false])
    session.rest()
    engine.state.pause(engine.state.container('container-0'))
    await expect.poll(() => actions).toEqual(['pause'])
    deaf()
    engine.dropEvents()
    await expect.poll(() => signals.map(({ aborted }) => aborted)).toEqual([true, true, false, false])
    session.disconnect()
    expect(signals.every(({ aborted }) => aborted)).toBe(true)
    expect(actions).toEqual(['pause'])
  })

  it('does not bring back a container that is removed while its row is being read', async () => {
    engine = await startFakeEngine({ containers: 1 })
    await session.connect(endpoint(engine))
    const page = follow((signal) => session.watchContainers(signal))
    await page.until((rows) => rows.length === 1)
    const container = [...engine.state.containers.values()][0]
    if (container === undefined) throw new Error('no container')
    engine.setLatency(100)
    engine.state.pause(container)
    // The request for the paused row is under way when the container goes.
    await new Promise((resolve) => setTimeout(resolve, 50))
    engine.state.remove(container, true)
    await page.until((rows) => rows.length === 0)
    await settle()
    await page.until((rows) => rows.length === 0)
    await page.close()
  })

  it('shows a paused container although the list still said running when the event came', async () => {
    engine = await startFakeEngine({ images: 1 })
    const image = [...engine.state.images.values()][0]?.RepoTags[0] ?? ''
    const container = engine.state.create('slow-to-say', { Image: image })
    engine.state.start(container)
    await session.connect(endpoint(engine))
    const page = follow((signal) => session.watchContainers(signal))
    await page.until((rows) => rows[0]?.State === 'running')
    // As moby does it: first the event, then what the list reads.
    const requests = session.counters.engineRequests
    engine.state.emit('container', 'pause', container.Id)
    await expect.poll(() => session.counters.engineRequests).toBeGreaterThan(requests)
    const listed = engine.state.containers.get(container.Id)
    if (listed !== undefined) engine.state.containers.set(container.Id, { ...listed, State: 'paused' })
    await page.until((rows) => rows[0]?.State === 'paused')
    await page.close()
  })

  it('tries a failed list again, and tells the reader when it goes on failing', async () => {
    engine = await startFakeEngine({ containers: 1 })
    await session.connect(endpoint(engine))
    engine.failNext('/containers/json', 500, 'once')
    const page = follow((signal) => session.watchContainers(signal))
    await page.until((rows) => rows.length === 1)
    await page.close()
    for (let time = 0; time < 3; time += 1) engine.failNext('/containers/json', 500, 'the store is broken')
    session.resync()
    const items = session.watchContainers(AbortSignal.timeout(10_000))
    const readAll = async () => {
      for (;;) if ((await items.next()).done === true) return
    }
    await expect(readAll()).rejects.toThrow('the store is broken')
  })

  it('lists ten thousand rows once and fetches one row for one change', async () => {
    engine = await startFakeEngine({ containers: 10_000, images: 20, hostile: true })
    await session.connect(endpoint(engine))
    const page = follow((signal) => session.watchContainers(signal))
    await page.until((rows) => rows.length > 10_000)
    const requests = session.counters.engineRequests
    engine.state.pause(engine.state.container('container-0'))
    await page.until((rows) => rows.some((row) => row.State === 'paused'))
    expect(session.counters.engineRequests - requests).toBe(1)
    expect(page.changes.at(-1)).toMatchObject({ type: 'patch', removes: [] })
    await page.close()
  })
})
