/** A list as main is asked to carry it out: each object with what it must still be like. Pure. */
import type { DiskReport, ReclaimItem } from '../contract/disk'
import { diskKey, type DiskKey } from './keys'
import { candidates } from './candidates'

export function reclaimItems(report: DiskReport, chosen: ReadonlySet<DiskKey>): ReclaimItem[] {
  const { cache, sharedCache } = candidates(report, false)
  // Build cache in an order in which each comes before what it is built on: the engine leaves the others alone.
  const order = [...cache, ...sharedCache].filter(({ key }) => chosen.has(key))
  const has = (kind: ReclaimItem['kind'], id: string): boolean => chosen.has(diskKey(kind, id))
  return [
    ...report.containers
      .filter(({ Id }) => has('container', Id))
      .map(({ Id }) => item({ kind: 'container', id: Id })),
    ...order.map(({ key }) => item({ kind: 'cache', id: key.slice('cache/'.length) })),
    ...report.images
      .filter(({ Id }) => has('image', Id))
      .map(({ Id, tags }) => item({ kind: 'image', id: Id, tags: [...tags] })),
    ...report.volumes
      .filter(({ name }) => has('volume', name))
      .map(({ name, created }) => item({ kind: 'volume', id: name, created }))
  ]
}

const item = (one: ReclaimItem): ReclaimItem => one
