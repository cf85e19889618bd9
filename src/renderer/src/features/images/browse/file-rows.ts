/**
 * The rows of an image's tree: folders are read page by page as they come into view, so that a folder of 300,000 files costs
 * what is looked at. Rows are asked for by their place; nothing as long as the tree is ever made.
 */
import type { FileEntry } from '@shared/contract/image-files'
import type { ImageRow, ReadFiles, RowList } from './row-types'

export const PAGE_ROWS = 200

class Folder {
  readonly pages = new Map<number, readonly FileEntry[]>()
  readonly reading = new Map<number, Promise<void>>()
  /** Folders in it that are open, by their position. */
  readonly open = new Map<number, Folder>()
  total: number | null = null
  error: string | null = null
  /** Rows of everything below. */
  rows = 1

  readonly path: string
  readonly parent: Folder | null
  readonly position: number
  readonly level: number

  constructor(path: string, parent: Folder | null, position: number) {
    this.path = path
    this.parent = parent
    this.position = position
    this.level = parent === null ? 1 : parent.level + 1
  }

  /** Rows of its own: its entries, or the one note that stands for them. */
  get ownRows(): number {
    return this.error !== null || this.total === null || this.total === 0 ? 1 : this.total
  }

  entry(position: number): FileEntry | undefined {
    return this.pages.get(Math.floor(position / PAGE_ROWS))?.[position % PAGE_ROWS]
  }

  sorted(): readonly (readonly [number, Folder])[] {
    return [...this.open].sort(([a], [b]) => a - b)
  }
}

export class FileRows implements RowList {
  readonly #read: ReadFiles
  readonly #changed: () => void
  readonly #root = new Folder('/', null, 0)
  readonly #expanded: Set<string>
  #over = false

  /** @param expanded the paths that are open; kept by the caller, so that another layer shows the same ones. */
  constructor(read: ReadFiles, expanded: Set<string>, changed: () => void) {
    this.#read = read
    this.#expanded = expanded
    this.#changed = changed
    void this.#readPage(this.#root, 0)
  }

  get length(): number {
    return this.#root.rows
  }

  at(index: number): ImageRow | null {
    const place = index >= 0 && index < this.length ? this.#place(index) : null
    return place === null ? null : rowOf(place.folder, place.position)
  }

  want(from: number, to: number): void {
    for (let index = Math.max(0, from); index <= Math.min(to, this.length - 1); index++) {
      const { folder, position } = this.#place(index)
      if (folder.error === null && folder.entry(position) === undefined && folder.total !== 0) {
        void this.#readPage(folder, Math.floor(position / PAGE_ROWS))
      }
    }
  }

  parentOf(index: number): number | null {
    if (index < 0 || index >= this.length) return null
    const { folder } = this.#place(index)
    return folder.parent === null ? null : this.#indexOf(folder.parent, folder.position)
  }

  toggle(path: string): void {
    if (!this.#expanded.delete(path)) this.#expanded.add(path)
    const found = this.#known(path)
    if (found === null) return
    const { folder, position } = found
    const before = folder.open.get(position)
    if (before === undefined) this.#open(folder, position, path)
    else {
      folder.open.delete(position)
      this.#recount(folder)
    }
    this.#changed()
  }

  retry(path: string): void {
    for (const folder of this.#folders()) {
      if (folder.path !== path || folder.error === null) continue
      folder.error = null
      this.#recount(folder)
      void this.#readPage(folder, 0)
    }
    this.#changed()
  }

  /** Opens every folder above a path and answers its row; null when there is none, or it is too far down to look for. */
  async reveal(path: string): Promise<number | null> {
    let folder = this.#root
    const names = path.split('/').slice(1)
    for (const [depth, name] of names.entries()) {
      const position = await this.#find(folder, name)
      if (position === null) return null
      if (depth === names.length - 1) return this.#indexOf(folder, position)
      const own = `/${names.slice(0, depth + 1).join('/')}`
      this.#expanded.add(own)
      const child = folder.open.get(position) ?? this.#open(folder, position, own)
      this.#changed()
      folder = child
    }
    return null
  }

  /** What is still being read changes nothing any more. */
  close(): void {
    this.#over = true
  }

  async #find(folder: Folder, name: string): Promise<number | null> {
    for (let page = 0; ; page++) {
      await this.#readPage(folder, page)
      const entries = folder.pages.get(page)
      if (entries === undefined) return null
      const at = entries.findIndex((entry) => entry.name === name)
      if (at >= 0) return page * PAGE_ROWS + at
      if ((page + 1) * PAGE_ROWS >= Math.min(folder.total ?? 0, 20_000)) return null
    }
  }

