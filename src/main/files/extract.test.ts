import {
  lstat,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  readlink,
  realpath,
  rm,
  stat,
  writeFile
} from 'node:fs/promises'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { TarEntry, TarItem, TarType } from '../docker/tar-reader'
import { extract, staysInside } from './extract'
import { isHostName } from './host-names'
import { CopyProgress } from './progress'

let home: string
let root: string
beforeEach(async () => {
  home = await mkdtemp('/tmp/extract-')
  root = join(home, 'root')
  await mkdir(root)
  await writeFile(join(home, 'outside'), 'untouched')
})
afterEach(async () => {
  await rm(home, { recursive: true, force: true })
})

function item(
  name: string,
  type: TarType = 'file',
  over: Partial<TarEntry> & { content?: string } = {}
): TarItem {
  const { content = 'content', ...rest } = over
  const size = type === 'file' ? Buffer.byteLength(content) : 0
  const entry = {
    name,
    type,
    size,
    mode: 0o644,
    uid: 0,
    gid: 0,
    mtime: '1700000000',
    linkName: '',
    pax: {},
    ...rest
  }
  return {
    entry,
    body: async function* () {
      yield await Promise.resolve(Buffer.from(content))
    }
  }
}

async function unpack(...items: TarItem[]) {
  async function* all() {
    yield* await Promise.resolve([item('top/', 'directory'), ...items])
  }
  const skipped = await extract(
    all(),
    root,
    new CopyProgress(() => undefined, null),
    new AbortController().signal
  )
  return skipped.map(({ name, why }) => `${name}: ${why}`)
}

/** Every symlink below a folder. */
async function linksBelow(folder: Buffer): Promise<Buffer[]> {
  const found: Buffer[] = []
  for (const name of await readdir(folder, { encoding: 'buffer' })) {
    const path = Buffer.concat([folder, Buffer.from('/'), name])
    const stats = await lstat(path)
    if (stats.isDirectory()) found.push(...(await linksBelow(path)))
    if (stats.isSymbolicLink()) found.push(path)
  }
  return found
}

describe('unpacking', () => {
  it('makes folders, files with their mode and time, links that stay inside, and hard links', async () => {
    const skipped = await unpack(
      item('top/a/', 'directory', { mode: 0o555 }),
      item('top/a/run', 'file', { mode: 0o4755, content: 'hi' }),
      item('top/link', 'symlink', { linkName: 'a/run' }),
      item('top/hard', 'hardlink', { linkName: 'top/a/run' })
    )
    expect(skipped).toEqual([])
    const made = await stat(join(root, 'a/run'))
    expect([made.mode & 0o7777, made.mtimeMs, made.nlink]).toEqual([0o755, 1_700_000_000_000, 2])
    expect(await readlink(join(root, 'link'))).toBe('a/run')
    expect((await stat(join(root, 'a'))).mode & 0o777).toBe(0o755)
  })

  it('leaves out and reports whatever leads elsewhere or cannot be here', async () => {
    const skipped = await unpack(
      item('top/../outside'),
      item('/etc/passwd'),
      item('other/file'),
      item('top/out', 'symlink', { linkName: '../outside' }),
      item('top/abs', 'symlink', { linkName: '/etc/passwd' }),
      item('top/hard', 'hardlink', { linkName: '../outside' }),
      item('top/dev', 'character'),
      item('top/pipe', 'fifo'),
      item('top/missing/file'),
      item('top/twice'),
      item('top/twice'),
      item(`top/${'x'.repeat(300)}`),
      item('top/in', 'symlink', { linkName: '.' }),
      item('top/in/file')
    )
    expect(skipped).toHaveLength(12)
    expect(await readFile(join(home, 'outside'), 'utf8')).toBe('untouched')
    expect((await readdir(root)).sort()).toEqual(['in', 'twice'])
    expect(await readdir(home)).toEqual(['outside', 'root'])
  })

  it('never writes outside, whatever an archive says', async () => {
    const part = fc.constantFrom('..', '.', '', 'a', 'b', 'top', 'new\nline', '\udcff', 'outside')
    const path = fc.array(part, { maxLength: 5 }).map((parts) => parts.join('/'))
    const type = fc.constantFrom<TarType>('file', 'directory', 'symlink', 'hardlink', 'fifo', 'block')
    const entry = fc.record({ name: path, type, linkName: path })
    await fc.assert(
      fc.asyncProperty(fc.array(entry, { maxLength: 8 }), async (entries) => {
        await rm(root, { recursive: true, force: true })
        await mkdir(root)
        await unpack(
          ...entries.map(({ name, type: kind, linkName }) => item(`top/${name}`, kind, { linkName }))
        )
        expect(await readdir(home)).toEqual(['outside', 'root'])
        expect(await readFile(join(home, 'outside'), 'utf8')).toBe('untouched')
        for (const link of await linksBelow(Buffer.from(root))) {
          // Where the system itself ends up, through all links on the way; one that leads nowhere leads nowhere.
          const end = await realpath(link, 'buffer').catch(() => null)
          if (end !== null) expect(`${end.toString('latin1')}/`).toMatch(new RegExp(`^${root}/`))
        }
      }),
      { numRuns: 150 }
    )
  })

  it('judges links by their whole way, not by where it ends', () => {
    const folders = new Set(['', 'a', 'x'])
    const stays = (parts: string[], target: string): boolean =>
      staysInside(parts, target, (way) => folders.has(way.join('/')))
    expect(stays(['a', 'b'], '../c')).toBe(true)
    expect(stays(['a', 'b'], '../x/../c')).toBe(true)
    expect(stays(['a', 'b'], '../../c')).toBe(false)
    expect(stays(['a'], 'x/../../root/a')).toBe(false)
    expect(stays(['a'], '')).toBe(false)
    expect(stays(['a'], 'link/..')).toBe(false)
  })

  it('makes no link that leads outside by way of another one', async () => {
    const skipped = await unpack(
      item('top/d', 'directory'),
      item('top/d/up', 'symlink', { linkName: '..' }),
      item('top/out', 'symlink', { linkName: 'd/up/..' }),
      item('top/far', 'symlink', { linkName: 'd/up/../outside' }),
      item('top/fine', 'symlink', { linkName: 'd/../d' })
    )
    expect(skipped).toEqual([
      'top/out: a link to outside the folder',
      'top/far: a link to outside the folder'
    ])
    expect((await readdir(root)).sort()).toEqual(['d', 'fine'])
  })

  it('knows the names that are devices on Windows', () => {
    for (const name of [
      'con',
      'NUL.txt',
      'com1',
      'lpt9.x',
      'COM¹',
      'conin$',
      'aux .c',
      'a.',
      'b ',
      'c:d',
      'e\\f',
      'g?'
    ]) {
      expect([name, isHostName(name, 'win32')]).toEqual([name, false])
      expect(isHostName(name, 'linux')).toBe(true)
    }
    expect(['console', 'com', 'nul-1', 'comb'].every((name) => isHostName(name, 'win32'))).toBe(true)
  })
})
