import { afterEach, describe, expect, it } from 'vitest'
import { startFakeEngine, type FakeEngine } from '../../../tests/fake-engine'
import { watchInfo } from './info-watch'
import { EngineSession } from './session'

describe('the info that is watched', () => {
  let engine: FakeEngine | undefined
  const session = new EngineSession()
  afterEach(async () => {
    session.disconnect()
    await engine?.close()
  })
  const nobody = () => Promise.resolve('')
  const running = (info: Awaited<ReturnType<ReturnType<typeof watchInfo>['next']>>) =>
    JSON.stringify(info.value).match(/"label":"Running","value":"(\d+)"/)?.[1]

  it('is read when an engine comes, again after changes, at most twice a second, and not unless somebody waits', async () => {
    engine = await startFakeEngine({ containers: 3 })
    const abort = new AbortController()
    const items = watchInfo(session, nobody, abort.signal)
    const first = items.next()
    await session.connect({ kind: 'unix', path: engine.socket })
    expect(running(await first)).toBe('2')
    const reads = () => engine?.counters.byPath.get('GET /info')
    const { state } = engine
    for (const id of state.containers.keys()) state.stop(state.container(id))
    await new Promise((resolve) => setTimeout(resolve, 700))
    expect(reads()).toBe(1)
    expect(running(await items.next())).toBe('0')
    expect(reads()).toBe(2)
    abort.abort()
    expect((await items.next()).done).toBe(true)
  })
})
