/**
 * How many bytes go with a set of objects. Layers go when the last image that has them goes, build cache is not counted twice
 * with them, and where the engine does not tell, the answer is a range. Pure.
 */
import type { DiskCacheRecord, DiskReport } from '../contract/disk'
import { mayBeHeld, type HeldLayers } from './cache-holds'
import { diskKey, type DiskKey } from './keys'
import { removable, type Removable } from './removable'

export interface FreedBytes {
  readonly atLeast: number
  readonly atMost: number
  /** False: the engine does not tell it exactly; it is `atLeast` or more. */
  readonly exact: boolean
}

export interface Removal extends Removable, FreedBytes {}

/** What the removal of a set frees: of those in it that can go. */
export function removal(report: DiskReport, chosen: ReadonlySet<DiskKey>): Removal {
  const { going, staying } = removable(report, chosen)
  const parts = [
    containerBytes(report, going),
    volumeBytes(report, going),
    cacheBytes(report, going),
    imageBytes(report, going)
  ]
  return { going, staying, ...sum(parts) }
}

function sum(parts: readonly FreedBytes[]): FreedBytes {
  return {
    atLeast: parts.reduce((total, part) => total + part.atLeast, 0),
    atMost: parts.reduce((total, part) => total + part.atMost, 0),
    exact: parts.every((part) => part.exact)
  }
}

const NOTHING: FreedBytes = { atLeast: 0, atMost: 0, exact: true }
const exactly = (bytes: number): FreedBytes => ({ atLeast: bytes, atMost: bytes, exact: true })

type Going = ReadonlySet<DiskKey>

function containerBytes(report: DiskReport, going: Going): FreedBytes {
  const images = new Set(report.images.map(({ Id }) => Id))
  const parts = report.containers.map((container): FreedBytes => {
    if (!going.has(diskKey('container', container.Id))) return NOTHING
    const own = container.sizeBytes + (container.logBytes ?? 0)
    if (images.has(container.imageId)) return exactly(own)
    // Its image was removed by force: the layers stay for this container alone, or for images that share them.
    const below = Math.max(0, container.rootBytes - container.sizeBytes)
    return { atLeast: own, atMost: own + below, exact: below === 0 }
  })
  return sum(parts)
}

function volumeBytes(report: DiskReport, going: Going): FreedBytes {
  const parts = report.volumes.map(({ name, sizeBytes }): FreedBytes => {
    if (!going.has(diskKey('volume', name))) return NOTHING
    return sizeBytes < 0 ? { ...NOTHING, exact: false } : exactly(sizeBytes)
  })
  return sum(parts)
}

function cacheBytes(report: DiskReport, going: Going): FreedBytes {
  const records = report.cache.filter(({ id }) => going.has(diskKey('cache', id)))
  return sum(records.map((record) => recordBytes(report.store, record)))
}

/** What a record holds beside layers of images. */
export function recordBytes(store: DiskReport['store'], record: DiskCacheRecord): FreedBytes {
  const { sizeBytes } = record
  // A shared one is a layer of an image, and counted with that.
  if (record.shared) return NOTHING
  if (record.type !== 'regular') return exactly(sizeBytes)
  // A base image's record says 0 although it may be all that holds the base by now.
  if (record.parents.length === 0 && sizeBytes === 0) return { ...NOTHING, exact: false }
  // The content store may have its content for others as well.
  return store === 'classic' ? exactly(sizeBytes) : { atLeast: 0, atMost: sizeBytes, exact: sizeBytes === 0 }
}

function imageBytes(report: DiskReport, going: Going): FreedBytes {
  const leaving = report.images.filter(({ Id }) => going.has(diskKey('image', Id)))
  if (leaving.length === 0) return NOTHING
  const held = layersHeld(report, going)
  if (report.images.some(({ layers }) => layers === null)) return unmeasured(leaving, held)
  let [atLeast, atMost] = [0, 0]
  for (const index of freedLayers(report, going)) {
    const size = report.layers[index]?.sizeBytes ?? 0
    atMost += size
    if (held !== 'any' && !held.has(index)) atLeast += size
  }
  const other = leaving.reduce((total, image) => total + image.otherBytes, 0)
  return { atLeast, atMost: atMost + other, exact: atLeast === atMost && other === 0 }
}

/** Layers that no image which stays has. */
export function freedLayers(report: DiskReport, going: Going): ReadonlySet<number> {
  const [leaving, kept] = [new Set<number>(), new Set<number>()]
  for (const { Id, layers } of report.images) {
    const into = going.has(diskKey('image', Id)) ? leaving : kept
    for (const layer of layers ?? []) into.add(layer)
  }
  for (const layer of kept) leaving.delete(layer)
  return leaving
}

/** Layers that stay although every image with them goes: for build cache, or a container whose image was removed by force. */
export function layersHeld(report: DiskReport, going: Going): HeldLayers {
  const images = new Set(report.images.map(({ Id }) => Id))
  const orphan = report.containers.some(
    ({ Id, imageId }) => !images.has(imageId) && !going.has(diskKey('container', Id))
  )
  if (orphan) return 'any'
  return mayBeHeld(report, ({ id }) => !going.has(diskKey('cache', id)))
}

/** Without the layers: what each image has alone goes for certain, unless build cache may hold it. */
function unmeasured(leaving: DiskReport['images'], held: HeldLayers): FreedBytes {
  const atMost = leaving.reduce((total, { sizeBytes }) => total + sizeBytes, 0)
  const certain = held !== 'any' && held.size === 0
  const own = leaving.map(({ sizeBytes, sharedBytes }) =>
    sharedBytes < 0 ? 0 : Math.max(0, sizeBytes - sharedBytes)
  )
  const atLeast = certain ? own.reduce((total, bytes) => total + bytes, 0) : 0
  return { atLeast, atMost, exact: certain && atLeast === atMost }
}
