/** Layers made to break whoever reads them: each ends in a sentence or is shown as it is (docs/decisions/0540). */
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { Flag } from './layer-index'
import { base256, END, paxText, rawEntry, rawTar, savedImage } from './testing/archives'
import { Opener, within } from './testing/opener'

const MB = 1024 * 1024

let opener: Opener
beforeEach(async () => {
  opener = await Opener.make()
})
afterEach(() => opener.remove())

describe('numbers that cannot be', () => {
  test.each([
    ['negative', base256(-1n)],
    ['negative and huge', base256(-(2n ** 80n))],
    ['more than a safe integer', base256(2n ** 60n)],
    ['no octal digits', Buffer.from('99999999999\0')],
    ['a minus sign', Buffer.from('-0000000010\0')]
  ])('a size that is %s is said', async (_, size) => {
    expect(await opener.layer({ size, content: 'abc' })).toMatch(/damaged.*impossible size/)
  })

  test('10 GB that are not there end as an archive that was cut', async () => {
    const size = 10 * 1024 ** 3
    expect(await opener.tells(Buffer.concat([rawEntry({ size: base256(BigInt(size)) }), END]))).toMatch(
      /too early/
    )
    expect(await opener.layer({ size: base256(BigInt(size)) })).toMatch(/too early/)
    expect(await opener.layer({ pax: { size: String(size) } })).toMatch(/too early/)
  })

  test.each([
    ['-1', /impossible size/],
    ['1e9', /impossible size/],
    ['99999999999999999999', /impossible size/],
    ['0x10', /impossible size/]
  ])('a PAX size of %s is said', async (size, said) => {
    expect(await opener.layer({ pax: { size }, content: 'abc' })).toMatch(said)
  })

  test('PAX records with impossible lengths are said', async () => {
    for (const text of [
      '99999999999999999999999 path=x\n',
      '0 path=x\n',
      '5 path=x\n',
      '-3 a=b\n',
      '2 \n',
      '9'.repeat(400)
    ]) {
      expect(await opener.layer({ type: 'x', content: text }, { name: 'y' })).toMatch(
        /extended header is not readable/
      )
    }
    expect(await opener.layer({ type: 'x', size: 2 * MB, content: Buffer.alloc(2 * MB) })).toMatch(/claims/)
  })

  test('records named like parts of objects are records', async () => {
    for (const key of ['__proto__', 'GNU.sparse.__proto__', 'GNU.sparse.constructor', 'constructor']) {
      const text = paxText({ [key]: '1', 'GNU.sparse.realsize': '3' })
      expect(await opener.layer({ type: 'x', content: text }, { name: 'y', content: 'abc' })).toEqual(['/y'])
    }
  })

  test('a time no calendar has is a time', async () => {
    for (const mtime of [base256(2n ** 52n), base256(-(2n ** 52n))]) {
      const image = await opener.bytes(
        savedImage(rawTar({ name: 'y', mtime }), rawTar({ pax: { mtime: '9'.repeat(20) } }))
      )
      const { layers } = image.assembled
      for (const { columns } of layers) {
        for (const seconds of columns.mtime)
          expect(Number.isNaN(new Date(seconds * 1000).getTime())).toBe(false)
      }
    }
  })

  test('a global header describes no file, as Docker reads it', async () => {
    const global = paxText({ path: 'evil', linkpath: 'evil', size: '5', 'GNU.sparse.realsize': '9' })
    expect(
      await opener.layer({ type: 'g', content: global }, { name: 'a', content: 'x' }, { name: 'b' })
    ).toEqual(['/a', '/b'])
  })
})

describe('names that lead elsewhere', () => {
  test('are shown where they would have ended below the root', async () => {
    const shown = await opener.layer(
      { name: '../../etc/passwd', content: 'x' },
      { name: '/abs', content: 'x' },
      { name: 'a/../../b', content: 'x' },
      { name: './c//d/./e', content: 'x' },
      { name: '..', type: '5' },
      { name: 'C:\\windows\\x' },
      { name: 'nul\nline' },
      { name: Buffer.from([0x66, 0xff, 0xfe]) },
      { name: 'con' }
    )
    expect(shown).toEqual(
      expect.arrayContaining(['/etc/passwd', '/abs', '/b', '/c/d/e', '/con', '/nul\nline'])
    )
    expect(shown.length).toBe(12)
  })

  test('are marked, each of them and nothing else', async () => {
    const image = await opener.bytes(
      savedImage(
        rawTar({ name: 'ok' }, { name: '../a/1' }, { name: '../a/2' }, { name: '../.wh.b' }, { name: 'c' })
      )
    )
    const [index] = image.assembled.layers
    const { flags } = index!.columns
    const marked = Array.from(flags.keys()).filter((node) => index!.has(node, Flag.damaged))
    expect(marked.map((node) => index!.nameOf(node))).toEqual(['1', '2'])
    expect(index!.totals.damagedNames).toBe(3)
  })

  test('a folder that is a symlink, and a file written through it, stay in the image', async () => {
    const shown = await opener.layer(
      { name: 'dir', type: '2', link: '/etc' },
      { name: 'dir/passwd', content: 'x' },
      { name: 'hard', type: '1', link: '../../../etc/shadow' },
      { name: 'a', type: '1', link: 'b' },
      { name: 'b', type: '1', link: 'a' },
      { name: 'self', type: '1', link: 'self' },
      { name: 's', type: '2', link: 's' }
    )
    expect(shown).toEqual(['/a', '/b', '/dir', '/hard', '/s', '/self', '/dir/passwd'])
    expect(await opener.layer({ type: '1', link: '' })).toMatch(/names no file/)
  })

  test('longer than any path are said, in headers of all kinds', async () => {
    const deep = 'a/'.repeat(100_000)
    expect(await opener.layer({ type: 'L', content: deep }, { name: 'x' })).toMatch(
      /a name in it has 200000 bytes/
    )
    expect(await opener.layer({ pax: { path: deep } })).toMatch(/a name in it/)
    expect(await opener.layer({ type: '2', pax: { linkpath: deep } })).toMatch(/a name in it/)
    expect(await opener.layer({ type: '1', pax: { linkpath: deep } })).toMatch(/a name in it/)
    expect(await opener.tells(rawTar({ pax: { path: deep }, content: '{}' }))).toMatch(/a name in it/)
  })

  test('two thousand folders deep is a path', async () => {
    const deep = 'a/'.repeat(2000)
    expect(
      await within(20_000, () => opener.layer({ pax: { path: `${deep}x` } }, { pax: { path: `${deep}y` } }))
    ).toHaveLength(2002)
  })

  test('whiteouts of everything, of nothing and of the root leave what they leave', async () => {
    const below = rawTar({ name: 'a/b', content: 'x' }, { name: 'c', content: 'y' })
    const hides = rawTar(
      { name: '.wh.a' },
      { name: '.wh.c' },
      { name: '.wh.' },
      { name: '.wh...' },
      { name: '.wh.nothing' }
    )
    expect(await opener.tells(savedImage(below, hides))).toEqual([])
    expect(await opener.tells(savedImage(below, rawTar({ name: '.wh..wh..opq' })))).toEqual([])
    expect(await opener.tells(savedImage(below, rawTar({ name: '../.wh..wh..opq' }, { name: 'd' })))).toEqual(
      ['/d']
    )
  })
})
