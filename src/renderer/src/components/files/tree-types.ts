/** What a FileTree shows; made of any source of files: a container, an image, a layer. */
import type { FileChange, FileEntry } from '@shared/contract/files'

export type { FileEntry } from '@shared/contract/files'
export type ChangeKind = FileChange['kind']

/** One folder as far as it has been read. */
export interface Folder {
  readonly entries: readonly FileEntry[]
  readonly state: 'reading' | 'ready' | 'failed'
  /** Bytes read so far; 0 when it was quick. */
  readonly readBytes: number
  readonly error: { readonly message: string; readonly hint?: string | undefined } | null
}

export type SortKey = 'name' | 'size' | 'mode' | 'owner' | 'mtime'
export interface FileSort {
  readonly key: SortKey
  readonly descending: boolean
}

interface RowBase {
  readonly key: string
  readonly level: number
}

/** A file or folder. */
export interface EntryRow extends RowBase {
  readonly kind: 'entry'
  readonly path: string
  readonly entry: FileEntry
  /** Null for what cannot be opened up. */
  readonly expanded: boolean | null
  readonly change: ChangeKind | null
  /** Only known from what was deleted: it cannot be opened. */
  readonly gone: boolean
  readonly position: number
  readonly setSize: number
}

/** What stands in a folder instead of entries: it is empty, is being read, or could not be. */
export interface NoteRow extends RowBase {
  readonly kind: 'note'
  readonly tone: 'muted' | 'error'
  readonly text: string
  /** The folder that is spoken of. */
  readonly path: string
}

export type TreeRow = EntryRow | NoteRow
