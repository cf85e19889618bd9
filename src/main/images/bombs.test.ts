/** Archives that are small and want much: memory, time or disk (docs/decisions/0540). */
import { createHash } from 'node:crypto'
import { Readable } from 'node:stream'
import { gzipSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { AppError } from '@shared/errors'
import { Budget, LIMITS } from './budget'
import { indexArchive } from './index-archive'
import { packTree } from './pack'
import { END, rawEntry, rawTar, savedFiles, savedImage, sha256, tarOf, type Files } from './testing/archives'
import { Opener, within } from './testing/opener'
import { rleFrame } from './testing/zstd'

const MB = 1024 * 1024

let opener: Opener
beforeEach(async () => {
  opener = await Opener.make()
})
afterEach(() => opener.remove())

describe('bombs', () => {
  test('a gigabyte of zeros in a megabyte is one file, in bounded memory', { timeout: 60_000 }, async () => {
    const { bomb, tarHash } = zeros(1024)
    expect(bomb.length).toBeLessThan(1.2 * MB)
    const before = process.memoryUsage().rss
    const files = imageOfStored(bomb, tarHash)
    const image = await opener.bytes(tarOf(files))
    expect(image.whole.bytes[0]).toBe(1024 * MB)
    // And again packed as a whole, so that what comes out of one goes into the next.
    const nested = await opener.bytes(gzipSync(tarOf(files)))
    expect(nested.whole.bytes[0]).toBe(1024 * MB)
    expect(process.memoryUsage().rss - before).toBeLessThan(300 * MB)
  })

  test('many parts that unpack to too much together end the reading', async () => {
    const { bomb } = zeros(64)
    const parts = rawTar(...Array.from({ length: 10 }, (_, i) => ({ name: `part${i}`, content: bomb })))
    const { signal } = new AbortController()
    const read = (inflatedBytes: number): Promise<unknown> => {
      const budget = new Budget({ limits: { ...LIMITS, inflatedBytes } })
      const source = Readable.from([parts]) as AsyncIterable<Uint8Array>
      return indexArchive(source, { signal, budget, known: () => null, onProgress: () => undefined })
    }
    await expect(read(1024 * MB)).resolves.toHaveProperty('layers.size', 10)
    await expect(read(300 * MB)).rejects.toThrow(/unpacks to more than/)
  })

  test('zstd in blocks that cost more than they hold ends the reading', async () => {
    const slow = rleFrame({ windowLog: 27, blocks: 300_000, bytes: 1 })
    const { signal } = new AbortController()
    const budget = new Budget({ limits: { ...LIMITS, movedBytes: 8 * 1024 * MB } })
    const source = Readable.from([slow]) as AsyncIterable<Uint8Array>
    const reading = indexArchive(source, { signal, budget, known: () => null, onProgress: () => undefined })
    await expect(reading).rejects.toThrow(/hours/)
  })

  test('zstd that asks for its memory late is refused as well', async () => {
    const plain = rleFrame({ windowLog: 10, blocks: 1, bytes: 512 })
    const greedy = rleFrame({ windowLog: 30, blocks: 1, bytes: 512 })
    expect(await opener.tells(greedy)).toMatch(/128 MB/)
    expect(await opener.tells(Buffer.concat([plain, greedy]))).toMatch(/128 MB/)
    const skipped = Buffer.from([0x50, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 1, 2, 3])
    expect(await opener.tells(Buffer.concat([plain, skipped, greedy]))).toMatch(/128 MB/)
  })

  test('folders that names only imply are not made without end', { timeout: 60_000 }, async () => {
    const entries: Buffer[] = []
    for (let i = 0; i < 1500; i++) entries.push(rawEntry({ pax: { path: `${i}/${'a/'.repeat(2000)}x` } }))
    const tar = Buffer.concat([...entries, END])
    expect(await opener.tells(savedImage(tar))).toMatch(/folders/)
  })

  test('sparse files are no way to write more than they say', async () => {
    const map = (text: string, real: string): Record<string, string> => ({
      'GNU.sparse.major': '0',
      'GNU.sparse.minor': '1',
      'GNU.sparse.map': text,
      'GNU.sparse.size': real
    })
    const saved = async (pax: Record<string, string>, content: string): Promise<number | string> => {
      const image = await opener.bytes(savedImage(rawTar({ name: 'f', pax, content })))
      let bytes = 0
      try {
        for await (const item of packTree(image, image.whole, image.whole.find('/f'), {
          cache: opener.cache,
          signal: new AbortController().signal
        })) {
          if (item.type === 'bytes') bytes += item.piece.length
        }
      } catch (thrown) {
        expect(thrown).toBeInstanceOf(AppError)
        return (thrown as AppError).message
      }
      return bytes
    }
    expect(await saved(map('0,1,9,1', '10'), 'ab')).toBe(10)
    expect(await saved(map('5,1,0,1', '10'), 'ab')).toMatch(/impossible map/)
    expect(await saved(map('0,9', '2'), 'abcdefghi')).toMatch(/impossible map/)
    expect(await saved(map('0,1', String(2 ** 50)), 'a')).toMatch(/16 GB of zeros/)
    const many = Array.from({ length: 50_000 }, (_, i) => `${i * 2},1`).join(',')
    expect(await within(20_000, () => saved(map(many, '100000'), 'x'.repeat(50_000)))).toBe(100_000)
  })
})

/** A layer of one file of zeros, compressed; and the digest of its tar. */
function zeros(megabytes: number): { bomb: Buffer; tarHash: string } {
  const tar = Buffer.concat([rawEntry({ name: 'zeros', size: megabytes * MB })])
  // Members of a gzip file follow each other: the zeros are packed once.
  const piece = Buffer.alloc(64 * MB)
  const packed = gzipSync(piece, { level: 9 })
  const hash = createHash('sha256').update(tar)
  for (let i = 0; i < megabytes / 64; i++) hash.update(piece)
  hash.update(END)
  const bomb = Buffer.concat([gzipSync(tar), ...Array<Buffer>(megabytes / 64).fill(packed), gzipSync(END)])
  return { bomb, tarHash: hash.digest('hex') }
}

function imageOfStored(stored: Uint8Array, diffId: string): Files {
  const files = savedFiles([], { config: { rootfs: { diff_ids: [`sha256:${diffId}`] } } })
  const [config] = Object.keys(files)
  const path = `blobs/sha256/${sha256(stored)}`
  return { ...files, [path]: stored, 'manifest.json': JSON.stringify([{ Config: config, Layers: [path] }]) }
}
