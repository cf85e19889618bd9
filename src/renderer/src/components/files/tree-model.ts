/** The rows of a FileTree out of folders that have been read: sorted, filtered, with what was deleted. Pure. */
import { baseName, joinPath, parentPath } from '@shared/docker/container-path'
import { humanSize } from '@shared/docker/size'
import type { ChangeKind, FileEntry, FileSort, Folder, TreeRow } from './tree-types'

export interface TreeInput {
  readonly root: string
  readonly folders: ReadonlyMap<string, Folder>
  readonly expanded: ReadonlySet<string>
  readonly sort: FileSort
  readonly foldersFirst: boolean
  readonly hidden: boolean
  /** Shows only what has this in its name, and what leads there. */
  readonly query: string
  readonly changes: ReadonlyMap<string, ChangeKind>
}

const collator = new Intl.Collator('en', { numeric: true })

/** Deleted paths by the folder they were in. */
export function deletedByFolder(changes: ReadonlyMap<string, ChangeKind>): ReadonlyMap<string, string[]> {
  const folders = new Map<string, string[]>()
  for (const [path, kind] of changes) {
    if (kind !== 'deleted') continue
    const folder = parentPath(path)
    const names = folders.get(folder)
    if (names === undefined) folders.set(folder, [baseName(path)])
    else names.push(baseName(path))
  }
  return folders
}

/** Every row from top to bottom. */
export function treeRows(input: TreeInput): TreeRow[] {
  const rows: TreeRow[] = []
  const builder = new Builder(input)
  builder.addFolder(rows, input.root, 1)
  return rows
}

class Builder {
  readonly #input: TreeInput
  readonly #query: string
  readonly #deleted: ReadonlyMap<string, string[]>
  readonly #compare: (a: FileEntry, b: FileEntry) => number
  readonly #leads = new Map<string, boolean>()

  constructor(input: TreeInput) {
    this.#input = input
    this.#query = input.query.toLowerCase()
    this.#deleted = deletedByFolder(input.changes)
    this.#compare = comparing(input)
  }

  addFolder(rows: TreeRow[], path: string, level: number): void {
    const folder = this.#input.folders.get(path)
    if (folder === undefined) return
    const gone = this.#goneIn(path, folder)
    const shown = [...folder.entries, ...gone.values()].filter((entry) => this.#isShown(path, entry))
    shown.sort(this.#compare)
    shown.forEach((entry, index) => {
      const own = joinPath(path, entry.name)
      const isGone = gone.has(entry.name)
      const expanded = entry.type === 'directory' && !isGone ? this.#isExpanded(own) : null
      rows.push({
        kind: 'entry',
        key: own,
        path: own,
        entry,
        level,
        expanded,
        change: this.#input.changes.get(own) ?? null,
        gone: isGone,
        position: index + 1,
        setSize: shown.length
      })
      if (expanded === true) this.addFolder(rows, own, level + 1)
    })
    const note = noteOf(folder, shown.length, this.#query !== '')
    if (note !== null) rows.push({ kind: 'note', key: `${path}\0note`, level, path, ...note })
  }

  #goneIn(path: string, folder: Folder): Map<string, FileEntry> {
    const names = this.#deleted.get(path)
    if (names === undefined) return new Map()
    const there = new Set(folder.entries.map(({ name }) => name))
    return new Map(names.filter((name) => !there.has(name)).map((name) => [name, goneEntry(name)]))
  }

  #isShown(folder: string, entry: FileEntry): boolean {
    if (!this.#input.hidden && entry.name.startsWith('.')) return false
    return this.#query === '' || this.#matches(entry) || this.#leadsToMatch(joinPath(folder, entry.name))
  }

  #matches({ name }: FileEntry): boolean {
    return name.toLowerCase().includes(this.#query)
  }

  /** Whether something read below this folder matches. */
  #leadsToMatch(path: string): boolean {
    const known = this.#leads.get(path)
    if (known !== undefined) return known
    const entries = this.#input.folders.get(path)?.entries ?? []
    const leads = entries.some(
      (entry) => this.#matches(entry) || this.#leadsToMatch(joinPath(path, entry.name))
    )
    this.#leads.set(path, leads)
    return leads
  }

  #isExpanded(path: string): boolean {
    return this.#input.expanded.has(path) || (this.#query !== '' && this.#leadsToMatch(path))
  }
}

function noteOf(folder: Folder, shown: number, searching: boolean) {
  const { state, error, readBytes } = folder
  if (state === 'failed') {
    return { tone: 'error', text: `${error?.message ?? ''} ${error?.hint ?? ''}`.trim() } as const
  }
  if (state === 'reading') {
    return { tone: 'muted', text: readBytes > 0 ? `Reading… ${humanSize(readBytes)}` : 'Reading…' } as const
  }
  if (shown > 0 || searching) return null
  return { tone: 'muted', text: folder.entries.length > 0 ? 'Only hidden files' : 'Empty' } as const
}

function goneEntry(name: string): FileEntry {
  const nothing = { size: 0, mode: 0, uid: 0, gid: 0, mtime: 0, target: null, mount: null }
  return { name, type: 'other', ...nothing }
}

function comparing({ sort, foldersFirst }: TreeInput): (a: FileEntry, b: FileEntry) => number {
  const by = COMPARE[sort.key]
  const direction = sort.descending ? -1 : 1
  return (a, b) => {
    const folders = foldersFirst ? Number(b.type === 'directory') - Number(a.type === 'directory') : 0
    return folders || direction * by(a, b) || collator.compare(a.name, b.name)
  }
}

const COMPARE: Readonly<Record<FileSort['key'], (a: FileEntry, b: FileEntry) => number>> = {
  name: (a, b) => collator.compare(a.name, b.name),
  size: (a, b) => a.size - b.size,
  mode: (a, b) => a.mode - b.mode,
  owner: (a, b) => a.uid - b.uid || a.gid - b.gid,
  mtime: (a, b) => a.mtime - b.mtime
}
