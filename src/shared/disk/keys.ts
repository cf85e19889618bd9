/** One name for any object of the disk, for sets of mixed kinds: `image/sha256:…`. Pure. */
import type { DiskKind, DiskReport } from '../contract/disk'

export type DiskKey = `${DiskKind}/${string}`

export function diskKey(kind: DiskKind, id: string): DiskKey {
  return `${kind}/${id}`
}

/** All objects of a report that can be removed. */
export function allKeys(report: DiskReport): readonly DiskKey[] {
  return [
    ...report.images.map(({ Id }) => diskKey('image', Id)),
    ...report.containers.map(({ Id }) => diskKey('container', Id)),
    ...report.volumes.map(({ name }) => diskKey('volume', name)),
    ...report.cache.map(({ id }) => diskKey('cache', id))
  ]
}
