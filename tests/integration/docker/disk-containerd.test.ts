/** The disk of an engine with the containerd store, which tells less: what goes is between the two bounds that were given. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { diskKey } from '@shared/disk/keys'
import { DockerClient } from '@main/docker/client'
import { canRunEngine, startEngine, type TestEngine } from '../engine-fixture'
import { build, diskOf, imageKey, random } from './disk-fixture'

const MB = 1_000_000
const SMALL = 100_000

describe.skipIf(!canRunEngine)('the disk of an engine with the containerd store', () => {
  let engine: TestEngine
  let client: DockerClient
  let remove: ReturnType<typeof diskOf>['remove']
  let disk: ReturnType<typeof diskOf>['disk']

  beforeAll(async () => {
    engine = await startEngine({ config: { features: { 'containerd-snapshotter': true } } })
    await engine.importBusybox()
    client = await DockerClient.connect({ kind: 'unix', path: engine.socket })
    ;({ disk, remove } = diskOf(engine, client))
    await build(engine, 'one:1', [`RUN ${random('/a', 3)}`, `RUN ${random('/b', 2)}`])
    await build(engine, 'two:1', [`RUN ${random('/a', 3)}`, `RUN ${random('/c', 4)}`])
  })
  afterAll(async () => {
    client.dispose()
    await engine.stop()
  })

  it('has layers of known size, and says that what it holds beside them is not told', async () => {
    const report = await disk.read()
    expect(report.store).toBe('containerd')
    expect(report.images.every(({ layers, otherBytes }) => layers?.length !== 0 && otherBytes > 0)).toBe(true)
    const cli = await engine.docker('system', 'df', '--format', '{{.TotalCount}} {{.Size}}')
    expect(cli.split('\n').map((line) => Number(line.split(' ')[0]))).toEqual(
      report.totals.map(({ total }) => total)
    )
  })

  it('frees no less than was promised and no more than was thought possible', async () => {
    const alone = await remove((report) => [imageKey(report, 'one:1')])
    expect(alone.promised).toMatchObject({ atLeast: 0, exact: false })
    const all = await remove((report) => [
      imageKey(report, 'two:1'),
      ...report.cache.map(({ id }) => diskKey('cache', id))
    ])
    expect(all.kept).toEqual([])
    expect(all.promised.atLeast).toBeGreaterThanOrEqual(7 * MB)
    // The engine collects what nothing refers to in its own time: only both together have a time at which they are gone.
    await expect.poll(alone.folders, { timeout: 60_000 }).toBeGreaterThan(all.promised.atLeast - SMALL)
    expect(await alone.folders()).toBeLessThan(alone.promised.atMost + all.promised.atMost + SMALL)
  })
})
