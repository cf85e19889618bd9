/** What a rootful engine survives: killed, frozen or orphaned parts, with a container running all the while. */
import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { EngineSupervisor } from '@main/engine/supervisor'
import { canRunEngine, processesBelow } from '../engine-fixture'
import { startApp } from './app'
import {
  containerPid,
  eventually,
  leftovers,
  OWN_NETWORK,
  supervisedHome,
  type SupervisedHome
} from './supervised'

describe.skipIf(!canRunEngine)('with a container running', () => {
  let home: SupervisedHome
  let supervisor: EngineSupervisor
  let container: number
  beforeAll(async () => {
    home = supervisedHome()
    supervisor = home.supervisor()
    await home.until(supervisor, 'running')
    const image = await home.importBusybox()
    const sleeper = ['--stop-timeout', '1', image, 'sleep', '1000']
    await home.docker('run', '-d', '--name', 'web', ...sleeper)
    await home.docker('run', '-d', '--name', 'doomed', ...sleeper)
    container = await containerPid(home, 'web')
  })
  // One engine for all of them; the user's restart gives each its own budget of crashes.
  beforeEach(async () => await supervisor.restart())
  afterAll(async () => {
    await supervisor.dispose()
    expect(leftovers(home.home)).toEqual([])
    await home.remove()
  })

  const states = (): { readonly names: string[]; readonly stop: () => void } => {
    const names: string[] = []
    const stop = new AbortController()
    const collect = async (): Promise<void> => {
      for await (const { state } of supervisor.watch(stop.signal)) {
        const name = state.name === 'running' && state.degraded !== null ? 'degraded' : state.name
        if (names.at(-1) !== name) names.push(name)
      }
    }
    void collect()
    return { names, stop: () => stop.abort() }
  }

  test('a killed dockerd is started again and the container is the same process', async () => {
    const seen = states()
    process.kill(home.enginePid(), 'SIGKILL')
    await home.until(supervisor, 'backoff')
    await home.until(supervisor, 'running')
    expect(await containerPid(home, 'web')).toBe(container)
    seen.stop()
    expect(seen.names).toEqual(['running', 'backoff', 'starting', 'running'])
  })

  test('the fourth crash within a minute is the end, with the reason and the last lines', async () => {
    for (let n = 0; n < 4; n++) {
      await home.until(supervisor, 'running')
      process.kill(home.enginePid(), 'SIGKILL')
      await eventually(() => supervisor.status.state.name !== 'running')
    }
    const state = await home.until(supervisor, 'failed')
    expect(state).toMatchObject({ failure: { kind: 'killed', step: 'running', signal: 'SIGKILL' } })
    expect(state.name === 'failed' && state.failure.lastLogLines.length).toBeGreaterThan(5)
    await supervisor.start()
    expect(await containerPid(home, 'web')).toBe(container)
  })

  test('a frozen dockerd is found and restarted', async () => {
    process.kill(home.enginePid(), 'SIGSTOP')
    await eventually(() => supervisor.status.state.name !== 'running', 30_000)
    await home.until(supervisor, 'running')
    expect(await containerPid(home, 'web')).toBe(container)
  })

  test('a killed containerd is a degraded engine, then a whole one again', async () => {
    const seen = states()
    process.kill(containerd(home), 'SIGKILL')
    await eventually(() => seen.names.includes('degraded'), 15_000)
    await eventually(() => seen.names.at(-1) === 'running', 60_000)
    seen.stop()
    expect(await home.docker('exec', 'web', 'echo', 'alive')).toBe('alive')
    expect(await containerPid(home, 'web')).toBe(container)
  })

  test('a container that died while containerd was away does not stay “running”', async () => {
    const doomed = await containerPid(home, 'doomed')
    process.kill(containerd(home), 'SIGKILL')
    process.kill(doomed, 'SIGKILL')
    const running = async (): Promise<boolean> =>
      (await home.docker('inspect', '-f', '{{.State.Running}}', 'doomed').catch(() => 'true')) === 'true'
    await eventually(async () => !(await running()), 90_000)
    await home.until(supervisor, 'running')
    expect(await containerPid(home, 'web')).toBe(container)
  })

  test('a frozen containerd is ended, so that the engine gets a working one', async () => {
    const frozen = containerd(home)
    process.kill(frozen, 'SIGSTOP')
    await eventually(() => processesBelow(home.home).every(({ pid }) => pid !== frozen), 60_000)
    await eventually(() => supervisor.status.state.name === 'running' && whole(supervisor), 60_000)
    expect(await home.docker('exec', 'web', 'echo', 'alive')).toBe('alive')
  })

  test('a second supervisor on the same folder is refused while the first lives', async () => {
    const app = await startApp({ home: home.home, wrap: OWN_NETWORK })
    await app.until('failed')
    expect(app.output()).toContain('failed in-use')
    await app.kill('SIGTERM')
    expect(supervisor.status.state.name).toBe('running')
  })
})

describe.skipIf(!canRunEngine)('when the app itself is killed', () => {
  test('engine and container live on, and the next app adopts them', async () => {
    const home = supervisedHome()
    const app = await startApp({ home: home.home, wrap: OWN_NETWORK })
    await app.until('running')
    const image = await home.importBusybox()
    await home.docker('run', '-d', '--name', 'web', '--stop-timeout', '1', image, 'sleep', '1000')
    const [engine, container] = [home.enginePid(), await containerPid(home, 'web')]
    await app.kill('SIGKILL')
    expect(await containerPid(home, 'web')).toBe(container)
    const next = home.supervisor()
    await home.until(next, 'running')
    expect(home.enginePid()).toBe(engine)
    expect(await containerPid(home, 'web')).toBe(container)
    process.kill(engine, 'SIGKILL')
    await home.until(next, 'backoff')
    await home.until(next, 'running')
    expect(await containerPid(home, 'web')).toBe(container)
    await next.dispose()
    expect(leftovers(home.home)).toEqual([])
    await home.remove()
  })

  test('a frozen engine it leaves is replaced', async () => {
    const home = supervisedHome()
    const app = await startApp({ home: home.home, wrap: OWN_NETWORK })
    await app.until('running')
    const engine = home.enginePid()
    await app.kill('SIGKILL')
    process.kill(engine, 'SIGSTOP')
    const next = home.supervisor()
    await home.until(next, 'running')
    expect(home.enginePid()).not.toBe(engine)
    await next.dispose()
    expect(leftovers(home.home)).toEqual([])
    await home.remove()
  })
})

function containerd({ paths }: SupervisedHome): number {
  return Number(readFileSync(`${paths.execRoot}/containerd/containerd.pid`, 'utf8'))
}

function whole({ status: { state } }: EngineSupervisor): boolean {
  return state.name === 'running' && state.degraded === null
}
