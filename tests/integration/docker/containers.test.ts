/** Every container verb on the real engine, and docker run with all that can go wrong in it. */
import { existsSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { RunOptions } from '@shared/contract/containers'
import { containerName } from '@shared/docker/container'
import { AppError } from '@shared/errors'
import { DockerClient } from '@main/docker/client'
import * as containers from '@main/docker/containers'
import { pullImage } from '@main/docker/image-transfers'
import { previewContainerRemoval } from '@main/docker/removal'
import { runContainer } from '@main/docker/run'
import { diskUsage, engineVersion } from '@main/docker/system'
import { humanSize } from '@shared/docker/size'
import { BUSYBOX, canRunEngine, startEngine, type TestEngine } from '../engine-fixture'

const form = (over: Partial<RunOptions>): RunOptions => ({
  image: BUSYBOX,
  name: '',
  command: ['sleep', '1000'],
  ports: [],
  env: [],
  volumes: [],
  createFolders: false,
  ...over
})

describe.skipIf(!canRunEngine)('containers on the real engine', () => {
  let engine: TestEngine
  let client: DockerClient

  beforeAll(async () => {
    engine = await startEngine()
    await engine.importBusybox()
    client = await DockerClient.connect({ kind: 'unix', path: engine.socket })
  })
  afterAll(async () => {
    client.dispose()
    await engine.stop()
  })

  const run = (over: Partial<RunOptions>) =>
    runContainer(client, form(over), (reference) => pullImage(client, `${reference}:latest`))
  const state = async (id: string) => (await containers.inspectContainer(client, id)).State.Status
  const names = async () => (await containers.listContainers(client)).map(containerName)
  const failure = (work: Promise<unknown>) =>
    work.then(
      () => null,
      (error: unknown) => error as AppError
    )

  it('are started, stopped, restarted, paused and removed, and doing it twice is no error where Docker says so', async () => {
    const id = await engine.docker(
      'create',
      '--name',
      'verbs',
      '--stop-timeout',
      '0',
      BUSYBOX,
      'sleep',
      '1000'
    )
    await containers.startContainer(client, id)
    await containers.startContainer(client, id)
    expect(await state(id)).toBe('running')
    await containers.pauseContainer(client, id)
    expect(await state(id)).toBe('paused')
    expect(await failure(containers.pauseContainer(client, id))).toMatchObject({ code: 'Conflict' })
    await containers.unpauseContainer(client, id)
    expect(await failure(containers.unpauseContainer(client, id))).toMatchObject({ code: 'Conflict' })
    await containers.restartContainer(client, id)
    expect(await state(id)).toBe('running')
    const refused = await failure(containers.removeContainer(client, id, { force: false, volumes: false }))
    expect(refused).toMatchObject({ code: 'Conflict', message: 'The container is running.' })
    await containers.stopContainer(client, id)
    await containers.stopContainer(client, id)
    expect(await state(id)).toBe('exited')
    await containers.removeContainer(client, id, { force: false, volumes: false })
    expect(await failure(containers.inspectContainer(client, id))).toMatchObject({ code: 'NotFound' })
    expect(await containers.listContainersById(client, [id])).toEqual([])
  })

  it('run with ports, variables, volumes and a command, as docker run would have made them', async () => {
    const { id, warnings } = await run({
      name: 'full',
      ports: ['127.0.0.1:18080:80', '18081:81/udp'],
      env: ['A=1', 'B=two words\nand a line'],
      volumes: ['data1:/data', '/tmp:/host:ro', '/anonymous'],
      command: ['sh', '-c', 'sleep 1000']
    })
    expect(warnings).toEqual([])
    const inspect = await containers.inspectContainer(client, id)
    expect(inspect.Config.Env).toEqual(expect.arrayContaining(['A=1', 'B=two words\nand a line']))
    expect(inspect.Mounts.map((mount) => [mount.Type, mount.Destination, mount.RW]).sort()).toEqual([
      ['bind', '/host', false],
      ['volume', '/anonymous', true],
      ['volume', '/data', true]
    ])
    expect(await engine.docker('port', 'full')).toContain('80/tcp -> 127.0.0.1:18080')
    const cliMade = await engine.docker(
      ...[
        'run',
        '-d',
        '--name',
        'full2',
        '-p',
        '127.0.0.1:18090:80',
        '-e',
        'A=1',
        '-v',
        'data1:/data',
        BUSYBOX,
        'sleep',
        '1000'
      ]
    )
    const { id: ours } = await run({
      name: 'full3',
      ports: ['127.0.0.1:18091:80'],
      env: ['A=1'],
      volumes: ['data1:/data']
    })
    const shape = async (container: string) =>
      await engine.docker(
        'inspect',
        '-f',
        '{{json .HostConfig.Binds}} {{json .Config.Env}} {{json .Config.Cmd}} {{json .Config.ExposedPorts}}',
        container
      )
    expect(await shape(ours)).toBe(await shape(cliMade))
  })

  it('preview what a removal takes away: the size, the volumes that go and the mounts that stay', async () => {
    const { id } = await run({
      name: 'preview',
      command: ['sh', '-c', 'dd if=/dev/zero of=/file bs=1000 count=3 && sleep 1000'],
      volumes: ['kept1:/kept', '/goes', '/tmp:/host']
    })
    await engine.docker('create', '--name', 'sharer', '--volumes-from', 'preview', BUSYBOX, 'true')
    await expect
      .poll(async () => (await containers.inspectContainer(client, id, { size: true })).SizeRw)
      .toBeGreaterThanOrEqual(3000)
    const [shared] = await previewContainerRemoval(client, [id])
    expect(shared).toMatchObject({ name: 'preview', state: 'running', anonymousVolumes: [] })
    await engine.docker('rm', 'sharer')
    const [alone, ...others] = await previewContainerRemoval(client, [id, 'f'.repeat(64)])
    expect(others).toEqual([])
    expect(alone?.anonymousVolumes).toHaveLength(1)
    expect(alone?.keptMounts).toEqual(expect.arrayContaining(['kept1', '/tmp']))
    expect(alone?.sizeRwBytes).toBeGreaterThanOrEqual(3000)
    await containers.removeContainer(client, id, { force: true, volumes: true })
    const volumes = await engine.docker('volume', 'ls', '-q')
    expect(volumes).toContain('kept1')
    expect(volumes).not.toContain(alone?.anonymousVolumes[0])
  })

  it('leave nothing behind when their port belongs to another container, and name the port', async () => {
    await run({ name: 'holder', ports: ['18300:80'] })
    const before = await names()
    const error = await failure(run({ name: 'second', ports: ['18300:80'], volumes: ['/scratch'] }))
    expect(error).toMatchObject({
      code: 'Conflict',
      message: 'Port 18300 is already in use by another container.',
      details: { port: 18300 }
    })
    expect(await names()).toEqual(before)
  })

  it('name the port that another program has', async () => {
    const listening = engine.inNetwork('timeout', '20', 'busybox', 'nc', '-l', '-p', '18400').catch(() => '')
    await expect
      .poll(() => engine.inNetwork('cat', '/proc/net/tcp', '/proc/net/tcp6'))
      .toContain((18400).toString(16).toUpperCase())
    const error = await failure(run({ name: 'blocked', ports: ['18400:80'] }))
    expect(error).toMatchObject({ code: 'Conflict', details: { port: 18400 } })
    expect(error?.message).toBe('Port 18400 is already in use by another program.')
    expect(await names()).not.toContain('blocked')
    await engine.inNetwork('sh', '-c', 'echo | busybox nc -w 1 127.0.0.1 18400 || true').catch(() => '')
    await listening
  })

  it('make a missing host folder only when asked to', async () => {
    const folder = `${engine.home}/not there yet`
    const error = await failure(run({ name: 'bound', volumes: [`${folder}:/data`] }))
    expect(error).toMatchObject({ code: 'InvalidParameter', details: { missingFolder: folder } })
    expect(existsSync(folder)).toBe(false)
    expect(await names()).not.toContain('bound')
    await run({ name: 'bound', volumes: [`${folder}:/data`], createFolders: true })
    expect(existsSync(folder)).toBe(true)
    await run({
      name: 'bound-ro',
      volumes: [`${folder}:/data:ro`],
      command: ['sh', '-c', 'touch /data/x; sleep 100']
    })
    expect(existsSync(`${folder}/x`)).toBe(false)
  })

  it('say which container has the name', async () => {
    const { id } = await run({ name: 'taken' })
    const error = await failure(run({ name: 'taken' }))
    expect(error).toMatchObject({ code: 'Conflict', details: { name: 'taken', containerId: id } })
    expect(await failure(run({ name: 'x' }))).toMatchObject({
      code: 'InvalidParameter',
      details: { fields: [{ field: 'name' }] }
    })
  })

  it.each([
    [{ command: ['/nosuch'] }, 'The image has no command "/nosuch".'],
    [{ command: ['/etc'] }, '"/etc" in the image cannot be run.'],
    [{ volumes: ['/etc/hostname:/bin'] }, /mount/]
  ] as const)('that cannot start are removed again and say why: %j', async (over, message) => {
    const before = await names()
    const error = await failure(
      run({
        ...over,
        ...('command' in over ? { command: [...over.command] } : { volumes: [...over.volumes] })
      } as Partial<RunOptions>)
    )
    expect(error?.message).toMatch(message)
    expect(await names()).toEqual(before)
  })

  it('say that their image is not here and could not be pulled, with the reason', async () => {
    const error = await failure(run({ image: 'registry.invalid/nosuch' }))
    expect(error?.message).toMatch(
      /^The image registry\.invalid\/nosuch is not on this engine and could not be pulled: /
    )
    expect(error?.code).toBe('Unavailable')
  })

  it('are measured as docker system df measures them', async () => {
    const lines = (
      await engine.docker(
        'system',
        'df',
        '--format',
        '{{.Type}}|{{.TotalCount}}|{{.Active}}|{{.Size}}|{{.Reclaimable}}'
      )
    ).split('\n')
    const rows = (await diskUsage(client)).map((row) =>
      [row.kind, row.total, row.active, humanSize(row.sizeBytes), humanSize(row.reclaimableBytes)].join('|')
    )
    expect(rows).toEqual(lines.map((line) => line.replace(/ \(\d+%\)$/, '')))
  })

  it('belong to an engine that says its version', async () => {
    expect((await engineVersion(client)).ApiVersion).toMatch(/^1\.\d+$/)
  })
})
