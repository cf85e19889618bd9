/** What a search found, as rows of a tree: a flat list. */
import type { FileEntry } from '@shared/contract/image-files'
import type { ImageRow, RowList } from './row-types'

export class FoundRows implements RowList {
  readonly #entries: readonly FileEntry[]

  constructor(entries: readonly FileEntry[]) {
    this.#entries = entries
  }

  get length(): number {
    return this.#entries.length
  }

  at(index: number): ImageRow | null {
    const entry = this.#entries[index]
    if (entry === undefined) return null
    const place = { level: 1, position: index + 1, setSize: this.#entries.length }
    return { kind: 'entry', key: `${index} ${entry.path}`, entry, expanded: null, ...place }
  }

  want(): void {
    // Everything is there.
  }
  parentOf(): null {
    return null
  }
  toggle(): void {
    // Nothing of it opens up.
  }
  retry(): void {
    // It has no folders.
  }
}
