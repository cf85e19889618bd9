/** Every image verb on the real engine, and the sample. */
import { createReadStream, existsSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { SAMPLE_IMAGE } from '@shared/docker/sample'
import { DockerClient } from '@main/docker/client'
import { listContainers, stopContainer } from '@main/docker/containers'
import { findImage, listImages, loadImage, removeImage } from '@main/docker/images'
import { pullImage } from '@main/docker/image-transfers'
import { previewImageRemoval } from '@main/docker/removal'
import { runSample } from '@main/docker/sample'
import { BUSYBOX, canRunEngine, startEngine, type TestEngine } from '../engine-fixture'

const SAMPLE_ARCHIVE = resolve(import.meta.dirname, '../../../resources/sample/quayside-sample.tar')

describe.skipIf(!canRunEngine)('images on the real engine', () => {
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

  const idOf = async (name: string) => (await findImage(client, name))?.Id ?? ''

  it('are found by name and id, and an unknown one is null', async () => {
    const id = await idOf(BUSYBOX)
    expect(id).toMatch(/^sha256:[0-9a-f]{64}$/)
    expect(await idOf(id)).toBe(id)
    expect(await findImage(client, 'nosuch:tag')).toBeNull()
    expect((await listImages(client)).map((image) => image.RepoTags)).toEqual([[BUSYBOX]])
  })

  it('are loaded from an archive with their names, and removed with all their tags', async () => {
    const archive = `${engine.home}/saved.tar`
    await engine.docker('tag', BUSYBOX, 'saved:1')
    await engine.docker('tag', BUSYBOX, 'saved:2')
    await engine.docker('save', '-o', archive, 'saved:1', 'saved:2')
    await engine.docker('rmi', 'saved:1', 'saved:2')
    const messages: string[] = []
    const loaded = await loadImage(client, createReadStream(archive), (message) => messages.push(message))
    expect(loaded.sort()).toEqual(['saved:1', 'saved:2'])
    expect(messages.at(-1)).toMatch(/^Loaded image/)
    await engine.docker('rmi', BUSYBOX)
    await removeImage(client, await idOf('saved:1'))
    expect(await listImages(client)).toEqual([])
    await expect(removeImage(client, `sha256:${'0'.repeat(64)}`)).rejects.toMatchObject({ code: 'NotFound' })
    await loadImage(client, createReadStream(archive))
    await engine.docker('tag', 'saved:1', BUSYBOX)
  })

  it('are not loaded from what is no archive, and that is said', async () => {
    const path = `${engine.home}/not-a-tar`
    await writeFile(path, 'x'.repeat(10_000))
    await expect(loadImage(client, createReadStream(path))).rejects.toMatchObject({
      code: 'InvalidParameter'
    })
    await writeFile(path, '')
    await expect(loadImage(client, createReadStream(path))).rejects.toMatchObject({
      code: 'InvalidParameter'
    })
  })

  it('in use are refused with the container that uses them, and the preview names it', async () => {
    const id = await idOf(BUSYBOX)
    await engine.docker('create', '--name', 'user', BUSYBOX, 'true')
    expect(await previewImageRemoval(client, [id, `sha256:${'0'.repeat(64)}`])).toMatchObject([
      {
        Id: id,
        tags: expect.arrayContaining([BUSYBOX]) as string[],
        usedBy: [{ name: 'user', running: false }]
      }
    ])
    await engine.docker('tag', BUSYBOX, 'second:tag')
    const tags = async () => (await findImage(client, id))?.RepoTags.length
    const before = await tags()
    await expect(removeImage(client, id)).rejects.toMatchObject({ code: 'Conflict' })
    expect(await tags(), 'a refusal takes no tag away').toBe(before)
    await engine.docker('rm', 'user')
  })

  it('that no registry has are not pulled, and the registry’s reason is given', async () => {
    await expect(pullImage(client, 'registry.invalid/x:y')).rejects.toMatchObject({ code: 'Unavailable' })
    await expect(pullImage(client, 'UPPER:y')).rejects.toMatchObject({ code: 'InvalidParameter' })
    await expect(
      pullImage(client, 'registry.invalid/x:y', undefined, AbortSignal.abort())
    ).rejects.toMatchObject({
      code: 'Cancelled'
    })
  })

  it.skipIf(!existsSync(SAMPLE_ARCHIVE))(
    'run as the sample, again after a stop, and on another port when theirs is taken',
    async () => {
      let loads = 0
      const load = () => {
        loads += 1
        return loadImage(client, createReadStream(SAMPLE_ARCHIVE))
      }
      const id = await runSample(client, load)
      expect(await idOf(SAMPLE_IMAGE)).not.toBe('')
      expect(await engine.inNetwork('busybox', 'wget', '-qO-', 'http://127.0.0.1:8080/')).toContain('<')
      expect(await runSample(client, load)).toBe(id)
      await stopContainer(client, id)
      expect(await runSample(client, load)).toBe(id)
      await stopContainer(client, id)
      await engine.docker('run', '-d', '--name', 'squatter', '-p', '8080:80', BUSYBOX, 'sleep', '1000')
      const other = await runSample(client, load)
      expect(other).not.toBe(id)
      expect(loads).toBe(1)
      const sample = (await listContainers(client)).find((row) => row.Id === other)
      const port = sample?.Ports[0]?.PublicPort ?? 0
      expect(await engine.inNetwork('busybox', 'wget', '-qO-', `http://127.0.0.1:${port}/`)).toContain('<')
    }
  )
})
