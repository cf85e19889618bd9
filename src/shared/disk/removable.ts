/**
 * Which objects of a set can go together, and what keeps the others: a container holds its image and its volumes, an image
 * the one it was built on, a cache record those it was built on. Nothing that runs or is in use ever goes. Pure.
 */
import type { DiskContainer, DiskReport } from '../contract/disk'
import { diskKey, type DiskKey } from './keys'

export interface Removable {
  readonly going: ReadonlySet<DiskKey>
  /** A sentence for each of the set that stays. */
  readonly staying: ReadonlyMap<DiskKey, string>
}

/** States in which a container can be removed without stopping it. */
const STOPPED = new Set<DiskContainer['state']>(['created', 'exited', 'dead'])

export function isStopped(container: Pick<DiskContainer, 'state'>): boolean {
  return STOPPED.has(container.state)
}

export function removable(report: DiskReport, chosen: ReadonlySet<DiskKey>): Removable {
  const going = new Set(chosen)
  const staying = new Map<DiskKey, string>()
  const keep = (key: DiskKey, why: string): void => {
    if (going.delete(key)) staying.set(key, why)
  }
  for (const container of report.containers) {
    const key = diskKey('container', container.Id)
    if (container.temporary) keep(key, 'Quayside made it for a moment and removes it itself.')
    else if (!isStopped(container)) keep(key, `It is ${container.state}.`)
  }
  keepHeldByContainers(report, going, keep)
  keepBuiltOn(
    report.images.map(({ Id, parentId }) => ({
      key: diskKey('image', Id),
      on: [diskKey('image', parentId)]
    })),
    going,
    (key) => keep(key, 'Another image is built on it.')
  )
  for (const record of report.cache)
    if (record.inUse) keep(diskKey('cache', record.id), 'A build is using it.')
  keepBuiltOn(
    report.cache.map(({ id, parents }) => ({
      key: diskKey('cache', id),
      on: parents.map((parent) => diskKey('cache', parent))
    })),
    going,
    (key) => keep(key, 'Other build cache is built on it.')
  )
  return { going, staying }
}

type Keep = (key: DiskKey, why: string) => void

function keepHeldByContainers(report: DiskReport, going: ReadonlySet<DiskKey>, keep: Keep): void {
  const users = new Map<string, number>()
  for (const container of report.containers) {
    for (const volume of container.volumes) users.set(volume, (users.get(volume) ?? 0) + 1)
    if (going.has(diskKey('container', container.Id))) continue
    const why = `Container ${container.name} uses it.`
    keep(diskKey('image', container.imageId), why)
    for (const volume of container.volumes) keep(diskKey('volume', volume), why)
  }
  for (const { name, links } of report.volumes) {
    if (links > (users.get(name) ?? 0)) keep(diskKey('volume', name), 'A container uses it.')
  }
}

interface BuiltOn {
  readonly key: DiskKey
  readonly on: readonly DiskKey[]
}

/** What something that stays is built on stays as well, and what that is built on. */
function keepBuiltOn(
  all: readonly BuiltOn[],
  going: ReadonlySet<DiskKey>,
  keep: (key: DiskKey) => void
): void {
  const on = new Map(all.map((one) => [one.key, one.on]))
  const open = all.filter(({ key }) => !going.has(key)).map(({ key }) => key)
  const seen = new Set(open)
  for (let at = open.pop(); at !== undefined; at = open.pop()) {
    for (const below of on.get(at) ?? []) {
      if (seen.has(below)) continue
      seen.add(below)
      keep(below)
      open.push(below)
    }
  }
}
