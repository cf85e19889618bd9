/** What a removal frees, promised beforehand and measured in the engine's own folders afterwards, on the real engine. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { ReclaimItem } from '@shared/contract/disk'
import { humanSize } from '@shared/docker/size'
import { diskKey } from '@shared/disk/keys'
import { reclaimPlan } from '@shared/disk/reclaim-plan'
import { reclaimItems } from '@shared/disk/reclaim-items'
import { DockerClient } from '@main/docker/client'
import { BUSYBOX, canRunEngine, startEngine, type TestEngine } from '../engine-fixture'
import { build, containerKey, diskOf, imageKey, random } from './disk-fixture'

const MB = 1_000_000

describe.skipIf(!canRunEngine)('the disk of a real engine', () => {
  let engine: TestEngine
  let client: DockerClient
  let disk: ReturnType<typeof diskOf>['disk']
  let remove: ReturnType<typeof diskOf>['remove']

  beforeAll(async () => {
    engine = await startEngine()
    await engine.importBusybox()
    client = await DockerClient.connect({ kind: 'unix', path: engine.socket })
    ;({ disk, remove } = diskOf(engine, client))
  })
  afterAll(async () => {
    client.dispose()
    await engine.stop()
  })

  const reclaim = (items: readonly ReclaimItem[]) =>
    disk.reclaim(items, 0, () => undefined, new AbortController().signal)

  /** The engine's own small files (a layer's link, a container's settings) are no part of any sum. */
  const SMALL = 100_000
  const near = (bytes: number, expected: number): void => {
    expect(Math.abs(bytes - expected), `${bytes} and ${expected}`).toBeLessThan(SMALL)
  }

  it('is told as docker system df -v tells it', async () => {
    await build(engine, 'web:1', [
      `RUN ${random('/a', 3)}`,
      `RUN --mount=type=cache,target=/c ${random('/c/x', 4)}`
    ])
    await build(engine, 'web:2', [`RUN ${random('/a', 3)}`, `RUN ${random('/b', 2)}`])
    await engine.docker(
      'run',
      '--name',
      'writer',
      '-v',
      'data:/v',
      '-v',
      '/anonymous',
      'web:1',
      'sh',
      '-c',
      `${random('/w', 5)}; ${random('/v/x', 6)}; ${random('/anonymous/x', 1)}; seq 50000`
    )
    const report = await disk.read()
    const cli = JSON.parse(await engine.docker('system', 'df', '-v', '--format', '{{json .}}')) as Record<
      'Images' | 'Containers' | 'Volumes' | 'BuildCache',
      Record<string, string>[]
    >
    const three = (bytes: number): string => humanSize(bytes, 3)
    const sorted = (rows: readonly (readonly string[])[]): string[] => rows.map((row) => row.join(' ')).sort()
    expect(
      sorted(
        report.images.map((one) => [one.Id.slice(7, 19), three(one.sizeBytes), humanSize(one.sharedBytes)])
      )
    ).toEqual(
      sorted(
        cli.Images.map((row) => [
          row['ID']?.replace('sha256:', '').slice(0, 12) ?? '',
          row['Size'] ?? '',
          row['SharedSize'] ?? ''
        ])
      )
    )
    expect(sorted(report.containers.map((one) => [one.name, three(one.sizeBytes)]))).toEqual(
      sorted(cli.Containers.map((row) => [row['Names'] ?? '', row['Size']?.replace(/ .*/, '') ?? '']))
    )
    expect(sorted(report.volumes.map((one) => [one.name, `${one.links}`, humanSize(one.sizeBytes)]))).toEqual(
      sorted(cli.Volumes.map((row) => [row['Name'] ?? '', row['Links'] ?? '', row['Size'] ?? '']))
    )
    expect(
      sorted(report.cache.map((one) => [one.id.slice(0, 12), three(one.sizeBytes), `${one.shared}`]))
    ).toEqual(
      sorted(
        cli.BuildCache.map((row) => [row['ID']?.slice(0, 12) ?? '', row['Size'] ?? '', row['Shared'] ?? ''])
      )
    )
    const layers = report.layers.reduce((sum, { sizeBytes }) => sum + (sizeBytes ?? Number.NaN), 0)
    expect(layers).toBe(report.totals[0]?.sizeBytes)
    expect(report.cache.some(({ parents }) => parents.length > 0)).toBe(true)
    const logs = report.containers[0]?.logBytes ?? 0
    expect(logs).toBeGreaterThan(50_000 * 60)
  })

  it('frees nothing of a built image while build cache has its layers, and is not promised to', async () => {
    const { promised, freed, folders } = await remove((report) => [imageKey(report, 'web:2')])
    expect(promised).toMatchObject({ atLeast: 0, exact: false })
    // The other layer is in web:1 as well.
    expect(promised.atMost).toBe(2 * MB)
    expect(freed.freedBytes).toBe(0)
    near(await folders(), 0)
  })

  it('frees exactly what was promised with a container, its image, its log and their cache', async () => {
    const { promised, freed, kept, folders } = await remove((report) => [
      containerKey(report, 'writer'),
      imageKey(report, 'web:1'),
      ...report.cache.map(({ id }) => diskKey('cache', id))
    ])
    expect(promised.staying.size).toBe(0)
    expect(kept).toEqual([])
    expect(promised.exact).toBe(true)
    // Builds of 3 and 2 MB, a cache mount of 4 MB, a writable layer of 5 MB and a log.
    expect(promised.atLeast).toBeGreaterThan(14 * MB)
    expect(freed.freedBytes).toBe(promised.atLeast)
    near(await folders(), promised.atLeast)
  })

  it('frees the volumes, and committed images that share layers, by what each has alone', async () => {
    await engine.docker('run', '--name', 'one', BUSYBOX, 'sh', '-c', random('/one', 3))
    await engine.docker('commit', 'one', 'one:1')
    await engine.docker('run', '--name', 'two', 'one:1', 'sh', '-c', random('/two', 2))
    await engine.docker('commit', 'two', 'two:1')
    await engine.docker('rm', 'one', 'two')
    await engine.docker('tag', 'two:1', 'two:other')
    const two = await remove((report) => [imageKey(report, 'two:1')])
    expect(two.promised).toMatchObject({ atLeast: 2 * MB, exact: true })
    expect(two.freed.freedBytes).toBe(2 * MB)
    near(await two.folders(), 2 * MB)
    const volumes = await remove((report) => report.volumes.map(({ name }) => diskKey('volume', name)))
    expect(volumes.promised).toMatchObject({ atLeast: 7 * MB, exact: true })
    near(await volumes.folders(), 7 * MB)
  })

  it('refuses what changed since the list was made, each by a sentence, and removes the rest', async () => {
    await engine.docker('create', '--name', 'sleeper', 'one:1', 'sleep', '1000')
    await engine.docker('run', '--name', 'gone', BUSYBOX, 'true')
    for (const name of ['kept', 'again']) await engine.docker('volume', 'create', name)
    for (const name of ['xx', 'yy']) {
      await engine.docker('run', '--name', name, BUSYBOX, 'sh', '-c', random('/x', 1))
      await engine.docker('commit', name, `${name}:1`)
      await engine.docker('rm', name)
    }
    const report = await disk.read()
    const plan = reclaimPlan(report, null, { volumes: true })
    const items = reclaimItems(report, new Set(plan.items.map(({ key }) => key)))
    // Meanwhile: one is started again, one is used, one is tagged, one volume is mounted, one is another of the same name.
    await engine.docker('start', 'sleeper')
    await engine.docker('run', '-d', '--name', 'user', '-v', 'kept:/v', 'xx:1', 'sleep', '1000')
    await engine.docker('tag', 'yy:1', 'yy:2')
    // The engine tells the time of a volume in whole seconds.
    const made = async (): Promise<string> => {
      await engine.docker('volume', 'rm', 'again')
      await engine.docker('volume', 'create', 'again')
      return await engine.docker('volume', 'inspect', '-f', '{{.CreatedAt}}', 'again')
    }
    const first = await engine.docker('volume', 'inspect', '-f', '{{.CreatedAt}}', 'again')
    await expect.poll(made).not.toBe(first)
    await engine.docker('rm', 'gone')
    const freed = await reclaim(items)
    const stayed = new Map(
      freed.outcomes.flatMap(({ name, result, why }) => (result === 'stayed' ? [[name, why]] : []))
    )
    expect(freed.outcomes.find(({ result }) => result === 'gone')).toMatchObject({ kind: 'container' })
    expect(stayed.get('sleeper')).toMatch(/running/)
    expect(stayed.get('xx:1')).toBe('It is used by now.')
    expect(stayed.get('yy:1')).toBe('It has been tagged meanwhile.')
    expect(stayed.get('again')).toBe('It was made anew meanwhile.')
    expect(stayed.get('kept')).toMatch(/in use|uses/i)
    expect(stayed.size, [...stayed.entries()].join('; ')).toBe(7)
    expect(stayed.get('one:1')).toBe('It is used by now.')
    expect(stayed.has(BUSYBOX)).toBe(true)
    expect(await engine.docker('volume', 'ls', '-q')).toBe('again\nkept')
    expect(await engine.docker('ps', '-aq')).not.toBe('')
    expect(disk.freed()[0]?.id).toBe(freed.id)
  })

  it('is read by one at a time, and a reading that nobody wants any more ends at once', async () => {
    const controller = new AbortController()
    const [first, second] = [disk.read(), disk.read(undefined, controller.signal)]
    controller.abort()
    await expect(second).rejects.toMatchObject({ name: 'AbortError' })
    expect((await first).images.length).toBeGreaterThan(0)
    await expect(reclaim([{ kind: 'cache', id: 'a'.repeat(25) }])).resolves.toMatchObject({
      removed: 0,
      stayed: 0,
      outcomes: [{ result: 'gone' }]
    })
  })

  it('is exact for the builder of old too, whose steps are images in between', async () => {
    await build(engine, 'old:1', [`RUN ${random('/a', 1)}`, `RUN ${random('/b', 2)}`], { classic: true })
    await build(
      engine,
      'old:2',
      [`RUN ${random('/a', 1)}`, `RUN ${random('/b', 2)}`, `RUN ${random('/c', 3)}`],
      {
        classic: true
      }
    )
    const below = await remove((report) => [imageKey(report, 'old:1')])
    expect([...below.promised.staying.values()]).toEqual(['Another image is built on it.'])
    const top = await remove((report) => [imageKey(report, 'old:2')])
    expect(top.promised).toMatchObject({ atLeast: 3 * MB, exact: true })
    expect(top.freed.freedBytes).toBe(3 * MB)
    const rest = await remove((report) => [imageKey(report, 'old:1')])
    expect(rest.promised).toMatchObject({ atLeast: 3 * MB, exact: true })
    near(await rest.folders(), 3 * MB)
  })

  it('knows that layers of an image removed by force stay for its container', async () => {
    await engine.docker('run', '--name', 'maker', BUSYBOX, 'sh', '-c', random('/x', 2))
    await engine.docker('commit', 'maker', 'forced:1')
    await engine.docker('rm', 'maker')
    await engine.docker('run', '--name', 'orphan', 'forced:1', 'sh', '-c', random('/y', 1))
    await engine.docker('rmi', '-f', 'forced:1')
    const { promised, folders } = await remove((report) => [containerKey(report, 'orphan')])
    expect(promised).toMatchObject({ atLeast: MB, exact: false })
    expect(promised.atMost).toBeGreaterThanOrEqual(3 * MB)
    const freed = await folders()
    expect(freed).toBeGreaterThanOrEqual(promised.atLeast)
    expect(freed).toBeLessThan(promised.atMost + SMALL)
  })
})
