import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readdir, rm, truncate, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { pack } from 'tar-stream'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { assemble, type Assembled } from './assemble'
import { LayerCache } from './layer-cache'
import { mergeLayers } from './merge-layers'

const hash = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

type Files = Readonly<Record<string, string | Uint8Array>>

async function tar(files: Files): Promise<Buffer> {
  const archive = pack()
  for (const [name, content] of Object.entries(files))
    archive.entry({ name }, Buffer.from(content as Uint8Array))
  archive.finalize()
  const chunks: Buffer[] = []
  for await (const chunk of archive as AsyncIterable<Buffer>) chunks.push(chunk)
  return Buffer.concat(chunks)
}

/** An image with these layers, as `docker save` of today writes it; `change` spoils it. */
function saved(
  layers: readonly Uint8Array[],
  { stored = layers, order = 'last' }: { stored?: readonly Uint8Array[]; order?: 'first' | 'last' } = {}
): Files {
  const config = Buffer.from(
    JSON.stringify({
      os: 'linux',
      architecture: 'amd64',
      rootfs: { type: 'layers', diff_ids: layers.map((layer) => `sha256:${hash(layer)}`) },
      history: layers.map((_, i) => ({ created_by: `RUN step ${i} # buildkit` }))
    })
  )
  const blob = (bytes: Uint8Array): string => `blobs/sha256/${hash(bytes)}`
  const documents = {
    [blob(config)]: config,
    'manifest.json': JSON.stringify([{ Config: blob(config), RepoTags: ['a:1'], Layers: stored.map(blob) }])
  }
  const blobs = Object.fromEntries(stored.map((bytes) => [blob(bytes), bytes]))
  return order === 'last' ? { ...blobs, ...documents } : { ...documents, ...blobs }
}

