import { crc32 } from 'node:zlib'
import fc from 'fast-check'
import { pack, type Header } from 'tar-stream'
import { describe, expect, test } from 'vitest'
import { Flag } from './layer-index'
import { at, indexOf, listing } from './testing/listing'

type Entry = Partial<Header> & { readonly name: string } & { readonly content?: string }

async function tarOf(entries: readonly Entry[]): Promise<Buffer> {
  const archive = pack()
  for (const { content = '', ...header } of entries) archive.entry(header, content)
  archive.finalize()
  const chunks: Buffer[] = []
  for await (const chunk of archive as AsyncIterable<Buffer>) chunks.push(chunk)
  return Buffer.concat(chunks)
}

describe('a layer', () => {
  test('is a tree in which implied directories stand for themselves', async () => {
    const index = indexOf(
      await tarOf([
        { name: './', type: 'directory', mode: 0o700 },
        { name: 'usr/lib/libc.so', mode: 0o644, content: 'abc' },
        { name: '/etc/passwd', mode: 0o600, content: 'root' },
        { name: './usr/lib', type: 'directory', mode: 0o711 },
        { name: 'usr/lib/libc.so.6', type: 'symlink', linkname: 'libc.so' }
      ])
    )
    expect(listing(index)).toEqual({
      etc: '2:4:0:755:',
      usr: '2:4:0:755:',
      'etc/passwd': '1:0:4:600:',
      'usr/lib': '2:0:0:711:',
      'usr/lib/libc.so': '1:0:3:644:',
      'usr/lib/libc.so.6': '3:0:0:644:libc.so'
    })
    expect(index.columns.mode[0]).toBe(0o700)
    expect(index.columns.crc[at(index, 'usr/lib/libc.so')]).toBe(crc32('abc'))
    expect(index.totals).toMatchObject({ bytes: 7, files: 3, damagedNames: 0 })
  })

  test('keeps whiteouts as flags, beside an entry of the same name too', async () => {
    const index = indexOf(
      await tarOf([
        { name: 'a/.wh.gone' },
        { name: 'a/.wh..wh..opq' },
        { name: 'a/.wh..wh.plnk', type: 'directory' },
        { name: 'a/.wh.swap' },
        { name: 'a/swap', type: 'directory', mode: 0o755 },
        { name: '.wh.' },
        { name: '.wh..' }
      ])
    )
    expect(listing(index)).toEqual({
      a: `2:${Flag.implied | Flag.opaque}:0:755:`,
      'a/gone': `0:${Flag.whiteout}:0:0:`,
      'a/swap': `2:${Flag.whiteout}:0:755:`
    })
    expect(index.totals.damagedNames).toBe(2)
  })

  test('takes the last of entries that come again', async () => {
    const index = indexOf(
      await tarOf([
        { name: 'd/x', content: '1' },
        { name: 'd/x', content: '22' },
        { name: 'd/sub/y', content: '1' },
        { name: 'd/sub', content: 'a file now' },
        { name: 'd/sub/z', content: 'below a file' }
      ])
    )
    const { [`d/sub`]: sub, ...rest } = listing(index)
    expect(rest).toMatchObject({ 'd/x': '1:0:2:644:', 'd/sub/z': '1:0:12:644:' })
    expect(rest['d/sub/y']).toBeUndefined()
    expect(sub).toBe(`2:${Flag.implied | Flag.damaged}:0:755:`)
  })

  test('never leaves the root', async () => {
    const index = indexOf(
      await tarOf([
        { name: '../../etc/shadow', content: 'x' },
        { name: 'a/../../b', content: 'x' },
        { name: '/', type: 'directory' },
        { name: '..', type: 'directory' },
        { name: 'hard', type: 'link', linkname: '../../etc/shadow' }
      ])
    )
    expect(Object.keys(listing(index)).sort()).toEqual(['a', 'b', 'etc', 'etc/shadow', 'hard'])
    expect(index.linkOf(at(index, 'hard'))).toBe('etc/shadow')
    expect(index.totals.damagedNames).toBeGreaterThanOrEqual(4)
  })

  test('equals tar-stream’s reading of any archive it can write', async () => {
    const name = fc.stringMatching(/^[a-zé💀 ._-]{1,60}$/u).filter((n) => !/^\.+$|^\.wh\./.test(n))
    const entry = fc.record({
      path: fc.array(name, { minLength: 1, maxLength: 5 }),
      content: fc.string({ maxLength: 1500 }),
      // tar-stream writes its default for 0.
      mode: fc.integer({ min: 1, max: 0o7777 }),
      // tar-stream writes no more than six digits.
      uid: fc.constantFrom(0, 1000, 262_143),
      mtime: fc.integer({ min: 0, max: 2_000_000_000 })
    })
    await fc.assert(
      fc.asyncProperty(
        fc.array(entry, { maxLength: 12 }),
        fc.integer({ min: 1, max: 3000 }),
        async (entries, cut) => {
          const unique = new Map(entries.map((e) => [e.path.join('/'), e]))
          const files = [...unique].filter(
            ([path]) => ![...unique.keys()].some((other) => other.startsWith(`${path}/`))
          )
          const index = indexOf(
            await tarOf(
              files.map(([path, e]) => ({
                name: path,
                content: e.content,
                mode: e.mode,
                uid: e.uid,
                mtime: new Date(e.mtime * 1000)
              }))
            ),
            cut
          )
          for (const [path, e] of files) {
            const node = at(index, path)
            const { size, mode, uid, mtime, crc } = index.columns
            expect([path, size[node], mode[node], uid[node], mtime[node], crc[node]]).toEqual([
              path,
              Buffer.byteLength(e.content),
              e.mode,
              e.uid,
              e.mtime,
              crc32(e.content)
            ])
          }
        }
      ),
      { numRuns: 60 }
    )
  })
})
