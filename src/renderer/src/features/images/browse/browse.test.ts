import fc from 'fast-check'
import { describe, expect, it, vi } from 'vitest'
import type { FileEntry, TreemapNode } from '@shared/contract/image-files'
import { RunConfig } from '@shared/docker/image-config'
import { archiveKind, listArchive } from './archive-listing'
import { configSections } from './config-sections'
import { elfFacts } from './elf-head'
import { changeText, describeEntry } from './entry-text'
import { FileRows, PAGE_ROWS } from './file-rows'
import { rowAfterKey, rowByText } from './image-tree-keys'
import { linkTarget } from './link-target'
import { squarify } from './squarify'
import { treemapBoxes } from './treemap-layout'

const entry = (path: string, over: Partial<FileEntry> = {}): FileEntry => ({
  ...{ kind: 'file', sizeBytes: 1, mode: 0o644, uid: 0, gid: 0, modifiedAt: 1, link: null },
  ...{ name: path.slice(path.lastIndexOf('/') + 1), path, badge: null, totalBytes: 1, files: 1 },
  ...{ children: 0, layer: 0, damaged: false, attributes: false, before: null },
  ...over
})
const folder = (path: string): FileEntry => entry(path, { kind: 'directory' })

/** A tree of folders by their paths, read as main answers. */
function rowsOf(folders: Record<string, readonly FileEntry[]>, expanded = new Set<string>()) {
  const read = vi.fn((path: string, offset: number, limit: number) => {
    const all = folders[path]
    if (all === undefined) return Promise.reject(new Error('Not there.'))
    return Promise.resolve({ entries: all.slice(offset, offset + limit), total: all.length })
  })
  const changed = vi.fn()
  return { rows: new FileRows(read, expanded, changed), read, changed }
}
async function gzip(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
  const packed = new Blob([bytes]).stream().pipeThrough(new CompressionStream('gzip'))
  return new Uint8Array(await new Response(packed).arrayBuffer())
}
const settled = (): Promise<void> => new Promise((resolve) => setTimeout(resolve))
const shown = (rows: FileRows): string[] =>
  Array.from({ length: rows.length }, (_, at) => {
    const row = rows.at(at)
    if (row?.kind === 'entry') return ' '.repeat(row.level - 1) + row.entry.name
    return row?.kind === 'note' ? `(${row.text})` : '…'
  })

describe('the rows of an image’s tree', () => {
  const folders = {
    '/': [folder('/a'), folder('/b'), entry('/c')],
    '/a': [entry('/a/1'), folder('/a/deep'), entry('/a/2')],
    '/a/deep': [entry('/a/deep/x')],
    '/b': []
  }

  it('are read when a folder is opened, and close again', async () => {
    const { rows, read } = rowsOf(folders)
    expect(shown(rows)).toEqual(['…'])
    await settled()
    expect(shown(rows)).toEqual(['a', 'b', 'c'])
    rows.toggle('/a')
    rows.toggle('/b')
    await settled()
    rows.toggle('/a/deep')
    await settled()
    expect(shown(rows)).toEqual(['a', ' 1', ' deep', '  x', ' 2', 'b', '(Empty)', 'c'])
    expect(rows.parentOf(3)).toBe(2)
    expect(rows.parentOf(4)).toBe(0)
    expect(rows.parentOf(0)).toBeNull()
    expect(rowAfterKey('ArrowRight', rows, 0, 5)).toBe(1)
    expect(rowAfterKey('End', rows, 0, 5)).toBe(7)
    expect(rowByText(rows, 0, 'de')).toBe(2)
    rows.toggle('/a')
    expect(shown(rows)).toEqual(['a', 'b', '(Empty)', 'c'])
    expect(read).toHaveBeenCalledTimes(4)
  })

  it('open what was open in the view before, and lead to a path', async () => {
    const { rows } = rowsOf(folders, new Set(['/a', '/gone']))
    await settled()
    await settled()
    expect(shown(rows)).toEqual(['a', ' 1', ' deep', ' 2', 'b', 'c'])
    expect(await rows.reveal('/a/deep/x')).toBe(3)
    expect(await rows.reveal('/a/deep/none')).toBeNull()
  })

  it('say when a folder cannot be read, and read it again', async () => {
    const some: Record<string, readonly FileEntry[]> = { '/': [folder('/a')] }
    const { rows } = rowsOf(some)
    await settled()
    rows.toggle('/a')
    await settled()
    expect(shown(rows)).toEqual(['a', '(Not there.)'])
    some['/a'] = [entry('/a/1')]
    rows.retry('/a')
    await settled()
    expect(shown(rows)).toEqual(['a', ' 1'])
  })

  it('are read by the page, and only what is in view', async () => {
    const asked: number[] = []
    const read = (_path: string, offset: number, limit: number) => {
      asked.push(offset)
      const entries = Array.from({ length: limit }, (_, at) => entry(`/f${offset + at}`))
      return Promise.resolve({ entries, total: 300_000 })
    }
    const rows = new FileRows(read, new Set(), () => undefined)
    await settled()
    expect(rows.length).toBe(300_000)
    rows.want(299_980, 299_999)
    await settled()
    expect(rows.at(299_999)).toMatchObject({ kind: 'entry', position: 300_000, setSize: 300_000 })
    expect(rows.at(150_000)).toMatchObject({ kind: 'pending' })
    expect(asked).toEqual([0, 300_000 - PAGE_ROWS])
  })

  it('are not changed any more once they are closed', async () => {
    const { rows, changed } = rowsOf(folders)
    rows.close()
    await settled()
    expect(changed).not.toHaveBeenCalled()
  })
})

