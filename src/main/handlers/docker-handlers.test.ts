import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Task } from '@shared/contract/tasks'
import { applyChange } from '@shared/patch'
import { startFakeEngine, type FakeEngine } from '../../../tests/fake-engine'
import { EngineSession } from '../resources/session'
import { StatsRecorder } from '../stats/recorder'
import { Endings } from '../stopped/endings'
import { TaskRegistry } from '../tasks/registry'
import { containersHandlers } from './containers'
import { imagesHandlers } from './images'
import { portUrl } from './port-url'
import { systemHandlers } from './system'
import { tasksHandlers } from './tasks'

const NONE = 'f'.repeat(64)

describe('the Docker handlers', () => {
  let engine: FakeEngine
  let home: string
  let archive: string | null = null
  const opened: string[] = []
  const context = { signal: new AbortController().signal }
  const session = new EngineSession()
  const credentials = () => Promise.resolve({ auth: undefined, problem: null })
  const tasks = new TaskRegistry()
  const containers = containersHandlers({
    endings: new Endings(),
    credentials,
    session,
    tasks,
    stats: new StatsRecorder(session),
    openExternal: (url) => {
      opened.push(url)
      return Promise.resolve()
    }
  })
  const images = imagesHandlers({
    session,
    tasks,
    chooseArchive: () => Promise.resolve(archive),
    chooseTarget: () => Promise.resolve(null),
    sampleArchive: '/nowhere/sample.tar',
    credentials
  })
  const form = {
    image: 'registry.test/app0:v0',
    name: '',
    command: [],
    ports: [],
    env: [],
    volumes: [],
    createFolders: false
  }

  beforeEach(async () => {
    home = await mkdtemp(join(tmpdir(), 'q-handlers-'))
    engine = await startFakeEngine({ containers: 6, images: 3 })
    await session.connect({ kind: 'unix', path: engine.socket })
  })
  afterEach(async () => {
    session.disconnect()
    await engine.close()
    await rm(home, { recursive: true })
  })

  const idOf = (name: string) => engine.state.container(name).Id

  async function task(id: string, holds: (task: Task) => boolean): Promise<Task> {
    let rows: ReadonlyMap<string, Task> = new Map()
    for await (const change of tasks.watch(AbortSignal.timeout(5000))) {
      rows = applyChange(rows, change)
      const found = rows.get(id)
      if (found !== undefined && holds(found)) return found
    }
    throw new Error('never')
  }

  it('say what was attempted, on which container, what the engine said and what to do', async () => {
    const page = session.watchContainers(AbortSignal.timeout(5000))
    await page.next()
    engine.failNext('/containers/', 500, 'no space left on device')
    await expect(containers.stop({ id: idOf('container-0') })).rejects.toMatchObject({
      code: 'System',
      message: 'Could not stop container container-0: The engine’s disk is full.',
      hint: expect.stringContaining('Free space') as string
    })
    await expect(containers.start({ id: NONE })).rejects.toMatchObject({
      code: 'NotFound',
      message: 'Could not start container ffffffffffff: There is no container ffffffffffff.'
    })
    await page.return()
  })

  it('say that no engine runs', async () => {
    session.disconnect()
    await expect(containers.start({ id: NONE })).rejects.toMatchObject({ code: 'EngineNotRunning' })
    await expect(images.runSample()).rejects.toMatchObject({ code: 'EngineNotRunning' })
    await expect(containers.removalPreview({ ids: [NONE] }, context)).rejects.toMatchObject({
      code: 'EngineNotRunning'
    })
  })

  it('carry every verb to the engine', async () => {
    const id = idOf('container-0')
    const state = () => engine.state.container(id).State
    await containers.pause({ id })
    expect(state()).toBe('paused')
    await containers.unpause({ id })
    await containers.stop({ id })
    expect(state()).toBe('exited')
    await containers.restart({ id })
    expect(state()).toBe('running')
    await containers.remove({ id, force: true, volumes: false })
    expect(engine.state.containers.has(id)).toBe(false)
  })

  it('run a container and answer its id, or the mistakes of the form', async () => {
    const { id, warnings } = await containers.run({ ...form, name: 'new' })
    expect(engine.state.container('new')).toMatchObject({ Id: id, State: 'running' })
    expect(warnings).toEqual([])
    await expect(containers.run({ ...form, ports: ['999.1.1.1:80:80'], env: ['=x'] })).rejects.toMatchObject({
      code: 'InvalidParameter',
      details: {
        fields: [
          { field: 'ports', index: 0 },
          { field: 'env', index: 0 }
        ]
      }
    })
  })

  it('pull a missing image, and tell once why it could not be pulled: no task stays to tell it again', async () => {
    await expect(containers.run({ ...form, image: 'nosuch' })).rejects.toMatchObject({
      code: 'NotFound',
      message: expect.stringMatching(
        /^Could not run nosuch: The image nosuch is not on this engine and could not be pulled: pull access denied/
      ) as string
    })
    const all = (await tasks.watch(AbortSignal.timeout(1000)).next()).value
    expect(all).toMatchObject({ type: 'snapshot' })
    expect(
      all?.type === 'snapshot' && all.items.filter((one) => one.title.startsWith('Pull nosuch'))
    ).toEqual([])
  })

  it('remove a container again that could not be started', async () => {
    const before = engine.state.containers.size
    const failing = containers.run({ ...form, name: 'blocked' })
    engine.failNext('/containers/c0e0', 500, 'Bind for 0.0.0.0:80 failed: port is already allocated')
    await expect(failing).rejects.toMatchObject({ code: 'Conflict', details: { port: 80 } })
    expect(engine.state.containers.size).toBe(before)
  })

  it('open a published port in the browser, and say when it is not published', async () => {
    await expect(containers.openPort({ id: idOf('container-0'), privatePort: 80 }, context)).resolves.toEqual(
      {
        url: 'http://localhost:20000'
      }
    )
    expect(opened).toEqual(['http://localhost:20000'])
    await expect(
      containers.openPort({ id: idOf('container-1'), privatePort: 80 }, context)
    ).rejects.toMatchObject({
      code: 'NotFound'
    })
  })

  it('load a chosen archive as a task that counts its bytes, and nothing when none was chosen', async () => {
    archive = null
    expect(await images.load()).toBeNull()
    archive = join(home, 'my.tar')
    await writeFile(archive, Buffer.alloc(100_000))
    const started = await images.load()
    const done = await task(started?.taskId ?? '', (one) => one.state !== 'running')
    expect(done).toMatchObject({
      title: 'Load my.tar',
      state: 'succeeded',
      message: 'Loaded loaded/bytes100000:latest',
      progress: { current: 100_000, total: 100_000 }
    })
  })

  it('fail the task, not the call, when the archive cannot be read or holds nothing', async () => {
    archive = join(home, 'gone.tar')
    const gone = await images.load()
    expect(await task(gone?.taskId ?? '', (one) => one.state === 'failed')).toMatchObject({
      message: 'The file cannot be read.'
    })
    archive = join(home, 'empty.tar')
    await writeFile(archive, '')
    const empty = await images.load()
    expect(await task(empty?.taskId ?? '', (one) => one.state === 'failed')).toMatchObject({
      message: 'The file is not an image archive, or it is incomplete.'
    })
  })

  it('cancel a load that is under way', async () => {
    archive = join(home, 'slow.tar')
    await writeFile(archive, Buffer.alloc(100_000))
    engine.setLatency(2000)
    const started = await images.load()
    const id = started?.taskId ?? ''
    await tasksHandlers({ tasks }).cancel({ id })
    expect((await task(id, (one) => one.state !== 'running')).state).toBe('cancelled')
    await tasksHandlers({ tasks }).dismiss({ id })
  })

  it('remove an image that nobody uses and refuse one that is used', async () => {
    const [used] = [...engine.state.images.values()]
    await expect(images.remove({ id: used?.Id ?? '' })).rejects.toMatchObject({ code: 'Conflict' })
    for (const container of [...engine.state.containers.values()]) engine.state.remove(container, true)
    await images.remove({ id: used?.Id ?? '' })
    expect(engine.state.images.has(used?.Id ?? '')).toBe(false)
  })

  it('give the info as text with the user of the CLI’s config, and the disk usage', async () => {
    await writeFile(
      join(home, 'config.json'),
      JSON.stringify({
        auths: { 'https://index.docker.io/v1/': { auth: Buffer.from('me:secret').toString('base64') } }
      })
    )
    const usage = { dataRoot: () => null, engineProcess: () => null }
    const system = systemHandlers({ session, usage, cliConfigDir: home })
    const text = await system.infoText(undefined, context)
    expect(text).toContain(' Username: me\n')
    expect(text).not.toContain('secret')
    expect((await system.diskUsage(undefined, context)).map((row) => row.kind)).toEqual([
      'Images',
      'Containers',
      'Local Volumes',
      'Build Cache'
    ])
  })
})

