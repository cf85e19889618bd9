import { createHash } from 'node:crypto'
import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pack, type Header } from 'tar-stream'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { FileView } from '@shared/contract/image-files'
import { EngineSession } from '../resources/session'
import type { FromBrowser } from './browse-messages'
import { ImageBrowser } from './browser'
import type { ImageFilesService } from './service'
import { openWith, serviceOn } from './testing/service'

const never = new AbortController().signal
type Entry = Partial<Header> & { readonly name: string; readonly content?: string | Buffer }

async function tar(entries: readonly Entry[]): Promise<Buffer> {
  const archive = pack()
  for (const { content = '', ...header } of entries) archive.entry(header, content)
  archive.finalize()
  const chunks: Buffer[] = []
  for await (const chunk of archive as AsyncIterable<Buffer>) chunks.push(chunk)
  return Buffer.concat(chunks)
}

async function saved(layers: readonly (readonly Entry[])[]): Promise<Buffer> {
  const blobs = await Promise.all(layers.map(tar))
  const digest = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')
  const diffIds = blobs.map((blob) => `sha256:${digest(blob)}`)
  const history = [
    { created_by: 'COPY base / # buildkit' },
    { created_by: 'ENV A=1', empty_layer: true },
    { created_by: 'RUN /bin/sh -c change # buildkit' }
  ]
  const config = Buffer.from(
    JSON.stringify({ rootfs: { diff_ids: diffIds }, history, config: { Env: ['A=1'] } })
  )
  return await tar([
    ...blobs.map((content) => ({ name: `blobs/sha256/${digest(content)}`, content })),
    { name: `blobs/sha256/${digest(config)}`, content: config },
    {
      name: 'manifest.json',
      content: JSON.stringify([
        {
          Config: `blobs/sha256/${digest(config)}`,
          RepoTags: ['x:1'],
          Layers: blobs.map((b) => `blobs/sha256/${digest(b)}`)
        }
      ])
    }
  ])
}

