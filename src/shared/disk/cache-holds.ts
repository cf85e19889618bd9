/**
 * Which image layers build cache that stays may hold. BuildKit keeps the layers its records are about, also when every image
 * with them has gone, and the engine does not say which record is about which layer. What it says is the record's size and
 * what it is built on; where that leaves a doubt the layer counts as held. Pure; used by freed.ts.
 */
import type { DiskCacheRecord, DiskLayer, DiskReport } from '../contract/disk'

export type HeldLayers = 'any' | ReadonlySet<number>

/** The layers that the records for which `stays` may hold, those below them included. `any`: nothing can be told. */
export function mayBeHeld(report: DiskReport, stays: (record: DiskCacheRecord) => boolean): HeldLayers {
  const records = report.cache.filter((record) => holdsLayers(record) && stays(record))
  if (records.length === 0) return new Set()
  const holds = layersOfRecords(report)
  const held = new Set<number>()
  for (const record of records) {
    const layers = holds(record)
    if (layers === 'any') return 'any'
    for (const layer of layers) held.add(layer)
  }
  return held
}

/** The records that may hold some of these layers, with all that is built on them: those go before they can. */
export function recordsHolding(report: DiskReport, wanted: ReadonlySet<number>): readonly DiskCacheRecord[] {
  const holds = layersOfRecords(report)
  const children = childrenOf(report.cache)
  const open = report.cache.filter((record) => {
    if (!holdsLayers(record) || wanted.size === 0) return false
    const layers = holds(record)
    return layers === 'any' || [...layers].some((layer) => wanted.has(layer))
  })
  const found = new Set(open)
  for (let at = open.pop(); at !== undefined; at = open.pop()) {
    for (const child of children.get(at.id) ?? []) {
      if (found.has(child)) continue
      found.add(child)
      open.push(child)
    }
  }
  return [...found]
}

/** A base image's record may hold layers of others although no image has all that it holds. */
function holdsLayers(record: DiskCacheRecord): boolean {
  return record.shared || (record.type === 'regular' && record.parents.length === 0)
}

type Holds = (record: DiskCacheRecord) => HeldLayers

/** Asked for many sets of objects of one report, and dear for a large one. */
const known = new WeakMap<DiskReport, Holds>()

function layersOfRecords(report: DiskReport): Holds {
  const before = known.get(report)
  if (before !== undefined) return before
  const bySize = layersBySize(report.layers)
  const children = childrenOf(report.cache)
  const found = new Map<DiskCacheRecord, HeldLayers>()
  const holds: Holds = (record) => {
    const layers = found.get(record) ?? layersOfRecord(report, record, children.get(record.id) ?? [], bySize)
    found.set(record, layers)
    return layers
  }
  known.set(report, holds)
  return holds
}

function layersOfRecord(
  { layers }: DiskReport,
  record: DiskCacheRecord,
  children: readonly DiskCacheRecord[],
  bySize: BySize
): HeldLayers {
  const found = record.parents.length === 0 ? baseLayers(layers, children, bySize) : ownLayers(record, bySize)
  if (found === null) return 'any'
  const held = new Set<number>()
  for (const layer of found) addChain(layers, layer, held)
  return held
}

type BySize = ReadonlyMap<number, readonly number[]>

function layersBySize(layers: readonly DiskLayer[]): BySize {
  const bySize = new Map<number, number[]>()
  for (const [index, { sizeBytes }] of layers.entries()) {
    if (sizeBytes === null) continue
    const same = bySize.get(sizeBytes)
    if (same === undefined) bySize.set(sizeBytes, [index])
    else same.push(index)
  }
  return bySize
}

/** The layers a record built on one other may be about; null when that cannot be told. */
function ownLayers(record: DiskCacheRecord, bySize: BySize): readonly number[] | null {
  // A merge of several is about layers that stand elsewhere.
  if (record.parents.length > 1) return null
  // An empty one holds no more than what it is built on, which stays with it and is looked at itself.
  if (record.sizeBytes === 0) return []
  return bySize.get(record.sizeBytes) ?? null
}

/** A base image's record has no size: it holds what is below the layers of the records built on it. */
function baseLayers(
  layers: readonly DiskLayer[],
  children: readonly DiskCacheRecord[],
  bySize: BySize
): readonly number[] | null {
  const telling = children.filter(
    (child) => child.shared && child.sizeBytes > 0 && child.parents.length === 1
  )
  if (telling.length === 0) return null
  const below = telling.map((child) =>
    bySize.get(child.sizeBytes)?.map((index) => layers[index]?.below ?? null)
  )
  if (below.some((places) => places === undefined)) return null
  return below.flatMap((places) => places ?? []).filter((place) => place !== null)
}

function childrenOf(records: readonly DiskCacheRecord[]): ReadonlyMap<string, readonly DiskCacheRecord[]> {
  const children = new Map<string, DiskCacheRecord[]>()
  for (const record of records) {
    for (const parent of record.parents) {
      const known = children.get(parent)
      if (known === undefined) children.set(parent, [record])
      else known.push(record)
    }
  }
  return children
}

function addChain(layers: readonly DiskLayer[], from: number, held: Set<number>): void {
  for (let at: number | null = from; at !== null && !held.has(at); at = layers[at]?.below ?? null)
    held.add(at)
}
