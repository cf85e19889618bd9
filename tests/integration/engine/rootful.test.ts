/** The rootful engine from start to stop: what it leaves (nothing), what it survives, what it refuses. */
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { EngineConfigFile, type ConfigEdit } from '@main/engine/configure'
import { isAsWished, withWish, type RegistryWish } from '@main/registries/engine-settings'
import { bundleDir, canRunEngine, startEngine } from '../engine-fixture'
import { containerPid, eventually, leftovers, supervisedHome, type SupervisedHome } from './supervised'

/** What dockerd reads anew counts at once; what it refuses, or does not say that it has, leaves the file as it was. */
async function reconfigures({ paths }: SupervisedHome): Promise<ConfigEdit> {
  const file = new EngineConfigFile(paths, bundleDir)
  const text = (): string => readFileSync(paths.engineConfig, 'utf8')
  const edit = (wish: RegistryWish): ConfigEdit => ({
    change: (config) => withWish(config, wish),
    applied: (info) => isAsWished(wish, info)
  })
  const add = edit({ host: 'r.internal:5000', insecure: true, mirrors: ['https://m.internal'] })
  expect(await file.change(add)).toBe('read')
  const before = text()
  expect(JSON.parse(before)).toMatchObject({
    'live-restore': true,
    'registry-mirrors': ['https://m.internal/']
  })
  const ftp: ConfigEdit = {
    change: (config) => ({ ...config, 'registry-mirrors': ['ftp://x'] }),
    applied: () => true
  }
  await expect(file.change(ftp)).rejects.toMatchObject({
    message: expect.stringContaining('does not accept') as string,
    hint: expect.stringContaining('unsupported scheme') as string
  })
  const impatient = new EngineConfigFile(paths, bundleDir, 200)
  const unsaid: ConfigEdit = { change: (config) => ({ ...config, debug: true }), applied: () => false }
  await expect(impatient.change(unsaid)).rejects.toThrow('They were taken back')
  expect(text()).toBe(before)
  expect(existsSync(`${paths.engineConfig}.check`)).toBe(false)
  expect(await file.change(edit({ host: 'r.internal:5000', insecure: false, mirrors: [] }))).toBe('read')
  return add
}

