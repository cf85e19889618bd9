/** The engine's disk as a tree for a treemap: kinds, and the objects in them, each byte once. Pure. */
import { visibleText } from '@/components/visible-text'
import type { TreemapNode } from '@shared/contract/image-files'
import type { DiskReport } from '@shared/contract/disk'
import { imageName } from '@shared/docker/image'
import { diskKey } from '@shared/disk/keys'
import { recordName } from '@shared/disk/names'

/** More are not to be told apart; their bytes keep their room. */
const MOST = 300

const leaf = (path: string, name: string, bytes: number): TreemapNode => ({
  name: visibleText(name),
  path,
  directory: false,
  bytes,
  files: 0,
  children: [],
  rest: { bytes: 0, files: 0 }
})

function branch(path: string, name: string, objects: readonly TreemapNode[]): TreemapNode {
  const sorted = objects.filter(({ bytes }) => bytes > 0).sort((a, b) => b.bytes - a.bytes)
  const bytes = sorted.reduce((sum, one) => sum + one.bytes, 0)
  const rest = sorted.slice(MOST).reduce((sum, one) => sum + one.bytes, 0)
  return {
    name,
    path,
    directory: true,
    bytes,
    files: 0,
    children: sorted.slice(0, MOST),
    rest: { bytes: rest, files: 0 }
  }
}

export function diskMap(report: DiskReport): TreemapNode {
  return branch('', 'The engine’s disk', [
    branch('images', 'Images', [...ownOfImages(report), ...sharedLayers(report)]),
    branch(
      'containers',
      'Containers',
      report.containers.map((one) =>
        leaf(diskKey('container', one.Id), one.name, one.sizeBytes + (one.logBytes ?? 0))
      )
    ),
    branch(
      'volumes',
      'Volumes',
      report.volumes.map((one) => leaf(diskKey('volume', one.name), one.name, one.sizeBytes))
    ),
    branch(
      'cache',
      'Build cache',
      report.cache
        .filter(({ shared }) => !shared)
        .map((one) => leaf(diskKey('cache', one.id), recordName(one), one.sizeBytes))
    )
  ])
}

function holders(report: DiskReport): ReadonlyMap<number, number> {
  const counts = new Map<number, number>()
  for (const { layers } of report.images)
    for (const at of layers ?? []) counts.set(at, (counts.get(at) ?? 0) + 1)
  return counts
}

/** What each image has alone. */
function ownOfImages(report: DiskReport): readonly TreemapNode[] {
  const counts = holders(report)
  return report.images.map(({ Id, tags, layers, otherBytes, sizeBytes, sharedBytes }) => {
    const own = (layers ?? []).filter((at) => counts.get(at) === 1)
    const bytes = own.reduce((sum, at) => sum + (report.layers[at]?.sizeBytes ?? 0), otherBytes)
    const known = layers === null ? sizeBytes - Math.max(0, sharedBytes) : bytes
    return leaf(diskKey('image', Id), imageName({ Id, RepoTags: tags }), known)
  })
}

function sharedLayers(report: DiskReport): readonly TreemapNode[] {
  return [...holders(report)]
    .filter(([, count]) => count > 1)
    .map(([at, count]) =>
      leaf(
        `layer/${at}`,
        `Shared by ${count}: ${report.layers[at]?.instruction ?? ''}`,
        report.layers[at]?.sizeBytes ?? 0
      )
    )
}
