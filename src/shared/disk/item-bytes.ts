/**
 * What each object of a set adds to what is freed, when they go one after the other: a layer's bytes are those of the last image
 * that had it. The sum is what `removal` (freed.ts) says of the whole set. Pure.
 */
import type { DiskReport } from '../contract/disk'
import { layersHeld, recordBytes } from './freed'
import { diskKey, type DiskKey } from './keys'

/** Ask for each object once, in the order they go. */
export function itemBytes(report: DiskReport, going: ReadonlySet<DiskKey>): (key: DiskKey) => number {
  const measured = report.images.every(({ layers }) => layers !== null)
  const images = new Map(report.images.map((image) => [diskKey('image', image.Id), image]))
  const held = layersHeld(report, going)
  const having = new Map<number, number>()
  for (const { layers } of report.images)
    for (const layer of layers ?? []) having.set(layer, (having.get(layer) ?? 0) + 1)

  function imageBytes(layers: readonly number[]): number {
    let bytes = 0
    for (const layer of layers) {
      const left = (having.get(layer) ?? 0) - 1
      having.set(layer, left)
      if (left === 0 && held !== 'any' && !held.has(layer)) bytes += report.layers[layer]?.sizeBytes ?? 0
    }
    return bytes
  }

  const others = ownBytes(report)
  const certain = held !== 'any' && held.size === 0
  return (key) => {
    const image = images.get(key)
    if (image === undefined) return others.get(key) ?? 0
    if (measured) return imageBytes(image.layers ?? [])
    return certain && image.sharedBytes >= 0 ? Math.max(0, image.sizeBytes - image.sharedBytes) : 0
  }
}

/** Of everything but images, each by itself: nothing of it depends on what else goes. */
function ownBytes(report: DiskReport): ReadonlyMap<DiskKey, number> {
  const own = new Map<DiskKey, number>()
  for (const { Id, sizeBytes, logBytes } of report.containers)
    own.set(diskKey('container', Id), sizeBytes + (logBytes ?? 0))
  for (const { name, sizeBytes } of report.volumes) own.set(diskKey('volume', name), Math.max(0, sizeBytes))
  for (const record of report.cache)
    own.set(diskKey('cache', record.id), recordBytes(report.store, record).atLeast)
  return own
}