describe('an archive', () => {
  let folder: string
  let cache: LayerCache

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'assemble-'))
    cache = new LayerCache(join(folder, 'cache'))
  })
  afterEach(() => rm(folder, { recursive: true, force: true }))

  async function openFile(bytes: Uint8Array): Promise<Assembled> {
    const path = join(folder, 'image.tar')
    await writeFile(path, bytes)
    return await open(path)
  }

  const open = (path: string, signal = new AbortController().signal): Promise<Assembled> =>
    assemble(
      { kind: 'archive', path, name: 'image.tar', image: null },
      { cache, signal, onProgress: () => undefined }
    )

  const names = ({ layers }: Assembled): string[] => {
    const tree = mergeLayers(layers)
    return Array.from({ length: tree.count - 1 }, (_, i) => tree.pathOf(i + 1))
  }

  const twoLayers = async (): Promise<Buffer[]> => [
    await tar({ 'a/b': 'one', c: 'two' }),
    await tar({ 'a/.wh.b': '', d: '3' })
  ]

  test('is read whatever its order and compression, and never twice', async () => {
    const layers = await twoLayers()
    const zipped = layers.map((layer) => gzipSync(layer))
    for (const files of [
      saved(layers),
      saved(layers, { order: 'first' }),
      saved(layers, { stored: zipped }),
      saved(layers, { stored: zipped, order: 'first' })
    ]) {
      cache = new LayerCache(join(folder, `cache-${Math.random()}`))
      for (const bytes of [await tar(files), gzipSync(await tar(files))]) {
        const first = await openFile(bytes)
        expect(names(first)).toEqual(['/a', '/c', '/d'])
      }
      const again = await openFile(await tar(files))
      expect(again.cachedLayers).toBe(2)
      // Another process with the same folder.
      cache = new LayerCache(join(folder, 'cache'))
    }
  })

  test('of an older docker, with links between layers that are the same', async () => {
    const [layer] = (await twoLayers()) as [Buffer]
    const config = JSON.stringify({
      rootfs: { diff_ids: [`sha256:${hash(layer)}`, `sha256:${hash(layer)}`] }
    })
    const archive = pack()
    archive.entry({ name: 'one/layer.tar' }, layer)
    archive.entry({ name: 'two/layer.tar', type: 'symlink', linkname: '../one/layer.tar' })
    archive.entry({ name: `${hash(Buffer.from(config))}.json` }, config)
    archive.entry(
      { name: 'manifest.json' },
      JSON.stringify([
        { Config: `${hash(Buffer.from(config))}.json`, Layers: ['one/layer.tar', 'two/layer.tar'] }
      ])
    )
    archive.finalize()
    const chunks: Buffer[] = []
    for await (const chunk of archive as AsyncIterable<Buffer>) chunks.push(chunk)
    expect((await openFile(Buffer.concat(chunks))).layers).toHaveLength(2)
  })

  test('that is an OCI layout opens as a file and as a folder; attestations are no images', async () => {
    const [layer] = (await twoLayers()) as [Buffer]
    const docker = saved([layer])
    const config = Buffer.from(
      Object.entries(docker).find(([, value]) => value.toString().includes('diff_ids'))![1] as Uint8Array
    )
    const digest = (bytes: Uint8Array): string => `sha256:${hash(bytes)}`
    const manifest = Buffer.from(
      JSON.stringify({ config: { digest: digest(config) }, layers: [{ digest: digest(layer) }] })
    )
    const attestation = {
      digest: digest(Buffer.from('{}')),
      platform: { os: 'unknown', architecture: 'unknown' }
    }
    const index = JSON.stringify({
      manifests: [
        attestation,
        {
          digest: digest(manifest),
          platform: { os: 'linux', architecture: 'arm64' },
          annotations: { 'org.opencontainers.image.ref.name': 'v1' }
        }
      ]
    })
    const files: Record<string, string | Uint8Array> = { 'index.json': index, 'oci-layout': '{}' }
    for (const bytes of [layer, config, manifest, Buffer.from('{}')])
      files[`blobs/sha256/${hash(bytes)}`] = bytes
    const opened = await openFile(await tar(files))
    expect(opened.archived).toMatchObject([{ name: 'v1', platform: 'linux/arm64' }])
    const layout = join(folder, 'layout')
    for (const [name, content] of Object.entries(files)) {
      await mkdir(dirname(join(layout, name)), { recursive: true })
      await writeFile(join(layout, name), content)
    }
    cache = new LayerCache(join(folder, 'other'))
    expect(names(await open(layout))).toEqual(names(opened))
  })

  test('that is damaged, cut short or no image at all ends in a sentence', async () => {
    const layers = await twoLayers()
    const files = saved(layers)
    const whole = await tar(files)
    const [firstBlob] = Object.keys(files) as [string]
    const wrongDigest = { ...files, [firstBlob]: await tar({ evil: 'x' }) }
    const cases: [string, Uint8Array, string][] = [
      ['an empty file', Buffer.alloc(0), 'DataLoss'],
      ['zeros', Buffer.alloc(100_000), 'InvalidParameter'],
      ['text', Buffer.from('hello '.repeat(500)), 'DataLoss'],
      ['cut in a layer', whole.subarray(0, 1200), 'DataLoss'],
      ['cut gzip', gzipSync(whole).subarray(0, 200), 'DataLoss'],
      ['a layer under another digest', await tar(wrongDigest), 'DataLoss'],
      ['a layer that is missing', await tar(Object.fromEntries(Object.entries(files).slice(1))), 'DataLoss'],
      ['another tar', await tar({ 'x.txt': 'y' }), 'InvalidParameter'],
      ['a manifest of nonsense', await tar({ 'manifest.json': '{"a":' }), 'DataLoss'],
      ['xz', Buffer.from([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0, 0, 0, 0]), 'InvalidParameter'],
      [
        'broken zstd',
        Buffer.concat([Buffer.from([0x28, 0xb5, 0x2f, 0xfd]), Buffer.alloc(300, 7)]),
        'DataLoss'
      ]
    ]
    for (const [what, bytes, code] of cases) {
      const error: unknown = await openFile(bytes).catch((thrown: unknown) => thrown)
      expect([what, (error as { code?: string }).code]).toEqual([what, code])
      expect((error as { hint?: string }).hint).toBeTruthy()
    }
    for (let at = 700; at < whole.length; at += 512) {
      const spoilt = Buffer.from(whole)
      spoilt[at] = (spoilt[at] ?? 0) ^ 0x55
      cache = new LayerCache(join(folder, 'spoilt'))
      const outcome = await openFile(spoilt).catch((thrown: unknown) => thrown)
      // A bit of padding may change; nothing that is read may.
      if (!(outcome instanceof Error)) expect(names(outcome as Assembled)).toEqual(['/a', '/c', '/d'])
      else expect(outcome).toHaveProperty('code')
      await rm(join(folder, 'spoilt'), { recursive: true, force: true })
    }
  })

  test('comes from an engine as well, once; a connection that breaks off is said', async () => {
    const layers = await twoLayers()
    const bytes = await tar(saved(layers))
    const asked: string[] = []
    const server = createServer((request, reply) => {
      asked.push(request.url ?? '')
      if (asked.length > 1) reply.write(bytes.subarray(0, 700), () => reply.destroy())
      else reply.end(bytes)
    })
    const path = join(folder, 'engine.sock')
    await new Promise<void>((resolve) => server.listen(path, resolve))
    const source = {
      kind: 'image' as const,
      bytes: { endpoint: { kind: 'unix' as const, path }, path: '/v1.51/images/x/get' },
      name: 'a:1',
      imageId: 'a'.repeat(64),
      diffIds: layers.map(hash),
      config: null,
      platform: 'linux/amd64'
    }
    const { signal } = new AbortController()
    const progress: number[] = []
    const openImage = (more: object = {}): Promise<Assembled> =>
      assemble({ ...source, ...more }, { cache, signal, onProgress: (news) => progress.push(news.bytes) })
    try {
      expect(names(await openImage())).toEqual(['/a', '/c', '/d'])
      expect(progress.at(-1)).toBe(bytes.length)
      expect((await openImage()).cachedLayers).toBe(2)
      expect(asked).toEqual(['/v1.51/images/x/get'])
      cache = new LayerCache(join(folder, 'empty'))
      await expect(openImage()).rejects.toMatchObject({ code: 'Unavailable' })
    } finally {
      await new Promise((resolve) => server.close(resolve))
    }
  })

  test('that is hostile costs neither memory nor time', async () => {
    const header = await tar({ x: '' })
    const long = Buffer.from(header.subarray(0, 512))
    long.write('x', 156)
    long.write('77777777777', 124)
    fixChecksum(long)
    const before = process.memoryUsage().rss
    await expect(openFile(Buffer.concat([long, Buffer.alloc(10_000)]))).rejects.toMatchObject({
      code: 'InvalidParameter'
    })
    const huge = Buffer.from(header.subarray(0, 512))
    huge.write('77777777777', 124)
    fixChecksum(huge)
    await expect(openFile(Buffer.concat([huge, Buffer.alloc(10_000)]))).rejects.toMatchObject({
      code: 'DataLoss'
    })
    expect(process.memoryUsage().rss - before).toBeLessThan(200 * 1024 * 1024)
    const escaping = await tar({ '../../../etc/cron.d/x': 'x', '/abs': 'y' })
    const opened = await openFile(await tar(saved([escaping])))
    expect(names(opened)).toEqual(['/abs', '/etc', '/etc/cron.d', '/etc/cron.d/x'])
    expect(opened.layers[0]?.totals.damagedNames).toBe(1)
    expect(existsSync('/etc/cron.d/x')).toBe(false)
  })

  test('can be cancelled in the middle', async () => {
    const path = join(folder, 'image.tar')
    await writeFile(path, await tar(saved(await twoLayers())))
    await expect(open(path, AbortSignal.abort())).rejects.toThrow()
  })

  test('whose remembered layers are spoilt on disk is read again', async () => {
    const files = saved(await twoLayers())
    await openFile(await tar(files))
    const kept = (await readdir(join(folder, 'cache'))).filter((name) => name.endsWith('.layer'))
    expect(kept).toHaveLength(2)
    await truncate(join(folder, 'cache', kept[0]!), 100)
    await writeFile(join(folder, 'cache', kept[1]!), 'nonsense')
    cache = new LayerCache(join(folder, 'cache'))
    const opened = await openFile(await tar(files))
    expect([opened.cachedLayers, names(opened)]).toEqual([0, ['/a', '/c', '/d']])
  })

  test('is forgotten when the folder is full', async () => {
    cache = new LayerCache(join(folder, 'small'), { memoryBytes: 0, diskBytes: 800 })
    await openFile(await tar(saved(await twoLayers())))
    expect((await readdir(join(folder, 'small'))).length).toBeLessThan(2)
  })
})

function fixChecksum(block: Buffer): void {
  block.fill(' ', 148, 156)
  const sum = block.reduce((total, byte) => total + byte, 0)
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148)
}