describe('the treemap', () => {
  it('fills its room with rectangles to size that do not overlap', () => {
    const weights = fc
      .array(fc.integer({ min: 1, max: 1_000_000 }), { minLength: 1, maxLength: 60 })
      .map((list) => list.sort((a, b) => b - a))
    fc.assert(
      fc.property(weights, fc.integer({ min: 10, max: 900 }), (list, width) => {
        const into = { x: 5, y: 7, width, height: 300 }
        const total = list.reduce((sum, weight) => sum + weight, 0)
        const boxes = squarify(list, into)
        boxes.forEach((box, at) => {
          const share = ((list[at] ?? 0) / total) * width * 300
          expect(box.width * box.height).toBeCloseTo(share, 3)
          expect(box.x).toBeGreaterThanOrEqual(into.x - 1e-6)
          expect(box.x + box.width).toBeLessThanOrEqual(into.x + width + 1e-6)
          expect(box.y + box.height).toBeLessThanOrEqual(into.y + 300 + 1e-6)
        })
        for (const [i, a] of boxes.entries())
          for (const b of boxes.slice(i + 1)) {
            const across = Math.min(a.x + a.width, b.x + b.width) - Math.max(a.x, b.x)
            const down = Math.min(a.y + a.height, b.y + b.height) - Math.max(a.y, b.y)
            expect(Math.min(across, down)).toBeLessThan(1e-6)
          }
      })
    )
  })

  it('keeps the room of what is left out, and shows nothing of no bytes', () => {
    const leaf = (path: string, bytes: number): TreemapNode => ({
      ...{ name: path.slice(1), path, directory: false, bytes, files: 1, children: [] },
      rest: { bytes: 0, files: 0 }
    })
    const root = {
      ...leaf('/', 100),
      directory: true,
      children: [leaf('/a', 50)],
      rest: { bytes: 50, files: 9 }
    }
    const [box] = treemapBoxes(root, { width: 100, height: 100 })
    expect((box?.width ?? 0) * (box?.height ?? 0)).toBeCloseTo(5000)
    expect(treemapBoxes(leaf('/', 0), { width: 100, height: 100 })).toEqual([])
  })
})

