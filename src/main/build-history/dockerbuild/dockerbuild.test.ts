/** Files of builds: what is written is read again, and what is hostile or broken is a sentence. */
import { createHash } from 'node:crypto'
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { HistoryRecord } from '../../docker/buildkit/records'
import { written } from '../../docker/buildkit/wire'
import { TAR_END, tarHeader, tarPadding } from '../../docker/tar-writer'
import { buildDetail } from '../detail'
import { buildProgress } from '../progress'
import { RECORD_TYPE } from './archive'
import { OpenedBuilds } from './opened'
import { recordFromJson, recordToJson } from './record-json'

const never = new AbortController().signal
let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'dockerbuild-'))
})
afterAll(() => rm(folder, { recursive: true }))

const digestOf = (bytes: Buffer): string => `sha256:${createHash('sha256').update(bytes).digest('hex')}`
const entry = (name: string, bytes: Buffer): Buffer =>
  Buffer.concat([
    tarHeader({ name, type: 'file', size: bytes.length, mode: 0o644, uid: 0, gid: 0, mtimeMs: 0 }),
    bytes,
    tarPadding(bytes.length)
  ])
const blob = (bytes: Buffer): Buffer => entry(`blobs/sha256/${digestOf(bytes).slice(7)}`, bytes)
const json = (value: object): Buffer => Buffer.from(JSON.stringify(value))
const frame = (message: Buffer): Buffer => {
  const length = Buffer.alloc(4)
  length.writeUInt32LE(message.length)
  return Buffer.concat([length, message])
}

const log = frame(
  Buffer.concat([
    written({
      1: written({ 1: 'sha256:a', 3: '[1/1] RUN one', 5: Buffer.from([8, 1]), 6: Buffer.from([8, 3]) })
    }),
    written({ 3: written({ 1: 'sha256:a', 4: Buffer.from('hello\n') }) })
  ])
)
const record: HistoryRecord = {
  ref: 'abcdefghijklmnopqrstuvwxy',
  frontend: 'dockerfile.v0',
  attrs: new Map([
    ['filename', 'Dockerfile'],
    ['build-arg:COLOUR', 'blue'],
    ['cache-imports', JSON.stringify([{ Type: 'gha', Attrs: { token: 'hunter2', scope: 'x' } }])]
  ]),
  exporters: [{ type: 'moby', attrs: new Map([['name', 'shop:1']]) }],
  error: { code: 1, canceled: true, message: 'stopped' },
  created: 1000.5,
  completed: 3000,
  pinned: false,
  response: new Map([['containerimage.digest', 'sha256:x']]),
  steps: 4,
  cachedSteps: 1,
  completedSteps: 3,
  warnings: 0,
  logs: {
    mediaType: 'application/vnd.buildkit.status.v0',
    digest: digestOf(log),
    sizeBytes: log.length,
    annotations: new Map()
  },
  errorFile: null,
  attestations: [
    {
      platform: '',
      file: { mediaType: 'a/b', digest: 'sha256:1', sizeBytes: 3, annotations: new Map([['k', 'v']]) }
    },
    {
      platform: 'linux/arm64',
      file: { mediaType: 'a/b', digest: 'sha256:2', sizeBytes: 4, annotations: new Map() }
    }
  ],
  results: [
    { platform: '', file: { mediaType: 'c/d', digest: 'sha256:3', sizeBytes: 5, annotations: new Map() } }
  ]
}

/** A whole file, with the entries that a test wants to be other ones. */
function archive(
  more: {
    readonly config?: Buffer
    readonly extra?: Buffer
    readonly manifestType?: string
    readonly index?: Buffer
  } = {}
): Buffer {
  const config = more.config ?? json(recordToJson(record, { LocalPath: '/src/shop', DockerfilePath: '' }))
  const manifest = json({
    config: { mediaType: more.manifestType ?? RECORD_TYPE, digest: digestOf(config) },
    layers: []
  })
  const index = more.index ?? json({ manifests: [{ digest: digestOf(manifest) }] })
  return Buffer.concat([
    ...[blob(config), blob(manifest), blob(log), more.extra ?? Buffer.alloc(0)],
    entry('index.json', index),
    TAR_END
  ])
}

let count = 0
async function open(bytes: Buffer, builds = new OpenedBuilds()) {
  count += 1
  const path = join(folder, `${count}.dockerbuild`)
  await writeFile(path, bytes)
  return { builds, rows: await builds.open(path, never) }
}

test('a record is the same after it was a document, but for what opens a cache', () => {
  const document = JSON.parse(JSON.stringify(recordToJson(record, null))) as unknown
  expect(JSON.stringify(document)).not.toContain('hunter2')
  const attrs = new Map([...record.attrs, ['cache-imports', '[{"Type":"gha","Attrs":{"scope":"x"}}]']])
  expect(recordFromJson(document)).toEqual({ record: { ...record, attrs }, local: null })
})

test.each([archive(), gzipSync(archive())])('a file is opened, read and closed', async (bytes) => {
  const { builds, rows } = await open(bytes)
  expect(rows).toMatchObject([
    {
      state: 'Canceled',
      name: 'shop',
      context: '/src/shop',
      builder: `${count}.dockerbuild`,
      tags: ['shop:1']
    }
  ])
  const ref = rows[0]?.ref ?? ''
  const lines: string[] = []
  for await (const item of buildProgress(builds.get(ref).progress()))
    lines.push(...item.lines.map(({ text }) => text))
  expect(lines).toEqual(['hello'])
  await expect(builds.get(ref).read('sha256:none', 10)).rejects.toMatchObject({ code: 'NotFound' })
  expect(builds.close(ref)).toEqual([ref])
  expect(() => builds.get(ref)).toThrow('not open any more')
})

