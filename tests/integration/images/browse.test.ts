/**
 * Images looked into on a real engine, held against what docker itself and the system's tar say of them: the whole image
 * against `docker create` and `docker export`, layers against the tars of `docker save`.
 */
import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { FileView, OpenedImage } from '@shared/contract/image-files'
import { AppError } from '@shared/errors'
import type { ImageFilesService } from '@main/images/service'
import { listContainers } from '@main/docker/containers'
import { sweepTemporary, TEMPORARY_LABEL } from '@main/docker/image-files'
import { EngineSession } from '@main/resources/session'
import { canRunEngine, startEngine, type TestEngine } from '../engine-fixture'
import { openWith, serviceOn } from '@main/images/testing/service'
import { DOCKERFILE, everything, listing, never, sorted, tarListing } from './browse-fixture'

const exec = promisify(execFile)

describe.skipIf(!canRunEngine).each(['classic', 'containerd'] as const)(
  'an image of the %s store',
  (store) => {
    let engine: TestEngine
    let session: EngineSession
    let service: ImageFilesService
    let scratch: string
    let id: string

    beforeAll(async () => {
      engine = await startEngine({
        config: { features: { 'containerd-snapshotter': store === 'containerd' } }
      })
      scratch = await mkdtemp(join(tmpdir(), 'browse-'))
      await engine.importBusybox()
      session = new EngineSession()
      await session.connect({ kind: 'unix', path: engine.socket })
      service = serviceOn(session, join(scratch, 'cache'))
      const context = join(scratch, 'context')
      await mkdir(context)
      await writeFile(join(context, 'Dockerfile'), DOCKERFILE)
      await engine.docker('build', '--provenance=false', '-t', 'browse:test', context)
      await writeFile(
        join(context, 'Dockerfile'),
        'FROM browse:test\nRUN echo more > /srv/more && sed -i s/again/changed/ /srv/many/d0/f1\nENV MORE=1\n'
      )
      await engine.docker('build', '--provenance=false', '-t', 'browse:more', context)
      id = await engine.docker('image', 'inspect', '-f', '{{.Id}}', 'browse:test')
    })

    afterAll(async () => {
      session.disconnect()
      await engine.stop()
      await rm(scratch, { recursive: true, force: true })
    })

    test('shows what a container made from it has', async () => {
      const { image, close } = await openWith(service, { kind: 'image', id: id })
      const container = await engine.docker('create', 'browse:test')
      const file = join(scratch, 'export.tar')
      await engine.docker('export', '-o', file, container)
      await engine.docker('rm', container)
      const whole: FileView = { kind: 'image', layer: image.layers.length - 1 }
      const ours = listing(await everything(service, image.handle, whole))
      const theirs = await tarListing(file)
      // The engine makes these in every container.
      const made = /^\/(dev|proc|sys|etc\/(hosts|hostname|resolv\.conf|mtab)|\.dockerenv)(\/|$)/
      for (const map of [ours, theirs])
        for (const path of [...map.keys()]) if (made.test(path)) map.delete(path)
      ours.delete('/etc')
      theirs.delete('/etc')
      expect(sorted(ours)).toEqual(sorted(theirs))
      expect(ours.get('/srv/many/d0/f2')).toMatch(/^- rwsr-xr-x/)
      expect(image.layers.filter(({ empty }) => !empty)).toHaveLength(6)
      expect(image.layers.at(-1)).toMatchObject({ empty: true, instruction: 'CMD ["sh","-c","true"]' })
      expect(image.layers.map(({ instruction }) => instruction)).toContainEqual(
        expect.stringMatching(/^RUN rm -r \/srv\/gone/)
      )
      await close()
    })

    test('has the layers, sizes and wasted bytes that its archive has', async () => {
      const { image, close } = await openWith(service, { kind: 'image', id: id })
      const folder = join(scratch, 'saved')
      await mkdir(folder)
      await engine.docker('save', '-o', join(scratch, 'saved.tar'), 'browse:test')
      await exec('tar', ['-C', folder, '-xf', join(scratch, 'saved.tar')])
      const [{ Layers }] = JSON.parse(await readFile(join(folder, 'manifest.json'), 'utf8')) as [
        { Layers: string[] }
      ]
      const layers = image.layers.filter(({ empty }) => !empty)
      let stored = 0
      for (const [i, path] of Layers.entries()) {
        const theirs = await tarListing(join(folder, path))
        const whiteouts = [...theirs.keys()].filter((name) => /(^|\/)\.wh\./.test(name))
        const view: FileView = { kind: 'layer', layer: layers[i]!.index }
        const ours = await everything(service, image.handle, view)
        const written = listing(ours.filter(({ badge }) => badge !== 'removed'))
        for (const name of whiteouts) theirs.delete(name)
        // Directories that an archive only implies are not in its listing.
        for (const name of [...written.keys()])
          if (!theirs.has(name) && written.get(name)?.startsWith('d')) written.delete(name)
        expect([path, sorted(written)]).toEqual([path, sorted(theirs)])
        for (const name of whiteouts.filter((name) => !name.endsWith('.wh..wh..opq'))) {
          const removed = name.replace('.wh.', '')
          expect(ours.find((entry) => entry.path === removed)?.badge).toBe('removed')
        }
        const { stdout } = await exec('sh', [
          '-c',
          `tar -tvf "$1" | awk '/^-/ {s += $3} END {print s + 0}'`,
          'sh',
          join(folder, path)
        ])
        expect(layers[i]!.sizeBytes).toBe(Number(stdout))
        stored += Number(stdout)
      }
      expect(image.storedBytes).toBe(stored)
      const lost = 'bye\n'.length + 'secret\n'.length + '0.1\n'.length + '0.2\n'.length * 1
      const d1 = 9 * '1.1\n'.length
      expect(image.wastedBytes).toBe(lost + d1)
      const { paths } = await service.browser.one('waste', { handle: image.handle, limit: 100 }, never)
      expect(paths.reduce((sum, { bytes }) => sum + bytes, 0)).toBe(image.wastedBytes)
      expect(paths.map(({ path }) => path)).toContain('/srv/gone')
      expect(image.efficiency).toBeGreaterThan(0.99)
      await close()
    })

    test('opens without reading when its layers are known, and an image on top of it reads only its own', async () => {
      const again = await openWith(service, { kind: 'image', id: id })
      expect(again.image.cachedLayers).toBe(6)
      const more = await engine.docker('image', 'inspect', '-f', '{{.Id}}', 'browse:more')
      const other = await openWith(service, { kind: 'image', id: more })
      expect(other.image.cachedLayers).toBe(6)
      const { handle } = again.image
      const comparison = await service.browser.one('compare', { handle, with: other.image.handle }, never)
      expect(comparison).toMatchObject({
        added: 1,
        removed: 0,
        sharedLayers: { count: 6, before: 6, after: 7 }
      })
      expect(comparison.config).toEqual([{ key: 'Env MORE', before: null, after: '1' }])
      const diff = await service.textDiff(handle, other.image.handle, '/srv/many/d0/f1', never)
      expect(diff).toEqual({
        kind: 'text',
        hunks: [{ oldStart: 1, newStart: 1, lines: ['-again', '+changed'] }]
      })
      await again.close()
      await other.close()
    })

    test('opens an image it has never seen without its archive when all its layers are known', async () => {
      const context = join(scratch, 'later')
      await mkdir(context)
      await writeFile(join(context, 'Dockerfile'), 'FROM browse:test\nLABEL later=1\nUSER 7\n')
      await engine.docker('build', '--provenance=false', '-t', 'browse:later', context)
      const source = {
        kind: 'image' as const,
        id: await engine.docker('image', 'inspect', '-f', '{{.Id}}', 'browse:later')
      }
      await (await openWith(service, { kind: 'image', id })).close()
      const known = serviceOn(session, join(scratch, 'cache'))
      known.sources.resolve = async (asked, signal) => {
        const resolved = await service.sources.resolve(asked, signal)
        if (resolved.kind !== 'image') throw new Error('not an image')
        return { ...resolved, bytes: { ...resolved.bytes, path: '/nonexistent' } }
      }
      const opened = await openWith(known, source)
      const read = await openWith(serviceOn(session, join(scratch, 'other-cache')), source)
      expect([opened.image.cachedLayers, read.image.cachedLayers]).toEqual([6, 0])
      const seconds = (text: string): string => text.replace(/\.\d+Z$/, 'Z')
      const wholeSeconds = ({ layers, history, ...rest }: OpenedImage) => ({
        ...rest,
        handle: '',
        cachedLayers: 0,
        archived: [],
        layers: layers.map((layer) => ({ ...layer, createdAt: Math.floor((layer.createdAt ?? 0) / 1000) })),
        history: history.map((entry) => ({ ...entry, created: seconds(entry.created.replace('.000Z', 'Z')) }))
      })
      expect(wholeSeconds(opened.image)).toEqual(wholeSeconds(read.image))
      await opened.close()
      await read.close()
    })

    test('gives the bytes of files that are there and of files that are gone, and leaves no container', async () => {
      const { image, close } = await openWith(service, { kind: 'image', id: id })
      const { handle, layers } = image
      const text = async (view: FileView, path: string, offset = 0): Promise<string> => {
        const pieces: Uint8Array[] = []
        for await (const piece of service.contents.read({ handle, view, path, offset, limit: 4096 }, never))
          pieces.push(piece)
        return Buffer.concat(pieces).toString()
      }
      const whole: FileView = { kind: 'image', layer: layers.length - 1 }
      expect(await text(whole, '/srv/many/d0/f1')).toBe('again\n')
      expect(await text(whole, '/opt/out/linked')).toMatch(/^1\n2\n3\n/)
      expect(await text(whole, '/opt/out/numbers', 4)).toMatch(/^3\n4\n/)
      const secret = layers.find(({ instruction }) => instruction.includes('echo secret'))!.index
      expect(await text({ kind: 'layer', layer: secret }, '/srv/secret')).toBe('secret\n')
      expect(await text({ kind: 'layer', layer: secret + 1 }, '/srv/secret')).toBe('secret\n')
      await expect(text(whole, '/srv/secret')).rejects.toMatchObject({ code: 'NotFound' })
      await expect(text(whole, '/srv/many')).rejects.toMatchObject({ code: 'InvalidParameter' })
      const client = await session.client()
      expect(await engine.docker('ps', '-aq')).toBe('')
      // As a killed app would leave it: hidden from the list, swept with the next connection.
      const left = await engine.docker(
        'create',
        '--label',
        `${TEMPORARY_LABEL}=${(await exec('hostname')).stdout.trim()}/999999`,
        'browse:test'
      )
      expect(await listContainers(client)).toEqual([])
      expect(await sweepTemporary(client)).toBe(1)
      expect(await engine.docker('ps', '-aq', '--no-trunc')).not.toContain(left)
      await close()
    })

    test('is saved to disk as it is, also where only a layer has it', async () => {
      const { image, close } = await openWith(service, { kind: 'image', id: id })
      const { handle, layers } = image
      const to = join(scratch, `out-${store}`)
      await mkdir(to)
      const whole: FileView = { kind: 'image', layer: layers.length - 1 }
      await service.contents.save(
        { handle, view: whole, path: '/opt/out' },
        join(to, 'out'),
        () => undefined,
        never
      )
      expect((await readFile(join(to, 'out/linked'), 'utf8')).split('\n')).toHaveLength(2001)
      const layer = layers.find(({ instruction }) => instruction.includes('echo secret'))!.index
      await service.contents.save(
        { handle, view: { kind: 'layer', layer }, path: '/srv' },
        join(to, 'srv'),
        () => undefined,
        never
      )
      expect((await readdir(join(to, 'srv'))).sort()).toEqual(['gone', 'large', 'secret'])
      expect(await readFile(join(to, 'srv/gone/deep/file'), 'utf8')).toBe('bye\n')
      await service.contents.save(
        { handle, view: { kind: 'layer', layer }, path: '/srv/secret' },
        join(to, 'one'),
        () => undefined,
        never
      )
      expect(await readFile(join(to, 'one'), 'utf8')).toBe('secret\n')
      await close()
    })

    test('opens from the file and the folder of its archive as well, and so does a running container', async () => {
      const tar = await openWith(service, {
        kind: 'archive',
        ...pick(service.sources.remember(join(scratch, 'saved.tar')))
      })
      expect(tar.image.name).toBe('browse:test')
      const folder = await openWith(serviceOn(session, join(scratch, 'other')), {
        kind: 'archive',
        token: 'x'
      }).catch((error: unknown) => error)
      expect(folder).toBeInstanceOf(AppError)
      const fresh = serviceOn(session, join(scratch, 'fresh'))
      const layout = await openWith(fresh, {
        kind: 'archive',
        ...pick(fresh.sources.remember(join(scratch, 'saved')))
      })
      expect(layout.image.layers.map(({ diffId }) => diffId)).toEqual(
        tar.image.layers.map(({ diffId }) => diffId)
      )
      expect(layout.image.cachedLayers).toBe(0)
      const container = await engine.docker(
        'run',
        '-d',
        '--network',
        'none',
        'browse:test',
        'sh',
        '-c',
        'echo here > /srv/here; sleep 600'
      )
      await expect
        .poll(() => engine.docker('exec', container, 'cat', '/srv/here').catch(() => ''))
        .toBe('here')
      const root = await openWith(service, { kind: 'container', id: container })
      const comparison = await service.browser.one(
        'compare',
        { handle: tar.image.handle, with: root.image.handle },
        never
      )
      expect(comparison.added).toBeGreaterThan(0)
      const compared: FileView = { kind: 'compare', with: root.image.handle }
      const entry = await service.browser.one(
        'entry',
        { handle: tar.image.handle, view: compared, path: '/srv/here' },
        never
      )
      expect(entry).toMatchObject({ badge: 'added', sizeBytes: 5, layer: null })
      await engine.docker('rm', '-f', container)
      for (const { close } of [tar, layout, root]) await close()
    })
  }
)

const pick = ({ token }: { token: string }) => ({ token })
