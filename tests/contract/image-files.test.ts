/** An image opened as the page does it: through the client, the router with the app's own contract, and the handlers. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { imageFilesHandlers } from '@main/handlers/image-files'
import { rawTar, savedFiles, savedImage, tarOf } from '@main/images/testing/archives'
import { serviceOn } from '@main/images/testing/service'
import type { EngineSession } from '@main/resources/session'
import { TaskRegistry } from '@main/tasks/registry'
import { contract } from '@shared/contract'
import type { OpenedImage, OpenEvent } from '@shared/contract/image-files'
import { harnessOf, type Harness } from './harness'

type Contract = Pick<typeof contract, 'imageFiles'>

/** An engine is not asked for an archive of this computer. */
const noEngine = {
  client: () => Promise.reject(new Error('no engine is asked')),
  containers: new Map(),
  images: new Map()
} as unknown as EngineSession

let folder: string
let page: Harness<Contract>
let target: string

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'contract-'))
  target = join(folder, 'saved')
  const imageFiles = imageFilesHandlers({
    images: serviceOn(noEngine, join(folder, 'cache')),
    session: noEngine,
    tasks: new TaskRegistry(),
    chooseSource: () => Promise.resolve(join(folder, 'image.tar')),
    chooseTarget: () => Promise.resolve(target),
    chooseTargetFolder: () => Promise.resolve(folder)
  })
  page = harnessOf({ imageFiles: contract.imageFiles }, { imageFiles })
})
afterEach(async () => {
  page.close()
  await rm(folder, { recursive: true, force: true })
})

const config = {
  config: {
    Env: ['PATH=/bin', 'TOKEN=abc'],
    Entrypoint: ['/bin/run'],
    ExposedPorts: { '80/tcp': {}, '53/udp': {} },
    Volumes: { '/data': {} },
    Labels: { maintainer: 'somebody' },
    Healthcheck: { Test: ['CMD', 'true'], Interval: 1e9 }
  }
}
const layers = [
  rawTar(
    { name: 'etc/', type: '5' },
    { name: 'etc/name', content: 'one\n' },
    { name: 'l', type: '2', link: 'etc' }
  ),
  rawTar({ name: 'etc/.wh.name' }, { name: 'etc/other', content: 'two\n' })
]

async function open(bytes: Uint8Array): Promise<{ image: OpenedImage; close: () => void }> {
  await writeFile(join(folder, 'image.tar'), bytes)
  const chosen = await page.api.imageFiles.chooseArchive({ folder: false })
  const events = page.api.imageFiles.open({ source: { kind: 'archive', token: chosen?.token ?? '' } })
  const iterator = (events as AsyncIterable<OpenEvent>)[Symbol.asyncIterator]()
  for (;;) {
    const { value, done } = await iterator.next()
    if (done === true) throw new Error('it ended before it was ready')
    if (value.kind === 'ready') return { image: value.image, close: () => events.close() }
  }
}

test('what was read arrives as it was read: what is a list of keys there is one here', async () => {
  const { image, close } = await open(tarOf(savedFiles(layers, { config })))
  expect(image.config).toMatchObject({
    Env: config.config.Env,
    Entrypoint: ['/bin/run'],
    ExposedPorts: ['80/tcp', '53/udp'],
    Volumes: ['/data'],
    Labels: { maintainer: 'somebody' },
    Healthcheck: { Test: ['CMD', 'true'], Interval: 1e9 }
  })
  expect(image).toMatchObject({
    name: 'a:1',
    platform: 'linux/amd64',
    sizeBytes: 4,
    storedBytes: 8,
    files: 2
  })
  expect(image.layers.map(({ instruction, added, removed }) => [instruction, added, removed])).toEqual([
    ['RUN step 0', 2, 0],
    ['RUN step 1', 1, 1]
  ])
  close()
  expect(page.warnings).toEqual([])
})

test('every question about it is answered in the contract’s form', async () => {
  const { image, close } = await open(savedImage(...layers))
  const at = { handle: image.handle, view: { kind: 'image', layer: 1 } as const, path: '/' }
  const { api } = page
  const { entries, total } = await api.imageFiles.children({
    ...at,
    sort: 'name',
    changes: false,
    offset: 0,
    limit: 10
  })
  expect([total, entries.map(({ path, kind, link }) => [path, kind, link])]).toEqual([
    2,
    [
      ['/etc', 'directory', null],
      ['/l', 'symlink', 'etc']
    ]
  ])
  expect(await api.imageFiles.entry({ ...at, path: '/etc/other' })).toMatchObject({
    sizeBytes: 4,
    badge: 'added'
  })
  expect(await api.imageFiles.treemap({ ...at, depth: 3, limit: 10 })).toMatchObject({ bytes: 4 })
  expect(await api.imageFiles.waste({ handle: image.handle, limit: 10 })).toMatchObject({
    total: 1,
    paths: [{ path: '/etc/name', bytes: 4 }]
  })
  const found: string[] = []
  for await (const batch of api.imageFiles.search({
    handle: image.handle,
    view: at.view,
    query: 'o*',
    limit: 10
  })) {
    found.push(...batch.map(({ path }) => path))
  }
  expect(found).toEqual(['/etc/other'])
  const pieces: Uint8Array[] = []
  const bytes = api.imageFiles.read({
    ...at,
    view: { kind: 'layer', layer: 0 },
    path: '/etc/name',
    offset: 0,
    limit: 100
  })
  for await (const piece of bytes) pieces.push(piece)
  expect(Buffer.concat(pieces).toString()).toBe('one\n')
  await api.imageFiles.save({ ...at, path: '/etc/other' })
  await expect.poll(() => readFile(target, 'utf8').catch(() => '')).toBe('two\n')
  await expect(api.imageFiles.entry({ ...at, path: '/etc/name' })).rejects.toMatchObject({ code: 'NotFound' })
  close()
  expect(page.warnings.map(({ error }) => (error as { code?: string }).code)).toEqual(['NotFound'])
})

test('a hostile archive arrives as an error with a hint, and the next one opens', async () => {
  const before = rawTar({ name: '../../escape', pax: { mtime: '9'.repeat(20) } })
  for (const bytes of [Buffer.alloc(10), Buffer.from('x'.repeat(2000)), savedImage(Buffer.from('no tar'))]) {
    await expect(open(bytes)).rejects.toMatchObject({
      message: expect.stringMatching(/^Could not open the archive: .*\.$/) as string,
      hint: expect.any(String) as string
    })
  }
  const { image, close } = await open(savedImage(before))
  const children = await page.api.imageFiles.children({
    handle: image.handle,
    view: { kind: 'image', layer: 0 },
    path: '/',
    sort: 'name',
    changes: false,
    offset: 0,
    limit: 10
  })
  expect(children.entries).toMatchObject([{ path: '/escape', damaged: true }])
  close()
})
