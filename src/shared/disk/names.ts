/** What people know an object of a report by. Pure. */
import type { DiskReport } from '../contract/disk'
import { shortId } from '../docker/container'
import { imageName } from '../docker/image'
import { diskKey, type DiskKey } from './keys'

/** What build cache is about, or its short id. */
export function recordName({ id, description }: DiskReport['cache'][number]): string {
  return description === '' ? id.slice(0, 12) : description
}

/** The name of an object; for one that is not in the report, its short id. */
export function diskNames(report: DiskReport): (key: DiskKey) => string {
  const names = new Map<DiskKey, string>([
    ...report.images.map(
      ({ Id, tags }) => [diskKey('image', Id), imageName({ Id, RepoTags: tags })] as const
    ),
    ...report.containers.map(({ Id, name }) => [diskKey('container', Id), name] as const),
    ...report.cache.map((one) => [diskKey('cache', one.id), recordName(one)] as const)
  ])
  return (key) => {
    const id = key.slice(key.indexOf('/') + 1)
    return names.get(key) ?? (key.startsWith('volume/') ? id : shortId(id))
  }
}
