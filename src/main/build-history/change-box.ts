/**
 * A collection on its way to one reader: what changed since the reader last took something, as one patch. Rows that are told again
 * without a change are told once.
 */
import type { AppError } from '@shared/errors'
import { mergePatches, type Change, type Identified, type Patch } from '@shared/patch'

export class ChangeBox<T extends Identified> {
  readonly #known = new Map<string, string>()
  #snapshot: readonly T[] | null = null
  #patch: Patch<T> | null = null
  #ended: { readonly error: AppError | null } | null = null
  #wake: () => void = () => undefined

  /** The whole collection; what was put before it counts as newer. */
  start(items: readonly T[]): void {
    const newer = this.#patch
    this.#patch = null
    this.#snapshot = items
    this.#known.clear()
    for (const item of items) this.#known.set(item.Id, JSON.stringify(item))
    for (const id of newer?.removes ?? []) this.remove(id)
    for (const item of newer?.upserts ?? []) this.put(item)
    this.#wake()
  }

  put(item: T): void {
    const text = JSON.stringify(item)
    if (this.#known.get(item.Id) === text) return
    this.#known.set(item.Id, text)
    this.#add({ type: 'patch', upserts: [item], removes: [] })
  }

  remove(id: string): void {
    this.#known.delete(id)
    this.#add({ type: 'patch', upserts: [], removes: [id] })
  }

  /** Nothing comes any more; the reader gets what is left, and then the error if there is one. */
  end(error: AppError | null): void {
    this.#ended ??= { error }
    this.#wake()
  }

  /** The snapshot, then patches, until the end or until the signal aborts. */
  async *take(signal: AbortSignal): AsyncGenerator<Change<T>, void, undefined> {
    const wake = (): void => this.#wake()
    signal.addEventListener('abort', wake)
    try {
      while (!signal.aborted) {
        const next = this.#next()
        if (next !== null) yield next
        else if (this.#ended !== null) break
        else await new Promise<void>((resolve) => (this.#wake = resolve))
      }
    } finally {
      signal.removeEventListener('abort', wake)
    }
    const error = this.#ended?.error ?? null
    if (!signal.aborted && error !== null) throw error
  }

  #next(): Change<T> | null {
    if (this.#snapshot !== null) {
      const items = this.#snapshot
      this.#snapshot = null
      return { type: 'snapshot', items }
    }
    const patch = this.#patch
    this.#patch = null
    return patch
  }

  #add(patch: Patch<T>): void {
    this.#patch = this.#patch === null ? patch : mergePatches(this.#patch, patch)
    this.#wake()
  }
}
