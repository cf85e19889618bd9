import { flushPromises, mount, type VueWrapper } from '@vue/test-utils'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { giveElementsASize } from '../testing'
import { visibleName } from '../visible-text'
import { decodeText, imageType, lineSeparator, viewKind } from './file-kind'
import { modeText, sizeText } from './file-text'
import FileTree from './FileTree.vue'
import { hexRow, hexRowCount } from './hex-rows'
import { treeAction, typedIndex } from './tree-keys'
import { treeRows, type TreeInput } from './tree-model'
import type { FileEntry, Folder, TreeRow } from './tree-types'

const entry = (name: string, over: Partial<FileEntry> = {}): FileEntry => ({
  ...{ name, type: 'file', size: 1, mode: 0o644, uid: 0, gid: 0 },
  ...{ mtime: 1_700_000_000_000, target: null, mount: null },
  ...over
})
const dir = (name: string): FileEntry => entry(name, { type: 'directory' })
const folder = (...entries: FileEntry[]): Folder => ({ entries, state: 'ready', readBytes: 0, error: null })

const input = (folders: Record<string, Folder>, over: Partial<TreeInput> = {}): TreeInput => ({
  root: '/',
  folders: new Map(Object.entries(folders)),
  expanded: new Set(),
  sort: { key: 'name', descending: false },
  foldersFirst: true,
  hidden: true,
  query: '',
  changes: new Map(),
  ...over
})
const shown = (rows: readonly TreeRow[]): string[] =>
  rows.map((row) =>
    row.kind === 'entry' ? `${' '.repeat(row.level - 1)}${row.entry.name}` : `(${row.text})`
  )

describe('the rows of a tree', () => {
  const folders = { '/': folder(entry('b10'), entry('b9'), dir('z'), entry('.x')), '/z': folder(entry('in')) }

  it('are sorted by number in names, folders first, and open folders show what is in them', () => {
    expect(shown(treeRows(input(folders)))).toEqual(['z', '.x', 'b9', 'b10'])
    expect(shown(treeRows(input(folders, { expanded: new Set(['/z']), foldersFirst: false })))).toEqual([
      ...['.x', 'b9', 'b10', 'z', ' in']
    ])
    expect(shown(treeRows(input(folders, { hidden: false })))).not.toContain('.x')
  })

  it('show what was deleted and what changed', () => {
    const changes = new Map([
      ['/gone', 'deleted'],
      ['/b9', 'changed']
    ] as const)
    const rows = treeRows(input(folders, { changes }))
    expect(rows.find(({ key }) => key === '/gone')).toMatchObject({ gone: true, change: 'deleted' })
    expect(rows.find(({ key }) => key === '/b9')).toMatchObject({ gone: false, change: 'changed' })
  })

  it('lead to what is searched, and say when a folder is empty, being read or cannot be', () => {
    expect(shown(treeRows(input(folders, { query: 'IN' })))).toEqual(['z', ' in'])
    const reading: Folder = { ...folder(), state: 'reading', readBytes: 2_000_000 }
    expect(shown(treeRows(input({ '/': folder() })))).toEqual(['(Empty)'])
    expect(shown(treeRows(input({ '/': reading })))).toEqual(['(Reading… 2MB)'])
    const failed: Folder = { ...folder(), state: 'failed', error: { message: 'No.', hint: 'Go.' } }
    expect(shown(treeRows(input({ '/': failed })))).toEqual(['(No. Go.)'])
  })
})

describe('the keys of a tree', () => {
  const rows = treeRows(
    input(
      { '/': folder(dir('a'), dir('b'), entry('c')), '/a': folder(entry('x')) },
      { expanded: new Set(['/a']) }
    )
  )
  const press = (key: string, index: number, ctrl = false) => treeAction({ key, ctrl }, rows, index, 10)

  it('move, open, close and copy', () => {
    expect(press('ArrowRight', 0)).toEqual({ do: 'move', to: 1 })
    expect(press('ArrowLeft', 1)).toEqual({ do: 'move', to: 0 })
    expect(press('ArrowLeft', 0)).toMatchObject({ do: 'toggle' })
    expect(press('ArrowRight', 2)).toMatchObject({ do: 'toggle' })
    expect(press('End', 0)).toEqual({ do: 'move', to: 3 })
    expect(press('Enter', 3)).toMatchObject({ do: 'open' })
    expect(press('c', 3, true)).toMatchObject({ do: 'copy' })
    expect(press('ArrowUp', 0)).toBeNull()
    expect(press('x', 0)).toBeNull()
  })

  it('find a name as it is typed', () => {
    expect(typedIndex(rows, 0, 'c')).toBe(3)
    expect(typedIndex(rows, 3, 'c')).toBe(3)
    expect(typedIndex(rows, 0, 'q')).toBeNull()
  })
})

