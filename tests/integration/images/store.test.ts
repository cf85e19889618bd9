/** Tag, save, load, import, remove and prune on the real engine with both image stores, against the docker CLI. */
import { execFile } from 'node:child_process'
import { createReadStream, createWriteStream } from 'node:fs'
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { pipeline } from 'node:stream/promises'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { DockerClient } from '@main/docker/client'
import { importImage, saveImages, tagImage } from '@main/docker/image-archives'
import { platformReader } from '@main/docker/image-platforms'
import { previewPrune, pruneImages } from '@main/docker/image-prune'
import { imagesUsage } from '@main/docker/image-usage'
import { findImage, loadImage, removeImage } from '@main/docker/images'
import { previewImageRemoval } from '@main/docker/removal'
import { BUSYBOX, canRunEngine, startEngine, type TestEngine } from '../engine-fixture'

const exec = promisify(execFile)
const STORES = [
  ['the classic store', {}],
  ['the containerd store', { features: { 'containerd-snapshotter': true } }]
] as const

describe.skipIf(!canRunEngine).each(STORES)('images in %s', (store, config) => {
  let engine: TestEngine
  let client: DockerClient

  beforeAll(async () => {
    engine = await startEngine({ config })
    await engine.importBusybox()
    client = await DockerClient.connect({ kind: 'unix', path: engine.socket })
  }, 120_000)
  afterAll(async () => {
    client.dispose()
    await engine.stop()
  })

  const idOf = async (name: string) => (await findImage(client, name))?.Id ?? ''

  /** An image of its own: `base` and one more file of `kilobytes`. */
  async function commit(name: string, base: string, kilobytes: number): Promise<string> {
    const script = `dd if=/dev/urandom of=/f-${name.replace(':', '-')} bs=1024 count=${kilobytes} 2>/dev/null`
    const container = await engine.docker('run', '-d', base, 'sh', '-c', script)
    await engine.docker('wait', container)
    const id = await engine.docker('commit', container, name)
    await engine.docker('rm', container)
    return id
  }

  it('are tagged, and a name that is none is refused in words', async () => {
    const id = await idOf(BUSYBOX)
    await tagImage(client, id, 'registry.test:5000/team/tool:1')
    await tagImage(client, id, 'plain')
    expect(await idOf('registry.test:5000/team/tool:1')).toBe(id)
    expect(await idOf('plain:latest')).toBe(id)
    await expect(tagImage(client, id, 'Upper:1')).rejects.toMatchObject({ code: 'InvalidParameter' })
    await expect(tagImage(client, id, `x@sha256:${'0'.repeat(64)}`)).rejects.toMatchObject({
      code: 'InvalidParameter'
    })
    await expect(tagImage(client, `sha256:${'0'.repeat(64)}`, 'x:1')).rejects.toMatchObject({
      code: 'NotFound'
    })
    await removeImage(client, id, { tags: ['plain:latest'] })
    expect(await idOf('plain:latest')).toBe('')
    expect(await idOf(BUSYBOX), 'only the name went').toBe(id)
    await removeImage(client, id, { tags: ['registry.test:5000/team/tool:1'] })
  })

  it('are saved into one archive that the CLI loads, and loaded from one of the CLI', async () => {
    const path = `${engine.home}/two.tar`
    await commit('saved:1', BUSYBOX, 100)
    await commit('saved:2', BUSYBOX, 100)
    const ids = await Promise.all([idOf('saved:1'), idOf('saved:2')])
    await pipeline(saveImages(client, ['saved:1', 'saved:2']), createWriteStream(path))
    await engine.docker('rmi', 'saved:1', 'saved:2')
    expect(await engine.docker('load', '-i', path)).toContain('saved:2')
    expect(await Promise.all([idOf('saved:1'), idOf('saved:2')])).toEqual(ids)
    await engine.docker('save', '-o', path, 'saved:1')
    await engine.docker('rmi', 'saved:1')
    expect(await loadImage(client, createReadStream(path))).toEqual(['saved:1'])
    expect(await idOf('saved:1')).toBe(ids[0])
    await expect(pipeline(saveImages(client, ['nosuch:1']), createWriteStream(path))).rejects.toMatchObject({
      code: 'NotFound'
    })
  })

  it('are made of a root file system, with a name and without, and of nothing else', async () => {
    const root = `${engine.home}/root`
    await mkdir(root)
    await writeFile(`${root}/hello`, 'from the host')
    await exec('tar', ['-C', root, '-czf', `${engine.home}/root.tgz`, '.'])
    const id = await importImage(client, createReadStream(`${engine.home}/root.tgz`), 'imported:1')
    expect(await idOf('imported:1')).toBe(id)
    const container = await engine.docker('create', 'imported:1', 'none')
    await engine.docker('cp', `${container}:/hello`, `${engine.home}/hello`)
    await engine.docker('rm', container)
    await writeFile(`${engine.home}/none`, 'no archive '.repeat(1000))
    await expect(
      importImage(client, createReadStream(`${engine.home}/none`), 'none:1')
    ).rejects.toMatchObject({ hint: expect.any(String) as string })
    await exec('tar', ['-C', root, '-cf', `${engine.home}/root.tar`, '.'])
    const bare = await importImage(client, createReadStream(`${engine.home}/root.tar`), '')
    expect((await findImage(client, bare))?.RepoTags).toEqual([])
    await removeImage(client, bare)
    await engine.docker('rmi', 'imported:1')
  })

  it('have the platform the engine says, and the sizes of docker system df -v', async () => {
    const id = await idOf('saved:1')
    const said = await engine.docker('image', 'inspect', '-f', '{{.Os}}/{{.Architecture}}', 'saved:1')
    const [platform] = await platformReader()(client, [id, `sha256:${'0'.repeat(64)}`])
    expect(platform?.platform.startsWith(said)).toBe(true)
    const usage = await imagesUsage(client)
    const line = await engine.docker('system', 'df', '--format', '{{json .}}')
    const sums = JSON.parse(line.split('\n')[0] ?? '{}') as { TotalCount: string }
    expect(usage.images).toHaveLength(Number(sums.TotalCount))
    const own = usage.images.find((image) => image.Id === id)
    expect(own?.uniqueBytes).toBeGreaterThanOrEqual(100 * 1024)
    expect(own?.sharedBytes).toBeGreaterThan(100 * 1024)
    await expect(imagesUsage(client, AbortSignal.abort())).rejects.toMatchObject({ code: 'Cancelled' })
  })

  it('with dependents say so, and go by force only when nothing runs', async () => {
    const base = await idOf(BUSYBOX)
    await commit('child:1', BUSYBOX, 10)
    await engine.docker('run', '-d', '--name', 'runs', 'saved:1', 'sleep', '1000')
    const [preview, own] = await previewImageRemoval(client, [base, await idOf('saved:1')])
    if (store === 'the classic store') {
      expect(preview?.children.map((child) => child.name)).toEqual(['child:1'])
      await expect(removeImage(client, base)).rejects.toMatchObject({ code: 'Conflict' })
    }
    expect(own?.usedBy).toMatchObject([{ name: 'runs', running: true }])
    const id = await idOf('saved:1')
    await expect(removeImage(client, id)).rejects.toMatchObject({ code: 'Conflict' })
    await expect(removeImage(client, id, { force: true })).rejects.toMatchObject({ code: 'Conflict' })
    await engine.docker('kill', 'runs')
    await engine.docker('wait', 'runs')
    await expect(removeImage(client, id)).rejects.toMatchObject({ code: 'Conflict' })
    await removeImage(client, id, { force: true })
    expect(await idOf('saved:1')).toBe('')
    await engine.docker('rm', 'runs')
    await engine.docker('rmi', 'child:1')
  })

  it('are pruned exactly as the preview said, dangling ones first', async () => {
    const list = async () => (await engine.docker('images', '-aq', '--no-trunc')).split('\n').sort()
    await engine.docker('run', '-d', '--name', 'holds', 'saved:2', 'true')
    const kept = await idOf('saved:2')
    await engine.docker('tag', 'saved:2', 'saved:also')
    const first = await commit('loose:1', BUSYBOX, 200)
    const second = await commit('loose:1', BUSYBOX, 300)
    const top = await commit('top:1', 'loose:1', 50)
    const before = await list()

    const dangling = await previewPrune(client, 'dangling')
    expect(dangling.images.map((image) => image.Id)).toEqual([first])
    const layers = (await imagesUsage(client)).totalBytes
    expect(await pruneImages(client, dangling.images)).toMatchObject({ removed: 1, stayed: [] })
    expect(await list()).toEqual(before.filter((id) => id !== first))
    if (dangling.exact) expect(layers - (await imagesUsage(client)).totalBytes).toBe(dangling.freedBytes)
    expect(dangling.exact).toBe(store === 'the classic store')

    const unused = await previewPrune(client, 'unused')
    expect(unused.images.map((image) => image.Id)).toEqual(expect.arrayContaining([second, top]))
    expect(unused.images.map((image) => image.Id)).not.toContain(kept)
    // One of them is used by the time it is done.
    await engine.docker('create', '--name', 'late', 'top:1')
    const pruned = await pruneImages(client, unused.images)
    expect(pruned.stayed.map((one) => one.name)).toContain('top:1')
    expect(await idOf('top:1')).toBe(top)
    await engine.docker('rm', 'late')

    const rest = await previewPrune(client, 'unused')
    const total = (await imagesUsage(client)).totalBytes
    const done = await pruneImages(client, rest.images)
    expect(done).toMatchObject({ removed: rest.images.length, stayed: [], exact: rest.exact })
    if (rest.exact) expect(total - (await imagesUsage(client)).totalBytes).toBe(rest.freedBytes)
    const gone = new Set(rest.images.map((image) => image.Id))
    expect((await list()).filter((id) => gone.has(id))).toEqual([])
    expect((await findImage(client, kept))?.RepoTags.sort(), 'names of what stays stay').toEqual([
      'saved:2',
      'saved:also'
    ])
    expect((await previewPrune(client, 'unused')).images).toEqual([])
    await rm(`${engine.home}/none`, { force: true })
  })
})