describe('a preview', () => {
  it('follows links as far as the image, never out of it', () => {
    expect(linkTarget(entry('/usr/lib/x', { kind: 'symlink', link: '../../../../etc/passwd' }))).toBe(
      '/etc/passwd'
    )
    expect(linkTarget(entry('/usr/lib/x', { kind: 'symlink', link: 'libc.so' }))).toBe('/usr/lib/libc.so')
    expect(linkTarget(entry('/a/b', { kind: 'hardlink', link: 'opt/out' }))).toBe('/opt/out')
    expect(linkTarget(entry('/dev/null', { kind: 'character', link: '1:3' }))).toBeNull()
  })

  it('says what an ELF file is, and nothing of what is none or is cut', () => {
    expect(elfFacts(new Uint8Array(100))).toBeNull()
    const bytes = new Uint8Array(200)
    bytes.set([0x7f, 0x45, 0x4c, 0x46, 2, 1])
    const view = new DataView(bytes.buffer)
    view.setUint16(16, 3, true)
    view.setUint16(18, 62, true)
    view.setBigUint64(32, 64n, true)
    view.setUint16(54, 56, true)
    view.setUint16(56, 1, true)
    view.setUint32(64, 3, true)
    view.setBigUint64(72, 130n, true)
    view.setBigUint64(96, 9n, true)
    bytes.set(new TextEncoder().encode('/lib/ld\0'), 130)
    const facts = new Map(elfFacts(bytes)?.map(({ label, value }) => [label, value]))
    expect(facts.get('Machine')).toBe('x86-64')
    expect(facts.get('Interpreter')).toBe('/lib/ld')
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 0, maxLength: 300 }), (noise) => {
        bytes.set(noise.subarray(0, 190), 5)
        elfFacts(bytes)
        archiveKind(noise)
      })
    )
  })

  it('lists archives, and says when there may be more', async () => {
    const tar = new Uint8Array(2048)
    const text = (at: number, value: string): void => tar.set(new TextEncoder().encode(value), at)
    text(0, 'dir/file')
    text(124, '00000000005\0')
    text(156, '0')
    const sum = tar.subarray(0, 512).reduce((all, byte) => all + byte, 0) + 8 * 32
    text(148, `${sum.toString(8).padStart(6, '0')}\0 `)
    expect(await listArchive(tar, true)).toEqual({
      ...{ kind: 'tar', entries: [{ name: 'dir/file', size: 5 }], partial: false }
    })
    expect((await listArchive(tar, false))?.partial).toBe(true)
    const packed = await gzip(tar)
    expect((await listArchive(packed, true))?.entries).toHaveLength(1)
    expect((await listArchive(packed.slice(0, 40), false))?.partial ?? true).toBe(true)
    expect(await listArchive(await gzip(new TextEncoder().encode('text')), true)).toBeNull()
    // A size that leads out of it ends the listing.
    text(124, '77777777777\0')
    text(148, '        ')
    const large = tar.subarray(0, 512).reduce((all, byte) => all + byte, 0)
    text(148, `${large.toString(8).padStart(6, '0')}\0 `)
    expect(await listArchive(tar, true)).toMatchObject({ entries: [{ size: 8_589_934_591 }], partial: true })
  })
})

describe('words', () => {
  it('say what is not as it was', () => {
    const before = { ...entry('/a'), sizeBytes: 10, mode: 0o755 }
    const text = changeText(entry('/a', { badge: 'changed', before }))
    expect(text).toBe('Changed: size 10B → 1B, mode -rwxr-xr-x → -rw-r--r--')
    expect(changeText(entry('/a'))).toBe('')
    expect(describeEntry(entry('/a', { badge: 'removed' }))).toBe('file, Removed, 1B')
  })

  it('hide what may be a secret in a configuration', () => {
    const config = RunConfig.parse({
      Env: ['PATH=/bin', 'TOKEN=abc', 'EMPTY='],
      Cmd: ['run', '--password', 'x']
    })
    const sections = configSections({ config, platform: 'linux/amd64' })
    const facts = sections.flatMap((section) => section.facts)
    expect(facts.find(({ label }) => label === 'TOKEN')?.hidden).toBeDefined()
    expect(facts.find(({ label }) => label === 'PATH')?.hidden).toBeUndefined()
    expect(facts.find(({ label }) => label === 'Cmd')?.hidden).not.toContain(' x')
  })
})