describe.skipIf(!canRunEngine)('a rootful engine', () => {
  let home: SupervisedHome
  beforeEach(() => {
    home = supervisedHome()
  })
  afterEach(async () => await home.remove())

  test('starts by itself, answers on a private socket without any TCP port, and stops without a trace', async () => {
    const supervisor = home.supervisor()
    const seen: string[] = []
    supervisor.onRunning((endpoint) => seen.push(`running ${JSON.stringify(endpoint)}`))
    supervisor.onNotRunning(() => seen.push('not running'))
    const state = await home.until(supervisor, 'running')
    expect(state).toMatchObject({ version: expect.stringMatching(/^\d+\./) as string, degraded: null })
    expect(supervisor.status).toMatchObject({
      ...{ desired: 'running', source: 'bundled', mode: 'rootful', host: `unix://${home.paths.socket}` },
      ...{ contextName: null, awaitingChoice: false, contextEngine: null }
    })
    expect(statSync(home.paths.socket).mode & 0o777).toBe(0o600)
    expect(statSync(home.paths.runDir).mode & 0o777).toBe(0o700)
    const pid = home.enginePid()
    expect(listeningPorts(pid)).toEqual([])
    expect(supervisor.engineProcess).toEqual({ pid, execRoot: home.paths.execRoot })
    expect(readFileSync(`/proc/${pid}/limits`, 'utf8')).toMatch(/Max open files +(1048576|[2-9]\d{4,})/)
    expect((await supervisor.preconditions()).filter(({ result }) => result === 'failed')).toEqual([])
    expect((await supervisor.log(10)).lines.length).toBeGreaterThan(0)
    const inForce = await reconfigures(home)
    expect(home.enginePid()).toBe(pid)
    await supervisor.stop()
    expect(await new EngineConfigFile(home.paths, bundleDir).change(inForce)).toBe('written')
    expect(supervisor.status.state).toEqual({ name: 'stopped' })
    expect(seen).toEqual([`running {"kind":"unix","path":"${home.paths.socket}"}`, 'not running'])
    expect(leftovers(home.home)).toEqual([])
    await supervisor.dispose()
  })

  test('quit ends a container that ignores SIGTERM, and a restarting one comes back at the next start', async () => {
    const first = home.supervisor()
    await home.until(first, 'running')
    const image = await home.importBusybox()
    const deaf = 'trap "" TERM; while :; do sleep 1; done'
    await home.docker('run', '-d', '--name', 'deaf', '--stop-timeout', '2', image, 'sh', '-c', deaf)
    await home.docker(
      'run',
      '-d',
      '--name',
      'faithful',
      '--restart',
      'unless-stopped',
      image,
      'sleep',
      '1000'
    )
    await first.dispose()
    expect(leftovers(home.home)).toEqual([])
    const second = home.supervisor()
    await home.until(second, 'running')
    await eventually(async () => (await home.docker('ps', '--format', '{{.Names}}')) === 'faithful')
    expect(await home.docker('inspect', '-f', '{{.State.ExitCode}}', 'deaf')).toBe('137')
    await second.dispose()
    expect(leftovers(home.home)).toEqual([])
  })

  test('stop during the start wins', async () => {
    const supervisor = home.supervisor()
    const started = expect(supervisor.start()).rejects.toMatchObject({ code: 'Cancelled' })
    await eventually(() => supervisor.status.state.name === 'starting')
    await supervisor.stop()
    await started
    expect(supervisor.status.state).toEqual({ name: 'stopped' })
    expect(leftovers(home.home)).toEqual([])
    await supervisor.dispose()
  })

  test('restart keeps containers running', async () => {
    const supervisor = home.supervisor()
    await home.until(supervisor, 'running')
    const image = await home.importBusybox()
    await home.docker('run', '-d', '--name', 'web', '--stop-timeout', '1', image, 'sleep', '1000')
    const [pid, enginePid] = [await containerPid(home, 'web'), home.enginePid()]
    await supervisor.restart()
    expect(home.enginePid()).not.toBe(enginePid)
    expect(await containerPid(home, 'web')).toBe(pid)
    await supervisor.dispose()
    expect(leftovers(home.home)).toEqual([])
  })

  test('stale pid files, also of living strangers, and a stale socket do not hinder a start', async () => {
    const { paths } = home
    mkdirSync(`${paths.execRoot}/containerd`, { recursive: true })
    writeFileSync(paths.pidFile, String(process.pid))
    writeFileSync(`${paths.execRoot}/containerd/containerd.pid`, String(process.pid))
    execFileSync('python3', ['-c', `import socket; socket.socket(socket.AF_UNIX).bind("${paths.socket}")`])
    const supervisor = home.supervisor()
    await home.until(supervisor, 'running')
    // Believing the second file, dockerd would have waited 15 s for a stranger, and failed.
    expect((await supervisor.log(1000)).lines.join('\n')).not.toContain('containerd is still running')
    await supervisor.dispose()
    expect(leftovers(home.home)).toEqual([])
  })

  test.each([
    ['a folder', (path: string) => mkdirSync(path)],
    ['a file', (path: string) => writeFileSync(path, 'mine')]
  ])('%s in the socket’s place is named, and left alone', async (what, put) => {
    put(home.paths.socket)
    const supervisor = home.supervisor()
    const state = await home.until(supervisor, 'failed')
    expect(state).toMatchObject({
      failure: { kind: 'socket-path', message: expect.stringContaining(what) as string }
    })
    await supervisor.dispose()
    expect(existsSync(home.paths.socket)).toBe(true)
  })

  test('another engine on our socket is refused and left alone', async () => {
    const other = await startEngine({ args: ['-H', `unix://${home.paths.socket}`] })
    try {
      const supervisor = home.supervisor()
      const state = await home.until(supervisor, 'failed')
      expect(state).toMatchObject({ failure: { kind: 'socket-taken' } })
      await supervisor.dispose()
      expect(await other.docker('ps', '-q')).toBe('')
    } finally {
      await other.stop()
    }
  })
})

function listeningPorts(pid: number): string[] {
  const lines = ['tcp', 'tcp6'].flatMap((name) =>
    readFileSync(`/proc/${pid}/net/${name}`, 'utf8').split('\n')
  )
  return lines.filter((line) => line.trim().split(/\s+/)[3] === '0A')
}