test('a build whose provenance and error were left out is told all the same', async () => {
  const annotations = new Map([['in-toto.io/predicate-type', 'https://slsa.dev/provenance/v1']])
  const gone = { mediaType: 'a/b', digest: 'sha256:gone', sizeBytes: 3, annotations }
  const lacking = { ...record, errorFile: gone, attestations: [{ platform: '', file: gone }] }
  const { builds, rows } = await open(archive({ config: json(recordToJson(lacking, null)) }))
  const { build, row, read } = builds.get(rows[0]?.ref ?? '')
  expect(await buildDetail(read, build.record, row)).toMatchObject({ error: 'stopped', sources: [] })
})

test('several builds stand in an index of their own, as buildx writes it', async () => {
  const [first, second] = ['one', 'two'].map((name) =>
    json(recordToJson({ ...record, ref: `${name}aaaaaaaaaaaa`, created: name === 'one' ? 1 : 2 }, null))
  ) as [Buffer, Buffer]
  const manifests = [first, second].map((config) =>
    json({ config: { mediaType: RECORD_TYPE, digest: digestOf(config) } })
  )
  const inner = json({ manifests: manifests.map((one) => ({ digest: digestOf(one) })) })
  const bytes = [first, second, inner, ...manifests].map(blob)
  const { rows } = await open(
    Buffer.concat([
      ...bytes,
      entry('index.json', json({ manifests: [{ digest: digestOf(inner) }] })),
      TAR_END
    ])
  )
  expect(rows.map(({ createdAt }) => createdAt)).toEqual([2, 1])
})

describe('what is refused, with nothing written', () => {
  const whole = gzipSync(archive())
  const self = json({ manifests: [] })
  test.each<[string, Buffer, string]>([
    ['an empty file', Buffer.alloc(0), 'no file of builds'],
    ['a text', Buffer.from('FROM busybox\n'.repeat(100)), 'no file of builds'],
    ['a compressed text', gzipSync(Buffer.from('FROM busybox\n'.repeat(1000))), 'damaged'],
    ['one that was cut', whole.subarray(0, whole.length - 100), 'damaged'],
    ['one that was cut early', whole.subarray(0, 300), 'damaged'],
    ['an archive that was cut', archive().subarray(0, 1700), 'damaged'],
    ['an archive without an index', Buffer.concat([blob(log), TAR_END]), 'no file of builds'],
    ['an image', archive({ manifestType: 'application/vnd.oci.image.config.v1+json' }), 'no file of builds'],
    ['an index of nothing', archive({ index: self }), 'no file of builds'],
    ['an index that is no JSON', archive({ index: Buffer.from('{') }), 'damaged'],
    [
      'an index of what is not there',
      archive({ index: json({ manifests: [{ digest: 'sha256:0' }] }) }),
      'damaged'
    ],
    ['a record that is none', archive({ config: json({ Ref: 4 }) }), 'damaged'],
    [
      'a content that is another one',
      archive({ extra: entry(`blobs/sha256/${'0'.repeat(64)}`, log) }),
      'damaged'
    ],
    [
      'a bomb',
      gzipSync(Buffer.concat([archive(), Buffer.alloc(300 * 1024 * 1024)]), { level: 1 }),
      'more than builds'
    ]
  ])('%s', async (_name, bytes, sentence) => {
    const before = (await readdir(folder)).length
    await expect(open(bytes)).rejects.toMatchObject({
      message: expect.stringContaining(sentence) as string,
      hint: expect.stringMatching(/./) as string
    })
    expect((await readdir(folder)).length).toBe(before + 1)
  })

  test('paths that lead out of it are passed over', async () => {
    const extra = Buffer.concat([
      entry('../../escaped', log),
      entry('/etc/escaped', log),
      tarHeader({
        name: 'blobs',
        type: 'symlink',
        size: 0,
        mode: 0o777,
        uid: 0,
        gid: 0,
        mtimeMs: 0,
        linkName: '/etc'
      })
    ])
    const { rows } = await open(archive({ extra }))
    expect(rows).toHaveLength(1)
  })

  test('an index that holds itself over and over', async () => {
    let inner = json({ manifests: [] })
    const blobs = [inner]
    for (let n = 0; n < 10; n += 1) {
      inner = json({ manifests: [{ digest: digestOf(inner) }, { digest: digestOf(inner) }] })
      blobs.push(inner)
    }
    const bytes = Buffer.concat([...blobs.map(blob), entry('index.json', inner), TAR_END])
    await expect(open(bytes)).rejects.toMatchObject({ code: 'InvalidParameter' })
  })

  test('more builds than are read', async () => {
    const configs = Array.from({ length: 501 }, (_, n) => json(recordToJson({ ...record, steps: n }, null)))
    const manifests = configs.map((config) =>
      json({ config: { mediaType: RECORD_TYPE, digest: digestOf(config) } })
    )
    const index = json({ manifests: manifests.map((one) => ({ digest: digestOf(one) })) })
    const extra = Buffer.concat([...configs, ...manifests].map(blob))
    await expect(open(archive({ extra, index }))).rejects.toMatchObject({ code: 'InvalidParameter' })
  })

  test('a log that ends too early', async () => {
    const cut = log.subarray(0, log.length - 2)
    const config = json(recordToJson({ ...record, logs: { ...record.logs!, digest: digestOf(cut) } }, null))
    const { builds, rows } = await open(archive({ config, extra: blob(cut) }))
    const progress = buildProgress(builds.get(rows[0]?.ref ?? '').progress())
    const reading = (async () => {
      while ((await progress.next()).done !== true);
    })()
    await expect(reading).rejects.toMatchObject({ code: 'DataLoss' })
  })
})
