/**
 * How a collection of Docker objects travels to a page: one snapshot, then patches by id.
 * main/resources makes them, the Pinia stores apply them; this file is the only place that knows the rules.
 */

/** The whole collection; replaces whatever the reader had. */
export interface Snapshot<T> {
  readonly type: 'snapshot'
  readonly items: readonly T[]
}

/** What changed since the item before: rows to put in place by id, and ids that are gone. */
export interface Patch<T> {
  readonly type: 'patch'
  readonly upserts: readonly T[]
  readonly removes: readonly string[]
}

export type Change<T> = Snapshot<T> | Patch<T>

/** Objects the engine names by `Id` (containers, images); everything watched here has one. */
export interface Identified {
  readonly Id: string
}

/** Applies a change to a map by id. Objects that did not change keep their identity, so unchanged rows do not re-render. */
export function applyChange<T extends Identified>(
  current: ReadonlyMap<string, T>,
  change: Change<T>
): ReadonlyMap<string, T> {
  if (change.type === 'snapshot') return new Map(change.items.map((item) => [item.Id, item]))
  const next = new Map(current)
  for (const id of change.removes) next.delete(id)
  for (const item of change.upserts) next.set(item.Id, item)
  return next
}

/** Two patches as one that has the same effect: the newest word about an id wins. */
export function mergePatches<T extends Identified>(older: Patch<T>, newer: Patch<T>): Patch<T> {
  const upserts = new Map(older.upserts.map((item) => [item.Id, item]))
  const removes = new Set(older.removes)
  for (const id of newer.removes) {
    upserts.delete(id)
    removes.add(id)
  }
  for (const item of newer.upserts) {
    removes.delete(item.Id)
    upserts.set(item.Id, item)
  }
  return { type: 'patch', upserts: [...upserts.values()], removes: [...removes] }
}
