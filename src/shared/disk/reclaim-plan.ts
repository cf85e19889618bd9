/**
 * The reclaim plan: from a goal to an exact list. Removes as little as reaches the goal, in the order of candidates.ts, and says
 * how far it gets where it does not. Pure; used by the dialog "Free disk space".
 */
import type { DiskReport } from '../contract/disk'
import { recordsHolding } from './cache-holds'
import { candidates, type Candidate } from './candidates'
import { freedLayers, removal, type FreedBytes } from './freed'
import { diskKey, type DiskKey } from './keys'
import { itemBytes } from './item-bytes'

export interface PlanItem extends Candidate {
  /** What it adds to what the ones before it free. */
  readonly bytes: number
  readonly running: number
}

export interface ReclaimPlan extends FreedBytes {
  readonly items: readonly PlanItem[]
  /** False when everything that may go is not enough. */
  readonly reached: boolean
}

/** `goal` null: everything that is not in use. */
export function reclaimPlan(
  report: DiskReport,
  goal: number | null,
  { volumes }: { readonly volumes: boolean }
): ReclaimPlan {
  const { cache, sharedCache, rest } = candidates(report, volumes)
  if (goal !== null) {
    const without = shortest(report, [...cache, ...rest], goal)
    if (without !== null) return planned(report, without, goal)
  }
  const all = [...cache, ...sharedCache, ...rest]
  const chosen = (goal === null ? null : shortest(report, all, goal)) ?? all
  return planned(report, withoutIdleCache(report, chosen, sharedCache), goal)
}

/** The plan of an own choice: in the same order, what can go of it. */
export function planOf(report: DiskReport, chosen: ReadonlySet<DiskKey>): ReclaimPlan {
  const { cache, sharedCache, rest } = candidates(report, true)
  return planned(
    report,
    [...cache, ...sharedCache, ...rest].filter(({ key }) => chosen.has(key)),
    null
  )
}

const keysOf = (list: readonly Candidate[]): ReadonlySet<DiskKey> => new Set(list.map(({ key }) => key))

/** The fewest from the front that free the goal; null when all of them do not. More never free less. */
function shortest(report: DiskReport, list: readonly Candidate[], goal: number): readonly Candidate[] | null {
  const enough = (count: number): boolean => removal(report, keysOf(list.slice(0, count))).atLeast >= goal
  if (!enough(list.length)) return null
  let [low, high] = [0, list.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if (enough(middle)) high = middle
    else low = middle + 1
  }
  return list.slice(0, low)
}

/** Cache that only images which stay have frees nothing: it stays as well. */
function withoutIdleCache(
  report: DiskReport,
  chosen: readonly Candidate[],
  sharedCache: readonly Candidate[]
): readonly Candidate[] {
  const { going } = removal(report, keysOf(chosen))
  const holding = new Set(
    recordsHolding(report, freedLayers(report, going)).map(({ id }) => diskKey('cache', id))
  )
  const idle = new Set(sharedCache.filter(({ key }) => !holding.has(key)).map(({ key }) => key))
  return chosen.filter(({ key }) => !idle.has(key))
}

function planned(report: DiskReport, chosen: readonly Candidate[], goal: number | null): ReclaimPlan {
  const { going, ...freed } = removal(report, keysOf(chosen))
  const bytesOf = itemBytes(report, going)
  const serves = usefulness(report, going)
  let running = 0
  const items: PlanItem[] = []
  for (const candidate of chosen) {
    if (!going.has(candidate.key)) continue
    const bytes = bytesOf(candidate.key)
    running += bytes
    if (goal === null || bytes > 0 || serves(candidate.key)) items.push({ ...candidate, bytes, running })
  }
  const { atLeast, atMost, exact } = freed
  return { items, atLeast, atMost, exact, reached: goal === null || atLeast >= goal }
}

/** Whether something that frees nothing by itself lets something else of the list go. */
function usefulness(report: DiskReport, going: ReadonlySet<DiskKey>): (key: DiskKey) => boolean {
  const freed = freedLayers(report, going)
  const useful = new Set<DiskKey>(report.cache.map(({ id }) => diskKey('cache', id)))
  for (const { Id, imageId, volumes } of report.containers) {
    const held = [diskKey('image', imageId), ...volumes.map((name) => diskKey('volume', name))]
    if (held.some((key) => going.has(key))) useful.add(diskKey('container', Id))
  }
  for (const { Id, parentId, layers } of report.images) {
    const serves =
      going.has(diskKey('image', parentId)) || layers?.some((layer) => freed.has(layer)) !== false
    if (serves) useful.add(diskKey('image', Id))
  }
  return (key) => useful.has(key)
}
