/** Progress of copies: what has been copied of what there is, and what could not be. Used by upload.ts and download.ts. */
import { plainText } from '@shared/docker/text'
import type { TaskUpdate } from '../tasks/registry'

const MOST_NAMED = 3

/** Counts bytes and tells a task of them. */
export class CopyProgress {
  readonly #update: (news: TaskUpdate) => void
  readonly #totalBytes: number | null
  #bytes = 0
  #files = 0

  /** @param totalBytes null while nobody knows. */
  constructor(update: (news: TaskUpdate) => void, totalBytes: number | null) {
    this.#update = update
    this.#totalBytes = totalBytes
  }

  get files(): number {
    return this.#files
  }

  add(bytes: number): void {
    this.#bytes += bytes
    this.#tell()
  }

  fileDone(): void {
    this.#files += 1
    this.#tell()
  }

  #tell(): void {
    const total = this.#totalBytes
    if (total !== null && total > 0) this.#update({ progress: { current: this.#bytes, total } })
    else this.#update({ message: countText(this.#files) })
  }
}

export function countText(files: number): string {
  return files === 1 ? '1 file' : `${files} files`
}

/** What was left out of a copy and why, in one sentence; empty when nothing was. */
export function skippedText(skipped: readonly Skipped[]): string {
  if (skipped.length === 0) return ''
  const named = skipped.slice(0, MOST_NAMED).map(({ name, why }) => `${plainText(name)} (${why})`)
  const more = skipped.length > MOST_NAMED ? ` and ${skipped.length - MOST_NAMED} more` : ''
  return ` Left out: ${named.join(', ')}${more}.`
}

/** One thing that was left out. */
export interface Skipped {
  readonly name: string
  readonly why: string
}
