/**
 * The last known rows of one kind of object, by id. Owned by watch.ts: every change of it comes out as the patch that a
 * reader of the old rows needs.
 */
import type { Identified, Patch } from '@shared/patch'

export class ResourceCache<T extends Identified> {
  #rows = new Map<string, T>()

  get rows(): ReadonlyMap<string, T> {
    return this.#rows
  }

  /** Takes the whole list; rows that say the same as before keep their identity. */
  replaceAll(list: readonly T[]): Patch<T> {
    const next = new Map<string, T>()
    const upserts: T[] = []
    for (const row of list) {
      const known = this.#rows.get(row.Id)
      const same = known !== undefined && sameRow(known, row)
      next.set(row.Id, same ? known : row)
      if (!same) upserts.push(row)
    }
    const removes = [...this.#rows.keys()].filter((id) => !next.has(id))
    this.#rows = next
    return { type: 'patch', upserts, removes }
  }

  /** Takes what was read for these ids: an id without a row is gone. */
  replaceSome(ids: Iterable<string>, list: readonly T[]): Patch<T> {
    const found = new Map(list.map((row) => [row.Id, row]))
    const upserts: T[] = []
    const removes: string[] = []
    for (const id of ids) {
      const row = found.get(id)
      if (row === undefined) {
        if (this.#rows.delete(id)) removes.push(id)
        continue
      }
      const known = this.#rows.get(id)
      if (known !== undefined && sameRow(known, row)) continue
      this.#rows.set(id, row)
      upserts.push(row)
    }
    return { type: 'patch', upserts, removes }
  }
}

/** Rows are plain data made by one schema, so their keys come in one order. */
function sameRow<T>(a: T, b: T): boolean {
  return JSON.stringify(a) === JSON.stringify(b)
}

export function isEmpty<T extends Identified>(patch: Patch<T>): boolean {
  return patch.upserts.length === 0 && patch.removes.length === 0
}
