/** Which engine is used: ours, or the one the docker CLI talks to, which is never started or stopped. */
import { readFileSync } from 'node:fs'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { canRunEngine, ping, startEngine, type TestEngine } from '../engine-fixture'
import { eventually, leftovers, supervisedHome, type SupervisedHome } from './supervised'

describe.skipIf(!canRunEngine)('with another engine on this machine', () => {
  let other: TestEngine
  let home: SupervisedHome
  beforeAll(async () => {
    other = await startEngine()
  })
  afterAll(async () => await other.stop())
  beforeEach(() => {
    home = supervisedHome()
  })
  afterEach(async () => await home.remove())
  const env = (): { DOCKER_HOST: string } => ({ DOCKER_HOST: `unix://${other.socket}` })
  const saved = (): unknown => JSON.parse(readFileSync(home.paths.settingsFile, 'utf8'))

  test('nothing is started until the user has chosen; the choice is kept and the other engine left alone', async () => {
    const supervisor = home.supervisor({ env: env() })
    await eventually(() => supervisor.status.awaitingChoice)
    expect(supervisor.status).toMatchObject({
      state: { name: 'stopped' },
      contextEngine: {
        name: 'DOCKER_HOST',
        host: `unix://${other.socket}`,
        version: expect.any(String) as string
      }
    })
    await supervisor.use('context')
    expect(supervisor.status).toMatchObject({
      ...{ state: { name: 'running' }, source: 'context', mode: null, contextName: 'DOCKER_HOST' },
      ...{ host: `unix://${other.socket}`, awaitingChoice: false }
    })
    expect(saved()).toEqual({ engine: { source: 'context' } })
    expect(supervisor.engineProcess).toBeNull()
    await supervisor.dispose()
    expect(await ping(other.socket)).toBe(true)
    expect(leftovers(home.home)).toEqual([])
  })

  test('leaving ours for the other stops ours, and coming back starts it', async () => {
    const supervisor = home.supervisor({ env: env() })
    await supervisor.use('bundled')
    expect(supervisor.status).toMatchObject({
      source: 'bundled',
      mode: 'rootful',
      state: { name: 'running' }
    })
    await supervisor.use('context')
    expect(leftovers(home.home)).toEqual([])
    await supervisor.use('bundled')
    expect(supervisor.status.host).toBe(`unix://${home.paths.socket}`)
    await supervisor.dispose()
    expect(await ping(other.socket)).toBe(true)
    expect(leftovers(home.home)).toEqual([])
  })

  test('our own socket is never taken for another’s engine', async () => {
    const supervisor = home.supervisor({ env: { DOCKER_HOST: `unix://${home.paths.socket}` } })
    await home.until(supervisor, 'running')
    expect(supervisor.status).toMatchObject({ source: 'bundled', awaitingChoice: false, contextEngine: null })
    await expect(supervisor.use('context')).rejects.toThrow('talks to Quayside’s own engine already')
    await supervisor.dispose()
  })

  test('an engine of the CLI that does not answer is refused, and ours goes on', async () => {
    const supervisor = home.supervisor({ env: { DOCKER_HOST: 'unix:///nowhere.sock' } })
    await home.until(supervisor, 'running')
    await expect(supervisor.use('context')).rejects.toMatchObject({ code: 'Unavailable' })
    expect(supervisor.status).toMatchObject({ source: 'bundled', state: { name: 'running' } })
    await supervisor.dispose()
  })

  test('another’s engine that goes away is looked for until it is back', async () => {
    const mortal = await startEngine()
    const supervisor = home.supervisor({ env: { DOCKER_HOST: `unix://${mortal.socket}` } })
    await supervisor.use('context')
    await mortal.stop()
    supervisor.eventsLost()
    await home.until(supervisor, 'backoff')
    expect(supervisor.status.desired).toBe('running')
    await supervisor.stop()
    expect(supervisor.status.state.name).toBe('stopped')
    await supervisor.dispose()
  })
})