describe('an archive that is looked into', () => {
  let folder: string
  let service: ImageFilesService

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'browser-'))
    const base: Entry[] = [
      { name: 'etc/conf', content: 'one\ntwo\nthree\n' },
      { name: 'etc/gone', content: 'secret' },
      { name: 'etc/hard', type: 'link', linkname: 'etc/conf' },
      { name: 'etc/soft', type: 'symlink', linkname: '/etc/conf' },
      { name: 'var/big', content: Buffer.alloc(300_000, 'ab') }
    ]
    const upper: Entry[] = [{ name: 'etc/.wh.gone' }, { name: 'etc/conf', content: 'one\n2\nthree\n' }]
    await writeFile(join(folder, 'a.tar'), await saved([base, upper]))
    await writeFile(join(folder, 'b.tar'), await saved([base]))
    service = serviceOn(new EngineSession(), join(folder, 'cache'))
  })
  afterAll(() => rm(folder, { recursive: true, force: true }))

  const open = (name: string) => {
    const { token } = service.sources.remember(join(folder, name))
    return openWith(service, { kind: 'archive', token })
  }

  test('tells of its layers, files, waste, and finds by name', async () => {
    const { image, close } = await open('a.tar')
    expect(
      image.layers.map(({ instruction, empty, added, changed, removed }) => [
        instruction,
        empty,
        added,
        changed,
        removed
      ])
    ).toEqual([
      ['COPY base /', false, 5, 0, 0],
      ['ENV A=1', true, 0, 0, 0],
      ['RUN change', false, 0, 1, 1]
    ])
    expect(image).toMatchObject({ name: 'x:1', wastedBytes: 20 - 14, files: 4 })
    const { handle } = image
    const list = (view: FileView, path: string) =>
      service.browser.one(
        'children',
        { handle, view, path, sort: 'name', changes: false, offset: 0, limit: 100 },
        never
      )
    const diff = await list({ kind: 'layer', layer: 2 }, '/etc')
    expect(diff.entries.map(({ name, badge, before }) => [name, badge, before?.sizeBytes])).toEqual([
      ['conf', 'changed', 14],
      ['gone', 'removed', undefined]
    ])
    const before = await list({ kind: 'image', layer: 1 }, '/etc')
    expect(before.entries.map(({ name, sizeBytes, link }) => [name, sizeBytes, link])).toEqual([
      ['conf', 14, null],
      ['gone', 6, null],
      ['hard', 14, 'etc/conf'],
      ['soft', 0, '/etc/conf']
    ])
    const search = service.browser.ask(
      'search',
      { handle, view: { kind: 'image', layer: 2 }, query: 'etc/*', limit: 2 },
      never
    )
    const first = await search.next()
    expect((first.value as { path: string }[]).map(({ path }) => path)).toEqual(['/etc/conf', '/etc/hard'])
    expect(await search.next()).toEqual({ done: true, value: { total: 3 } })
    await close()
    await expect(list({ kind: 'image', layer: 0 }, '/')).rejects.toMatchObject({ code: 'NotFound' })
  })

  test('gives and saves contents, of what is gone as well', async () => {
    const { image, close } = await open('a.tar')
    const { handle } = image
    const read = async (view: FileView, path: string, offset: number, limit: number): Promise<string> => {
      const pieces: Uint8Array[] = []
      for await (const piece of service.contents.read({ handle, view, path, offset, limit }, never))
        pieces.push(piece)
      return Buffer.concat(pieces).toString()
    }
    const whole: FileView = { kind: 'image', layer: 2 }
    for (let i = 0; i < 2; i++) expect(await read(whole, '/etc/conf', 0, 100)).toBe('one\n2\nthree\n')
    expect(await read({ kind: 'layer', layer: 2 }, '/etc/gone', 2, 3)).toBe('cre')
    expect(await read(whole, '/var/big', 299_998, 10)).toBe('ab')
    expect(await read(whole, '/var/big', 1_000_000, 10)).toBe('')
    await expect(read(whole, '/etc/soft', 0, 1)).rejects.toMatchObject({ code: 'InvalidParameter' })
    const to = join(folder, 'etc')
    const at = { handle, view: { kind: 'image', layer: 0 } as const, path: '/etc' }
    const said = await service.contents.save(at, to, () => undefined, never)
    // A link that leads out of the folder is not made.
    expect(said).toContain('soft')
    expect((await readdir(to)).sort()).toEqual(['conf', 'gone', 'hard'])
    expect(await readFile(join(to, 'hard'), 'utf8')).toBe('one\ntwo\nthree\n')
    await close()
  })

  test('is compared with another one', async () => {
    const [a, b] = [await open('b.tar'), await open('a.tar')]
    const pair = { handle: a.image.handle, with: b.image.handle }
    const comparison = await service.browser.one('compare', pair, never)
    expect(comparison).toMatchObject({
      added: 0,
      removed: 1,
      sharedLayers: { count: 1, before: 1, after: 2 }
    })
    expect(await service.textDiff(pair.handle, pair.with, '/etc/conf', never)).toMatchObject({
      kind: 'text',
      hunks: [{ lines: [' one', '-two', '+2', ' three'] }]
    })
    expect((await service.textDiff(pair.handle, pair.with, '/var/big', never)).kind).toBe('same')
    await a.close()
    await b.close()
  })

  test('fails in a sentence when the thread dies, and the next image starts another one', async () => {
    let starts = 0
    let fail: (error: Error) => void = () => undefined
    const browser = new ImageBrowser(() => {
      starts += 1
      let tell: (message: FromBrowser) => void = () => undefined
      return {
        post: (message) => {
          if (starts === 2 && message.type === 'ask')
            queueMicrotask(() => tell({ type: 'end', id: message.id, value: undefined }))
        },
        onMessage: (listener) => {
          tell = listener
        },
        onFailure: (listener) => {
          fail = listener
        },
        end: () => undefined
      }
    })
    const first = browser.one('close', { handle: 'x' }, never)
    fail(new Error('out of memory'))
    await expect(first).rejects.toMatchObject({ code: 'System' })
    await browser.one('close', { handle: 'x' }, never)
    expect(starts).toBe(2)
    browser.dispose()
  })
})
