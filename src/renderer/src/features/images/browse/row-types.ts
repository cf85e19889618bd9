/** The rows of a tree of image files, and what gives them: a folder tree (file-rows.ts) or search results (found-rows.ts). */
import type { FileEntry } from '@shared/contract/image-files'

export interface FilesPage {
  readonly entries: readonly FileEntry[]
  readonly total: number
}
export type ReadFiles = (path: string, offset: number, limit: number) => Promise<FilesPage>

interface AnyRow {
  readonly key: string
  readonly level: number
  readonly position: number
  readonly setSize: number
}
export interface FileRow extends AnyRow {
  readonly kind: 'entry'
  readonly entry: FileEntry
  /** Null for what cannot be opened up. */
  readonly expanded: boolean | null
}
/** A place whose entry is still being read. */
export interface PendingRow extends AnyRow {
  readonly kind: 'pending'
}
/** What stands in a folder instead of entries. */
export interface NoteRow extends AnyRow {
  readonly kind: 'note'
  readonly tone: 'muted' | 'error'
  readonly text: string
  readonly path: string
}
export type ImageRow = FileRow | PendingRow | NoteRow

/** What a tree shows; search results are one too. */
export interface RowList {
  readonly length: number
  at(index: number): ImageRow | null
  /** Says which rows are in view: what is missing of them is read. */
  want(from: number, to: number): void
  /** The row of the folder that a row is in. */
  parentOf(index: number): number | null
  toggle(path: string): void
  retry(path: string): void
}
