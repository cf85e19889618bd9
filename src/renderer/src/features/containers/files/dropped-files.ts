/** What was dropped on the page, folders walked: the page sees names and contents, never a path of the host. */

export interface Dropped {
  /** Relative, with forward slashes; a folder comes before what is in it. */
  readonly path: string
  readonly kind: 'file' | 'directory'
  readonly file: File | null
}

/** A file as it was dropped, or an entry to walk: only folders need the latter, and not every source has entries. */
export type DroppedItem = File | FileSystemEntry

/** Must be called while the event is being handled: the browser forgets what was dropped right after. */
export function droppedEntries(data: DataTransfer): readonly DroppedItem[] {
  return [...data.items]
    .filter(({ kind }) => kind === 'file')
    .map((item) => {
      const entry = item.webkitGetAsEntry()
      return entry?.isDirectory ? entry : (item.getAsFile() ?? entry)
    })
    .filter((dropped) => dropped !== null)
}

/** Everything at and below the entries. What cannot be read fails the whole: half a folder is worse than none. */
export async function walkDropped(entries: readonly DroppedItem[]): Promise<Dropped[]> {
  const found: Dropped[] = []
  const pending = [...entries].reverse()
  for (let entry = pending.pop(); entry !== undefined; entry = pending.pop()) {
    if (entry instanceof File) {
      found.push({ path: entry.name, kind: 'file', file: entry })
      continue
    }
    const path = entry.fullPath.replace(/^\//, '')
    if (entry.isDirectory) {
      found.push({ path, kind: 'directory', file: null })
      pending.push(...(await childrenOf(entry as FileSystemDirectoryEntry)).reverse())
    } else if (entry.isFile) {
      found.push({ path, kind: 'file', file: await fileOf(entry as FileSystemFileEntry) })
    }
  }
  return found
}

/** A reader hands out a hundred or so at a time, until it hands out none. */
async function childrenOf(folder: FileSystemDirectoryEntry): Promise<FileSystemEntry[]> {
  const reader = folder.createReader()
  const children: FileSystemEntry[] = []
  for (;;) {
    const some = await new Promise<FileSystemEntry[]>((resolve, reject) => {
      reader.readEntries(resolve, reject)
    })
    if (some.length === 0) return children
    children.push(...some)
  }
}

function fileOf(entry: FileSystemFileEntry): Promise<File> {
  return new Promise((resolve, reject) => {
    entry.file(resolve, reject)
  })
}
