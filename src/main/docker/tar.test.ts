import fc from 'fast-check'
import { pack } from 'tar-stream'
import { describe, expect, it } from 'vitest'
import { fromBytes, queryPath, toBytes } from './path-bytes'
import { readTar, type TarEntry } from './tar-reader'
import { TAR_END, tarHeader, tarPadding, type TarHeader } from './tar-writer'

async function* inChunks(bytes: Buffer, size: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += size) yield await Promise.resolve(bytes.subarray(at, at + size))
}

async function readAll(bytes: Buffer, chunk = 1000, skip = false) {
  const found: { entry: TarEntry; content: string | null }[] = []
  for await (const { entry, body } of readTar(inChunks(bytes, chunk))) {
    const parts: Buffer[] = []
    if (!skip) for await (const part of body()) parts.push(part)
    found.push({ entry, content: skip ? null : Buffer.concat(parts).toString('latin1') })
  }
  return found
}

const header = (over: Partial<TarHeader>): TarHeader => ({
  name: 'file',
  type: 'file',
  size: 0,
  mode: 0o644,
  uid: 0,
  gid: 0,
  mtimeMs: 1_700_000_000_000,
  ...over
})

describe('paths as bytes', () => {
  it('lead back to their bytes, whatever those are', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
        expect([...toBytes(fromBytes(bytes))]).toEqual([...bytes])
      })
    )
  })

  it('that are text stay as they are', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        expect(fromBytes(Buffer.from(text))).toBe(text)
      })
    )
  })

  it('travel in a query byte for byte', () => {
    expect(queryPath('/a b/\udcff&x=ä')).toBe('/a%20b/%FF%26x%3D%C3%A4')
  })
})

describe('tar', () => {
  const names = fc.uint8Array({ minLength: 1, maxLength: 300 }).map((bytes) =>
    // No NUL and no slash at the end: neither can be in a name.
    fromBytes(bytes.map((byte) => (byte === 0 || byte === 0x2f ? 0x61 : byte)))
  )

  it('is read as it was written: names of any bytes, any size of chunk', async () => {
    const entry = fc.record({
      name: names,
      content: fc.uint8Array({ maxLength: 1500 }),
      mode: fc.integer({ min: 0, max: 0o7777 }),
      uid: fc.integer({ min: 0, max: 2 ** 31 }),
      mtimeMs: fc.integer({ min: 0, max: 4e12 })
    })
    await fc.assert(
      fc.asyncProperty(
        fc.array(entry, { maxLength: 5 }),
        fc.integer({ min: 1, max: 3000 }),
        async (all, chunk) => {
          const archive = Buffer.concat([
            ...all.flatMap(({ content, ...rest }) => [
              tarHeader(header({ ...rest, size: content.length })),
              content,
              tarPadding(content.length)
            ]),
            TAR_END
          ])
          const found = await readAll(archive, chunk)
          expect(
            found.map(({ entry: { name, mode, uid, mtime }, content }) => ({
              ...{ name, mode, uid, content },
              mtimeMs: Math.round(Number(mtime) * 1000)
            }))
          ).toEqual(
            all.map(({ name, mode, uid, mtimeMs, content }) => ({
              ...{ name, mode, uid, mtimeMs },
              content: Buffer.from(content).toString('latin1')
            }))
          )
          expect(await readAll(archive, chunk, true)).toHaveLength(all.length)
        }
      ),
      { numRuns: 60 }
    )
  })

  it('of another writer is read the same', async () => {
    const other = pack()
    other.entry({ name: 'dir/', type: 'directory', mode: 0o750 })
    other.entry({ name: `dir/${'ä'.repeat(120)}`, uid: 7 }, 'hello')
    other.entry({ name: 'link', type: 'symlink', linkname: '../x' })
    other.entry({ name: 'hard', type: 'link', linkname: 'dir/x' })
    other.finalize()
    const chunks: Buffer[] = []
    for await (const chunk of other) chunks.push(chunk as Buffer)
    const found = await readAll(Buffer.concat(chunks))
    expect(found.map(({ entry }) => [entry.type, entry.name, entry.linkName])).toEqual([
      ['directory', 'dir/', ''],
      ['file', `dir/${'ä'.repeat(120)}`, ''],
      ['symlink', 'link', '../x'],
      ['hardlink', 'hard', 'dir/x']
    ])
    expect(found[1]).toMatchObject({ content: 'hello', entry: { uid: 7, size: 5 } })
  })

  it('that breaks off or is none is an error, never a wrong file', async () => {
    const whole = Buffer.concat([
      tarHeader(header({ size: 1000 })),
      Buffer.alloc(1000),
      tarPadding(1000),
      TAR_END
    ])
    await expect(readAll(whole.subarray(0, 900))).rejects.toMatchObject({ code: 'Unavailable' })
    await expect(readAll(Buffer.alloc(2048, 'x'))).rejects.toMatchObject({ code: 'DataLoss' })
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 4000 }), async (noise) => {
        await readAll(Buffer.from(noise)).catch((error: unknown) => {
          expect(error).toMatchObject({ name: 'AppError' })
        })
      })
    )
  })
})