describe('what is in a file', () => {
  const bytes = (text: string) => new TextEncoder().encode(text)

  it('is told by its bytes first', () => {
    expect(viewKind('x', bytes('hello ä'), false)).toBe('text')
    expect(viewKind('x.txt', new Uint8Array([0, 1]), false)).toBe('hex')
    expect(viewKind('x.txt', new Uint8Array([0x89, 0x50, 0x4e, 0x47]), false)).toBe('image')
    expect(viewKind('x.png', bytes('no picture'), false)).toBe('text')
    expect(imageType('x.svg', bytes('<svg/>'))).toBe('image/svg+xml')
    expect(decodeText(bytes('ä').subarray(0, 1), true)).toBe('')
    expect(decodeText(bytes('ä').subarray(0, 1), false)).toBeNull()
  })

  it('keeps the ends of its lines', () => {
    expect(lineSeparator('a\r\nb\r\n')).toBe('\r\n')
    expect(lineSeparator('a\r\nb\n')).toBe('\n')
    expect(lineSeparator('')).toBe('\n')
  })

  it('is shown in hexadecimal, every byte once', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), (all) => {
        const rows = Array.from({ length: hexRowCount(all) }, (_, row) => hexRow(all, row))
        const found = rows
          .flatMap(({ hex }) => hex.trim().split(/\s+/))
          .map((pair) => Number.parseInt(pair, 16))
        expect(found).toEqual([...all])
      })
    )
    expect(hexRow(bytes('ab\n'), 0)).toMatchObject({ offset: '00000000', text: 'ab.' })
  })

  it('has facts in the words of ls', () => {
    expect(modeText(entry('x', { mode: 0o4755 }))).toBe('-rwsr-xr-x')
    expect(modeText(entry('x', { type: 'directory', mode: 0o1777 }))).toBe('drwxrwxrwt')
    expect(sizeText(dir('x'))).toBe('')
    expect(visibleName('a\nb\udcff\u202e')).toBe('a⏎b\\xff⟨U+202E⟩')
  })
})

describe('the tree', () => {
  let restore: () => void
  let tree: VueWrapper | null = null
  beforeEach(() => (restore = giveElementsASize(800, 400)))
  afterEach(() => {
    tree?.unmount()
    tree = null
    restore()
  })

  it('renders some of ten thousand rows, keeps one in the tab order, and tells what is pressed', async () => {
    const names = Array.from({ length: 10_000 }, (_, n) => entry(`file-${n}`))
    const rows = treeRows(input({ '/': folder(dir('<b>'), ...names) }))
    tree = mount(FileTree, {
      props: { name: 'Files', rows, sort: { key: 'name', descending: false }, selected: null },
      attachTo: document.body
    })
    await flushPromises()
    const items = () => [...document.querySelectorAll<HTMLElement>('[role="treeitem"]')]
    expect(items().length).toBeGreaterThan(5)
    expect(items().length).toBeLessThan(60)
    expect(items().filter(({ tabIndex }) => tabIndex === 0)).toHaveLength(1)
    const first = items()[0]!
    expect(first.getAttribute('aria-label')).toBe('<b>')
    expect(first.getAttribute('aria-setsize')).toBe('10001')
    first.focus()
    first.dispatchEvent(new KeyboardEvent('keydown', { key: 'ArrowRight', bubbles: true }))
    expect(tree.emitted('toggle')).toHaveLength(1)
    first.dispatchEvent(new KeyboardEvent('keydown', { key: 'ArrowDown', bubbles: true }))
    await flushPromises()
    expect(tree.emitted('update:selected')).toEqual([['/file-0']])
    expect(document.activeElement?.getAttribute('aria-label')).toBe('file-0')
    document.activeElement?.dispatchEvent(
      new KeyboardEvent('keydown', { key: 'c', ctrlKey: true, bubbles: true })
    )
    expect(tree.emitted('copy-path')).toEqual([['/file-0']])
  })
})
