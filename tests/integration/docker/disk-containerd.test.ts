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
  let onDisk: ReturnType<typeof diskOf>['onDisk']

  beforeAll(async () => {
    engine = await startEngine({ config: { features: { 'containerd-snapshotter': true } } })
    await engine.importBusybox()
    client = await DockerClient.connect({ kind: 'unix', path: engine.socket })
    ;({ disk, remove, onDisk } = diskOf(engine, client))
    await build(engine, 'one:1', [`RUN ${random('/a', 3)}`, `RUN ${random('/b', 2)}`])
    await build(engine, 'two:1', [`RUN ${random('/a', 3)}`, `RUN ${random('/c', 4)}`])
  })
  afterAll(async () => {
    client.dispose()
    await engine.stop()
  })

  /** The engine collects what nothing refers to a moment later: the folders have to come to rest. */
  async function settled(): Promise<void> {
    let before = -1
    const same = async (): Promise<boolean> => {
      const now = await onDisk()
      const rests = now === before
      before = now
      return rests
    }
    await expect.poll(same, { timeout: 30_000, interval: 1500 }).toBe(true)
  }

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
    // What building left behind goes with the first thing that is removed.
    await engine.docker('tag', 'one:1', 'spare:1')
    await engine.docker('rmi', 'spare:1')
    await settled()
    const alone = await remove((report) => [imageKey(report, 'one:1')])
    await settled()
    expect(alone.promised).toMatchObject({ atLeast: 0, exact: false })
    const first = await alone.folders()
    const all = await remove((report) => [
      imageKey(report, 'two:1'),
      ...report.cache.map(({ id }) => diskKey('cache', id))
    ])
    await settled()
    expect(all.kept).toEqual([])
    expect(all.promised.atLeast).toBeGreaterThanOrEqual(7 * MB)
    const second = await all.folders()
    console.log(first, alone.promised, second, all.promised)
    expect(first).toBeLessThan(alone.promised.atMost + SMALL)
    expect(second).toBeGreaterThan(all.promised.atLeast - SMALL)
    expect(second).toBeLessThan(all.promised.atMost + SMALL)
  })
})