  #open(folder: Folder, position: number, path: string): Folder {
    const child = new Folder(path, folder, position)
    folder.open.set(position, child)
    this.#recount(child)
    void this.#readPage(child, 0)
    return child
  }

  async #readPage(folder: Folder, page: number): Promise<void> {
    if (folder.pages.has(page)) return
    const reading = folder.reading.get(page) ?? this.#readAnew(folder, page)
    folder.reading.set(page, reading)
    await reading
  }

  async #readAnew(folder: Folder, page: number): Promise<void> {
    try {
      const { entries, total } = await this.#read(folder.path, page * PAGE_ROWS, PAGE_ROWS)
      if (this.#over) return
      folder.total = total
      folder.pages.set(page, entries)
      entries.forEach((entry, at) => {
        const position = page * PAGE_ROWS + at
        if (entry.kind === 'directory' && this.#expanded.has(entry.path) && !folder.open.has(position))
          this.#open(folder, position, entry.path)
      })
    } catch (thrown) {
      if (this.#over) return
      folder.error = thrown instanceof Error ? thrown.message : 'It could not be read.'
    } finally {
      folder.reading.delete(page)
    }
    this.#recount(folder)
    this.#changed()
  }

  /** The number of rows of a folder and of all it is in. */
  #recount(from: Folder): void {
    for (let folder: Folder | null = from; folder !== null; folder = folder.parent) {
      let rows = folder.ownRows
      if (folder.error === null) for (const child of folder.open.values()) rows += child.rows
      folder.rows = rows
    }
  }

  #place(index: number): { folder: Folder; position: number } {
    let folder = this.#root
    let rest = index
    for (;;) {
      let next: Folder | null = null
      let first = 0
      for (const [position, child] of folder.error === null ? folder.sorted() : []) {
        const span = position - first + 1
        if (rest < span) break
        rest -= span
        first = position + 1
        if (rest < child.rows) {
          next = child
          break
        }
        rest -= child.rows
      }
      if (next === null) return { folder, position: first + rest }
      folder = next
    }
  }

  #indexOf(folder: Folder, position: number): number {
    let index = position
    for (const [at, child] of folder.open) if (at < position) index += child.rows
    return folder.parent === null ? index : this.#indexOf(folder.parent, folder.position) + 1 + index
  }

  /** Where the entry of a path is, among what has been read. */
  #known(path: string): { folder: Folder; position: number } | null {
    const parent = path.slice(0, Math.max(1, path.lastIndexOf('/')))
    for (const folder of this.#folders()) {
      if (folder.path !== parent) continue
      for (const [page, entries] of folder.pages) {
        const at = entries.findIndex((entry) => entry.path === path)
        if (at >= 0) return { folder, position: page * PAGE_ROWS + at }
      }
    }
    return null
  }

  *#folders(from = this.#root): Generator<Folder> {
    yield from
    for (const child of from.open.values()) yield* this.#folders(child)
  }
}

function rowOf(folder: Folder, position: number): ImageRow {
  const { level, path } = folder
  const place = { level, position: position + 1, setSize: folder.ownRows }
  if (folder.error !== null) {
    return { kind: 'note', key: `${path}\0note`, tone: 'error', text: folder.error, path, ...place }
  }
  if (folder.total === 0) {
    return { kind: 'note', key: `${path}\0note`, tone: 'muted', text: 'Empty', path, ...place }
  }
  const entry = folder.entry(position)
  if (entry === undefined) return { kind: 'pending', key: `${path}\0${position}`, ...place }
  const expanded = entry.kind === 'directory' ? folder.open.has(position) : null
  return { kind: 'entry', key: entry.path, entry, expanded, ...place }
}
