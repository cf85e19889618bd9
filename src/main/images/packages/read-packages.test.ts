/** Packages of whole archives, read from disk as from the engine: many small files, plain and compressed layers. */
import { createHash } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { pack } from 'tar-stream'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { assemble } from '../assemble'
import { LayerCache } from '../layer-cache'
import { OpenedImage } from '../opened-image'
import type { Source } from '../source'
import { comparePackages } from './compare-packages'
import { readPackages, type PackageReport } from './read-packages'

type Files = Readonly<Record<string, string | Uint8Array>>
const hash = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

async function tar(files: Files): Promise<Buffer> {
  const archive = pack()
  for (const [name, content] of Object.entries(files))
    archive.entry({ name }, Buffer.from(content as Uint8Array))
  archive.finalize()
  const chunks: Buffer[] = []
  for await (const chunk of archive as AsyncIterable<Buffer>) chunks.push(chunk)
  return Buffer.concat(chunks)
}

const npm = (name: string, version: string): Files => ({
  [`srv/node_modules/${name}/package.json`]: JSON.stringify({ name, version, license: 'MIT' })
})
const stanza = (name: string, version: string): string =>
  `Package: ${name}\nStatus: install ok installed\nVersion: ${version}\n\n`

/** Three layers: Debian, a thousand small packages of npm, and an upgrade. */
const LAYERS: readonly Files[] = [
  {
    'var/lib/dpkg/status': stanza('old', '1') + stanza('gone', '1'),
    'var/lib/dpkg/info/old.list': '/x\n',
    'usr/share/doc/old/copyright': 'Format: https://example/1.0/\n\nFiles: *\nLicense: GPL-2+\n',
    'etc/os-release': 'ID=debian\nVERSION_ID=12\n'
  },
  Object.assign({}, ...Array.from({ length: 1000 }, (_, at) => npm(`package-${at}`, '1.0.0'))) as Files,
  {
    'var/lib/dpkg/status': stanza('old', '1') + stanza('new', '2'),
    'var/lib/dpkg/info/new.list': '/y\n',
    ...npm('package-7', '2.0.0'),
    'srv/node_modules/package-8/.wh.package.json': '',
    'srv/lib/broken.jar': 'no archive'
  }
]

describe('the packages of an archive', () => {
  let folder: string
  let cache: LayerCache
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'read-packages-'))
    cache = new LayerCache(join(folder, 'cache'))
  })
  afterEach(() => rm(folder, { recursive: true, force: true }))

  async function open(layers: readonly Files[], compressed: boolean): Promise<OpenedImage> {
    const tars = await Promise.all(layers.map(tar))
    const stored = compressed ? tars.map((bytes) => gzipSync(bytes)) : tars
    const config = Buffer.from(
      JSON.stringify({
        ...{ os: 'linux', architecture: 'amd64' },
        rootfs: { type: 'layers', diff_ids: tars.map((bytes) => `sha256:${hash(bytes)}`) },
        history: tars.map((_, at) => ({ created_by: `RUN step ${at}` }))
      })
    )
    const blob = (bytes: Uint8Array): string => `blobs/sha256/${hash(bytes)}`
    const manifest = [{ Config: blob(config), RepoTags: ['a:1'], Layers: stored.map(blob) }]
    const path = join(folder, 'image.tar')
    const blobs = Object.fromEntries(stored.map((bytes) => [blob(bytes), bytes]))
    await writeFile(
      path,
      await tar({ ...blobs, [blob(config)]: config, 'manifest.json': JSON.stringify(manifest) })
    )
    const source: Source = { kind: 'archive', path, name: 'image.tar', image: null }
    const { signal } = new AbortController()
    return new OpenedImage(
      'h',
      source,
      await assemble(source, { cache, signal, onProgress: () => undefined })
    )
  }

  const read = (image: OpenedImage, signal = new AbortController().signal): Promise<PackageReport> =>
    readPackages(image, { cache, signal, onProgress: () => undefined })

  it.each([false, true])('are all found, each with its layer; compressed: %s', async (compressed) => {
    const report = await read(await open(LAYERS, compressed))
    const of = (name: string) => report.packages.filter((one) => one.name === name)
    expect(report.packages).toHaveLength(999 + 2)
    expect(report.distro).toBe('debian 12')
    expect(report.notes).toEqual(['/srv/lib/broken.jar is no archive that can be read.'])
    expect(of('old')).toMatchObject([
      { layer: 0, version: '1', licences: ['GPL-2+'], path: '/var/lib/dpkg/status' }
    ])
    expect(of('new')).toMatchObject([{ layer: 2, licences: [] }])
    expect(of('gone')).toEqual([])
    expect(of('package-6')).toMatchObject([{ layer: 1, version: '1.0.0', licences: ['MIT'] }])
    expect(of('package-7')).toMatchObject([{ layer: 2, version: '2.0.0' }])
    expect(of('package-8')).toEqual([])
  })

  it('are none where nothing tells of any', async () => {
    expect(await read(await open([{ 'bin/app': 'x' }], false))).toMatchObject({
      total: 0,
      notes: [],
      distro: ''
    })
  })

  it('that cannot be read are said', async () => {
    const files = {
      'var/lib/rpm/Packages': 'berkeley',
      'usr/lib/sysimage/rpm/rpmdb.sqlite-wal': 'frames',
      'var/lib/rpm/rpmdb.sqlite-wal': ''
    }
    const { notes } = await read(await open([files], false))
    expect(notes).toEqual([
      expect.stringMatching(/^\/var\/lib\/rpm\/Packages is a database of rpm in a format that is not read/),
      expect.stringMatching(/^\/usr\/lib\/sysimage\/rpm\/rpmdb\.sqlite-wal has changes/)
    ])
  })

  it('are compared by what they are, not by where they lie', async () => {
    const before = await read(await open(LAYERS.slice(0, 2), false))
    const after = await read(await open(LAYERS, true))
    const { differences, same } = comparePackages(before.packages, after.packages)
    expect(differences.map(({ change, name, before: was, after: is }) => [change, name, was, is])).toEqual([
      ['removed', 'gone', ['1'], []],
      ['added', 'new', [], ['2']],
      ['changed', 'package-7', ['1.0.0'], ['2.0.0']],
      ['removed', 'package-8', ['1.0.0'], []]
    ])
    expect(same).toBe(999)
  })

  it('can be cancelled', async () => {
    const image = await open(LAYERS, false)
    const abort = new AbortController()
    const reading = read(image, abort.signal)
    abort.abort()
    await expect(reading).rejects.toMatchObject({ name: 'AbortError' })
  })
})
