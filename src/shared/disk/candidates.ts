/**
 * What could be removed to free space, in the order of least regret: what nobody would miss first, the oldest first within a
 * kind, and what is built on something before it. Never what is in use; volumes only when they were asked for. Pure.
 */
import type { DiskCacheRecord, DiskReport } from '../contract/disk'
import { imageName } from '../docker/image'
import { diskKey, type DiskKey } from './keys'
import { recordName } from './names'
import { isStopped } from './removable'

export interface Candidate {
  readonly key: DiskKey
  readonly name: string
  readonly reason: string
}

export interface Candidates {
  readonly cache: readonly Candidate[]
  /** Build cache that images have as well: it frees nothing by itself, but keeps their layers. */
  readonly sharedCache: readonly Candidate[]
  readonly rest: readonly Candidate[]
}

export function candidates(report: DiskReport, volumes: boolean): Candidates {
  const idle = leavesFirst(report.cache.filter(({ inUse }) => !inUse))
  return {
    cache: idle.filter(({ shared }) => !shared).map(cacheCandidate),
    sharedCache: idle.filter(({ shared }) => shared).map(cacheCandidate),
    rest: [
      ...images(report, true),
      ...stoppedContainers(report),
      ...images(report, false),
      ...(volumes ? unusedVolumes(report) : [])
    ]
  }
}

const byAge = (a: { readonly created: number }, b: { readonly created: number }): number =>
  a.created - b.created

function cacheCandidate(record: DiskCacheRecord): Candidate {
  return {
    key: diskKey('cache', record.id),
    name: recordName(record),
    reason: record.shared ? 'Keeps layers of images that go' : 'Build cache, not in use'
  }
}

/** The least recently used first, but none before all that are built on it. */
function leavesFirst(records: readonly DiskCacheRecord[]): readonly DiskCacheRecord[] {
  const byId = new Map(records.map((record) => [record.id, record]))
  const builtOn = new Map<string, number>()
  for (const { parents } of records) for (const id of parents) builtOn.set(id, (builtOn.get(id) ?? 0) + 1)
  const ordered: DiskCacheRecord[] = []
  const oldestFirst = (a: DiskCacheRecord, b: DiskCacheRecord): number => b.lastUsed - a.lastUsed
  let open = records.filter(({ id }) => !builtOn.has(id)).sort(oldestFirst)
  while (open.length > 0) {
    const freed: DiskCacheRecord[] = []
    for (const record of open.reverse()) {
      ordered.push(record)
      for (const id of record.parents) {
        const left = (builtOn.get(id) ?? 0) - 1
        builtOn.set(id, left)
        const parent = byId.get(id)
        if (left === 0 && parent !== undefined) freed.push(parent)
      }
    }
    open = freed.sort(oldestFirst)
  }
  return ordered
}

function images(report: DiskReport, dangling: boolean): readonly Candidate[] {
  const running = new Set(report.containers.filter((one) => !isStopped(one)).map(({ imageId }) => imageId))
  const used = new Set(report.containers.map(({ imageId }) => imageId))
  const chosen = report.images.filter(({ Id, tags }) => {
    if (running.has(Id)) return false
    return dangling ? tags.length === 0 && !used.has(Id) : tags.length > 0 || used.has(Id)
  })
  // Those built on others are younger than they are.
  return [...chosen]
    .sort((a, b) => byAge(a, b))
    .map((image) => ({
      key: diskKey('image', image.Id),
      name: imageName({ Id: image.Id, RepoTags: image.tags }),
      reason: dangling
        ? 'Has no name and is not used'
        : used.has(image.Id)
          ? 'Used by stopped containers of this list only'
          : 'No container uses it'
    }))
}

function stoppedContainers(report: DiskReport): readonly Candidate[] {
  return report.containers
    .filter((container) => isStopped(container) && !container.temporary)
    .sort(byAge)
    .map(({ Id, name, state }) => ({
      key: diskKey('container', Id),
      name,
      reason: state === 'created' ? 'Never started' : 'Stopped'
    }))
}

function unusedVolumes(report: DiskReport): readonly Candidate[] {
  const used = new Set(
    report.containers.filter((one) => !isStopped(one) || one.temporary).flatMap(({ volumes }) => volumes)
  )
  return report.volumes
    .filter(({ name }) => !used.has(name))
    .sort((a, b) => Number(b.anonymous) - Number(a.anonymous) || byAge(a, b))
    .map(({ name, anonymous }) => ({
      key: diskKey('volume', name),
      name,
      reason: anonymous
        ? 'A volume without a name that nothing uses'
        : 'A volume that nothing uses; its data is lost'
    }))
}
