import { describe, expect, it } from 'vitest'
import type { DropInput } from '@shared/contract/files'
import type { TarEntry, TarItem, TarType } from '../docker/tar-reader'
import { readTar } from '../docker/tar-reader'
import { tarOfDrop } from './drop'
import { FileIndex } from './file-index'
import { isHostName, suggestedName } from './host-names'
import { parseStats } from './list-exec'
import { CopyProgress, skippedText } from './progress'
import { Choices } from './upload'

const never = new AbortController().signal

function item(name: string, type: TarType = 'file', over: Partial<TarEntry> = {}): TarItem {
  const entry = {
    name,
    type,
    size: 3,
    mode: 0o644,
    uid: 1,
    gid: 2,
    mtime: '10.5',
    linkName: '',
    pax: {},
    ...over
  }
  return { entry, body: async function* () {} }
}

describe('the output of find and stat', () => {
  it('is read whatever the names are, with links quoted or not', () => {
    const output = Buffer.from(
      [
        'M81a4|0|0|6|1700000000|/w/new\nline' + 'M/w/new\nline\n',
        'M81a4|1|2|0|1|/w/bad\xffname' + 'M/w/bad\xffname\n',
        'Ma1ff|0|0|3|1|/w/busy' + "M'/w/busy' -> 'it''s'\n",
        'Ma1ff|0|0|3|1|/w/gnu' + 'M/w/gnu -> ../x -> y\n',
        'Mgarbage' + 'M\n',
        'M41ed|0|0|4096|1|/w/dir' + 'M/w/dir\n'
      ].join(''),
      'latin1'
    )
    expect(parseStats(output, 'M').map(({ name, type, target, mode }) => [name, type, target, mode])).toEqual(
      [
        ['new\nline', 'file', null, 0o644],
        ['bad\udcffname', 'file', null, 0o644],
        ['busy', 'symlink', "it''s", 0o777],
        ['gnu', 'symlink', '../x -> y', 0o777],
        ['dir', 'directory', null, 0o755]
      ]
    )
  })
})

describe('an index of an archive', () => {
  async function all(index: FileIndex, folder: string) {
    const names: string[] = []
    for await (const { entries } of index.follow(folder, never))
      names.push(...entries.map(({ name }) => name))
    return names
  }
  const indexOf = (root: string, items: AsyncIterable<TarItem>) =>
    new FileIndex({ root, open: () => Promise.resolve(items) })
  async function* many(...items: TarItem[]) {
    yield* await Promise.resolve(items)
  }

  it('knows the folders of an export and of a part, with sizes of hard links', async () => {
    const whole = indexOf(
      '/',
      many(
        item('bin/', 'directory'),
        item('bin/a'),
        item('bin/b', 'hardlink', { linkName: 'bin/a', size: 0 }),
        item('x')
      )
    )
    expect(await all(whole, '/bin')).toEqual(['a', 'b'])
    expect(await all(whole, '/')).toEqual(['bin', 'x'])
    for await (const { entries } of whole.follow('/bin', never)) {
      expect(entries[1]).toMatchObject({ type: 'file', size: 3, mtime: 10_500 })
    }
    const part = indexOf(
      '/usr/lib',
      many(item('lib/', 'directory'), item('lib/c'), item('lib/d/', 'directory'), item('lib/d/e'))
    )
    expect(await all(part, '/usr/lib')).toEqual(['c', 'd'])
    expect(await all(part, '/usr/lib/d')).toEqual(['e'])
    await expect(all(part, '/usr/lib/nosuch')).rejects.toMatchObject({ code: 'NotFound' })
  })

  it('of what is no folder fails, and a failed reading fails its followers', async () => {
    await expect(all(indexOf('/etc/f', many(item('f'))), '/etc/f')).rejects.toMatchObject({
      code: 'InvalidParameter'
    })
    const broken = new FileIndex({ root: '/', open: () => Promise.reject(new Error('gone')) })
    await expect(all(broken, '/')).rejects.toMatchObject({ code: 'Unknown' })
    expect(broken.usable).toBe(false)
  })

  it('serves a folder as soon as it is past it, and stops reading when nobody follows', async () => {
    let aborted = false
    const index = new FileIndex({
      root: '/',
      open: (signal) => {
        signal.addEventListener('abort', () => (aborted = true))
        async function* endless() {
          yield* await Promise.resolve([item('a/', 'directory'), item('a/one'), item('b/', 'directory')])
          await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()))
        }
        return Promise.resolve(endless())
      }
    })
    expect(await all(index, '/a')).toEqual(['one'])
    expect(aborted).toBe(true)
  })
})

describe('what the page drops', () => {
  async function* inputs(...all: DropInput[]) {
    yield* await Promise.resolve(all)
  }
  const entry = (path: string, size: number, kind: 'file' | 'directory' = 'file'): DropInput => ({
    ...{ type: 'entry', kind, path, size },
    mtime: 0
  })
  const data = (text: string): DropInput => ({ type: 'data', bytes: Uint8Array.from(Buffer.from(text)) })
  const archive = (...all: DropInput[]) =>
    tarOfDrop(inputs(...all), new CopyProgress(() => undefined, null), () => undefined)

  it('becomes an archive', async () => {
    const found: string[] = []
    const source = archive(
      entry('d', 0, 'directory'),
      entry('d/f', 5),
      data('he'),
      data('llo'),
      entry('e', 0),
      { type: 'finish' }
    )
    for await (const { entry: one, body } of readTar(source)) {
      const parts: Buffer[] = []
      for await (const part of body()) parts.push(part)
      found.push(`${one.name} ${Buffer.concat(parts).toString()}`)
    }
    expect(found).toEqual(['d/ ', 'd/f hello', 'e '])
  })

  it.each([
    ['a name that leads out', [entry('../x', 0)], 'InvalidParameter'],
    ['an absolute name', [entry('/x', 0)], 'InvalidParameter'],
    ['more than was said', [entry('x', 1), data('ab')], 'Conflict'],
    ['less than was said', [entry('x', 3), data('ab'), { type: 'finish' }], 'Conflict'],
    ['no end', [entry('x', 0)], 'Cancelled']
  ] as const)('is refused with %s', async (_, sent, code) => {
    const read = async () => {
      const chunks: Buffer[] = []
      for await (const chunk of archive(...sent)) chunks.push(chunk)
    }
    await expect(read()).rejects.toMatchObject({ code })
  })
})

describe('names on the host', () => {
  it('are judged by the platform', () => {
    expect(isHostName('a:b\n', 'linux')).toBe(true)
    expect(isHostName('..', 'linux')).toBe(false)
    for (const name of ['a:b', 'con', 'x.', 'a\\b', 'b\udcff']) expect(isHostName(name, 'win32')).toBe(false)
  })

  it('are made presentable for a dialog', () => {
    expect(suggestedName('a\n/\u202eb\udcff.txt')).toBe('a___b_.txt')
    expect(suggestedName('con')).toBe('_con')
    expect(suggestedName('..')).toBe('_')
  })
})

describe('what is told of a copy', () => {
  it('names what was left out', () => {
    expect(skippedText([])).toBe('')
    const skipped = ['a', 'b', 'c', 'd'].map((name) => ({ name, why: 'a device' }))
    expect(skippedText(skipped)).toBe(' Left out: a (a device), b (a device), c (a device) and 1 more.')
  })

  it('takes a choice once', () => {
    const choices = new Choices()
    const token = choices.add({ id: 'x', folder: '/', paths: ['/etc'] })
    expect(choices.take(token).folder).toBe('/')
    expect(() => choices.take(token)).toThrow('no longer known')
  })
})
