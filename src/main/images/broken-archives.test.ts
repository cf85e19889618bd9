/** Archives whose documents lie, that were cut, or whose bits flipped (docs/decisions/0540). */
import { mkdir, rm, symlink, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { packTree } from './pack'
import { rawTar, savedFiles, savedImage, sha256, sumOf, tarOf, type Files } from './testing/archives'
import { Opener, pathsOf, told, within } from './testing/opener'

const MB = 1024 * 1024
let next = 0

let opener: Opener
beforeEach(async () => {
  opener = await Opener.make()
})
afterEach(() => opener.remove())

describe('documents', () => {
  const some = rawTar({ name: 'a', content: 'x' })
  const withManifest = (manifest: string | Uint8Array): Promise<string | string[]> =>
    opener.tells(tarOf({ ...savedFiles([some]), 'manifest.json': manifest }))

  test('a manifest that is huge, no JSON, or of another kind is said', { timeout: 60_000 }, async () => {
    expect(await withManifest(`[${'{},'.repeat(1e6)}{}]`)).toMatch(/manifest.json/)
    expect(await within(20_000, () => withManifest(`[${' '.repeat(5 * MB)}]`))).toMatch(
      /manifest.json.*larger/
    )
    expect(await within(20_000, () => withManifest('['.repeat(4e6)))).toMatch(/not JSON/)
    expect(await withManifest('{"a":1}')).toMatch(/form/)
    expect(await withManifest('[1]')).toMatch(/form/)
    expect(await withManifest('[{"Config":1}]')).toMatch(/form/)
    expect(await withManifest('nonsense')).toMatch(/neither|not JSON/)
  })

  test('a manifest that points outside, or nowhere, is said', async () => {
    const config = Object.keys(savedFiles([some]))[1]
    for (const Layers of [['../../etc/passwd'], ['/etc/passwd'], ['x'.repeat(10_000)], ['a\nb'], ['']]) {
      expect(await withManifest(JSON.stringify([{ Config: config, Layers }]))).toMatch(/is not in it/)
    }
    expect(await withManifest(JSON.stringify([{ Config: '../../../etc/passwd', Layers: [] }]))).toMatch(
      /configuration is not in it/
    )
    expect(await withManifest(JSON.stringify([{ Config: config, Layers: Array(2000).fill('x') }]))).toMatch(
      /form/
    )
  })

  test('the same layer a thousand times is a thousand layers', { timeout: 60_000 }, async () => {
    const layers = Array<Buffer>(1000).fill(some)
    const image = await within(30_000, () => opener.bytes(tarOf(savedFiles(layers))))
    expect(pathsOf(image)).toEqual(['/a'])
    expect(image.summary().wastedBytes).toBe(999)
  })

  test('an index of indexes of indexes ends', { timeout: 60_000 }, async () => {
    let inner = Buffer.from('{"manifests":[]}')
    const files: Record<string, Uint8Array> = { [`blobs/sha256/${sha256(inner)}`]: inner }
    for (let level = 0; level < 4; level++) {
      const digest = `sha256:${sha256(inner)}`
      const manifests = Array.from({ length: 1000 }, (_, i) => ({
        digest,
        annotations: { 'org.opencontainers.image.ref.name': `${level}-${i}` }
      }))
      inner = Buffer.from(JSON.stringify({ manifests }))
      files[`blobs/sha256/${sha256(inner)}`] = inner
    }
    files['index.json'] = inner
    expect(await within(30_000, () => opener.tells(tarOf(files)))).toMatch(/name more than/)
  })

  test('two files of one name that differ are said; twice the same is one', async () => {
    const files = Object.entries(savedFiles([some]))
    const twice = (name: string, content: string | Uint8Array): Buffer =>
      rawTar(...files.map(([n, c]) => ({ name: n, content: c })), { name, content })
    const [blob] = files[0] as [string, Uint8Array]
    expect(await opener.tells(twice(blob, some))).toEqual(['/a'])
    expect(await opener.tells(twice(blob, rawTar({ name: 'evil' })))).toMatch(/twice/)
    expect(await opener.tells(twice('manifest.json', '[]'))).toMatch(/twice/)
  })

  test('bytes that are not those of the layer are not passed off as its files', async () => {
    const image = await opener.bytes(savedImage(rawTar({ name: 'a', content: 'honest' })))
    const other = tarOf(savedFiles([rawTar({ name: 'a', content: 'liar!!' })]))
    const [honest, liar] = [
      image.assembled.layerPaths?.[0] ?? '',
      /blobs\/sha256\/[0-9a-f]{64}/.exec(other.toString('latin1'))?.[0] ?? ''
    ]
    const at = other.indexOf(liar)
    other.write(honest, at)
    other.write(sumOf(other.subarray(at, at + 512)), at + 148)
    await writeFile(join(opener.folder, 'image.tar'), other)
    const reading = packTree(image, image.whole, image.whole.find('/a'), {
      cache: opener.cache,
      signal: new AbortController().signal
    })
    const all = async (): Promise<void> => {
      for await (const item of reading) expect(item).toBeDefined()
    }
    await expect(all()).rejects.toThrow(/not the one its layer had/)
  })

  test('links that lead in circles lead nowhere', async () => {
    const archive = rawTar(
      { name: 'one', type: '2', link: 'two' },
      { name: 'two', type: '2', link: 'one' },
      { name: 'c.json', content: JSON.stringify({ rootfs: { diff_ids: [`sha256:${sha256(some)}`] } }) },
      { name: 'manifest.json', content: JSON.stringify([{ Config: 'c.json', Layers: ['one'] }]) }
    )
    expect(await opener.tells(archive)).toMatch(/is not in it/)
  })

  test('a layout on disk is read inside its folder only', async () => {
    const write = async (files: Files): Promise<string> => {
      const layout = join(opener.folder, `layout-${next++}`)
      for (const [name, content] of Object.entries(files)) {
        await mkdir(dirname(join(layout, name)), { recursive: true })
        await writeFile(join(layout, name), content)
      }
      return layout
    }
    const files = savedFiles([some])
    expect(await told(opener.path(await write(files)))).toEqual(['/a'])
    const outside = join(opener.folder, 'outside.tar')
    await writeFile(outside, some)
    const [blob] = Object.keys(files) as [string]
    const linked = await write(files)
    await rm(join(linked, blob))
    await symlink(outside, join(linked, blob))
    expect(await told(opener.path(linked))).toMatch(/leaves the folder/)
    const upward = JSON.stringify([{ Config: Object.keys(files)[1], Layers: ['../outside.tar'] }])
    expect(await told(opener.path(await write({ ...files, 'manifest.json': upward })))).toMatch(
      /leaves the folder/
    )
  })
})

describe('an archive that was cut or hit', () => {
  const image = savedImage(
    rawTar({ name: 'a/b', content: 'one' }, { name: 'l', type: '2', link: 'a/b' }),
    rawTar({ name: 'a/.wh.b' }, { pax: { path: 'long' }, content: 'x'.repeat(700) })
  )
  const gzipped = tarOf(zippedFiles())

  function zippedFiles(): Files {
    const layers = [rawTar({ name: 'a', content: 'hello' })]
    return savedFiles(layers, { stored: layers.map((bytes) => gzipSync(bytes)) })
  }

  test('at every block is an image or a sentence', { timeout: 60_000 }, async () => {
    for (const whole of [image, gzipped]) {
      for (let end = 0; end <= whole.length; end += 512) {
        const said = await opener.tells(whole.subarray(0, end))
        if (end === whole.length) expect(Array.isArray(said)).toBe(true)
      }
    }
  })

  test('by flipped bits is an image or a sentence', { timeout: 120_000 }, async () => {
    const zipped = gzipSync(image)
    const flips = fc.array(fc.tuple(fc.nat(), fc.integer({ min: 0, max: 7 })), { minLength: 1, maxLength: 4 })
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(image, gzipped, zipped), flips, async (whole, where) => {
        const bytes = Buffer.from(whole)
        for (const [at, bit] of where)
          bytes[at % bytes.length] = (bytes[at % bytes.length] as number) ^ (1 << bit)
        await opener.tells(bytes)
      }),
      { numRuns: 400 }
    )
  })

  test(
    'a layer alone, by flipped bits and wrong digests ignored, never breaks the reader',
    { timeout: 120_000 },
    async () => {
      const sparse = { 'GNU.sparse.major': '1', 'GNU.sparse.minor': '0', 'GNU.sparse.realsize': '9' }
      const parts = [
        rawTar({ name: 'a/b', content: 'one' }, { name: '.wh.c' }, { type: '1', link: 'a/b' }),
        rawTar({ pax: { path: 'x', mtime: '1.5', ...sparse }, content: `1\n0\n3\n${'\0'.repeat(506)}abc` }),
        rawTar({ type: 'L', content: `${'n'.repeat(150)}\0` }, { type: 'S', content: 'abc' })
      ]
      await fc.assert(
        fc.asyncProperty(
          fc.constantFrom(...parts),
          fc.nat(),
          fc.integer({ min: 0, max: 255 }),
          async (tar, at, byte) => {
            const bytes = Buffer.from(tar)
            const hit = at % bytes.length
            bytes[hit] = byte
            // The sum of the block that was hit is made right again, so that the reader gets to see what it says.
            const start = hit - (hit % 512)
            bytes.fill(' ', start + 148, start + 156)
            const sum = bytes.subarray(start, start + 512).reduce((total, value) => total + value, 0)
            bytes.write(`${sum.toString(8).padStart(6, '0')}\0 `, start + 148)
            await opener.tells(savedImage(bytes))
          }
        ),
        { numRuns: 400 }
      )
    }
  )
})