describe('the address of a published port', () => {
  const row = (...ports: [ip: string, publicPort: number, privatePort?: number, type?: string][]) => ({
    Ports: ports.map(([IP, PublicPort, PrivatePort = 80, Type = 'tcp']) => ({
      IP,
      PublicPort,
      PrivatePort,
      Type
    }))
  })

  it.each([
    [row(['::', 8081], ['0.0.0.0', 8080]), 80, 'localhost', 'http://localhost:8080'],
    [row(['127.0.0.1', 8080]), 80, 'localhost', 'http://localhost:8080'],
    [row(['192.168.1.5', 8080]), 80, 'localhost', 'http://192.168.1.5:8080'],
    [row(['fe80::1', 8080]), 80, 'localhost', 'http://[fe80::1]:8080'],
    [row(['0.0.0.0', 8443, 443]), 443, 'localhost', 'https://localhost:8443'],
    [row(['0.0.0.0', 8080]), 80, 'engine.test', 'http://engine.test:8080'],
    [row(['0.0.0.0', 5353, 53, 'udp']), 53, 'localhost', null],
    [row(), 80, 'localhost', null]
  ])('%j for port %i on %s is %s', (ports, privatePort, host, url) => {
    expect(portUrl(ports, privatePort, host)).toBe(url)
  })
})
