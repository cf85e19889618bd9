/** The engine's disk: what each object holds, and freeing some of it by an exact list. The reckoning is in shared/disk. */
import { z } from 'zod'
import { CONTAINER_STATES } from '../docker/container'
import { call, stream } from './dsl'
import { ImageId } from './images'
import { DiskUsageRow } from './system'

export const DISK_KINDS = ['image', 'container', 'volume', 'cache'] as const
/** What can be removed. Layers cannot: they go with what holds them. */
export type DiskKind = (typeof DISK_KINDS)[number]

/** One layer on the layers below it, held once however many images have it. */
export const DiskLayer = z.object({
  /** The digest of its files, and the whole chain up to it: the same files on other layers are another layer. */
  diffId: z.string(),
  /** Place of the layer below in the list of layers; null for a lowest one. */
  below: z.number().nullable(),
  /** Null where the engine does not tell. */
  sizeBytes: z.number().nullable(),
  instruction: z.string()
})
export type DiskLayer = z.output<typeof DiskLayer>

export const DiskImage = z.object({
  Id: z.string(),
  tags: z.array(z.string()),
  /** The image it was built on, where the classic builder says so. */
  parentId: z.string(),
  /** Seconds since the epoch. */
  created: z.number(),
  sizeBytes: z.number(),
  /** -1 when the engine did not measure it. */
  sharedBytes: z.number(),
  /** Places in the list of layers, the lowest first; null when they were not read. */
  layers: z.array(z.number()).nullable(),
  /** What it holds beside layers of known size: compressed content, or layers the engine gives no size for. */
  otherBytes: z.number()
})
export type DiskImage = z.output<typeof DiskImage>

export const DiskContainer = z.object({
  Id: z.string(),
  name: z.string(),
  imageId: z.string(),
  image: z.string(),
  state: z.enum(CONTAINER_STATES),
  created: z.number(),
  /** Its writable layer. */
  sizeBytes: z.number(),
  /** What its log files hold; null where they cannot be seen. `docker system df` does not count them. */
  logBytes: z.number().nullable(),
  /** With all layers of its image. */
  rootBytes: z.number(),
  volumes: z.array(z.string()),
  /** Made by Quayside for a moment, to read files with; it removes them itself. */
  temporary: z.boolean()
})
export type DiskContainer = z.output<typeof DiskContainer>

export const DiskVolume = z.object({
  name: z.string(),
  driver: z.string(),
  anonymous: z.boolean(),
  created: z.number(),
  /** -1 when the engine did not measure it (a plug-in's volume). */
  sizeBytes: z.number(),
  /** Containers that mount it. */
  links: z.number()
})
export type DiskVolume = z.output<typeof DiskVolume>

export const DiskCacheRecord = z.object({
  id: z.string(),
  type: z.string(),
  description: z.string(),
  /** Of the records it is built on; while it is there they stay. */
  parents: z.array(z.string()),
  sizeBytes: z.number(),
  created: z.number(),
  /** Seconds since the epoch; 0 when never. */
  lastUsed: z.number(),
  uses: z.number(),
  inUse: z.boolean(),
  /** An image has the same layer: its bytes are counted there. */
  shared: z.boolean()
})
export type DiskCacheRecord = z.output<typeof DiskCacheRecord>

/** One reading of the engine's disk. */
export const DiskReport = z.object({
  /** Milliseconds since the epoch. */
  at: z.number(),
  /** The containerd store keeps compressed content beside the layers, which the engine does not tell apart. */
  store: z.enum(['classic', 'containerd']),
  /** The lines of `docker system df`. */
  totals: z.array(DiskUsageRow),
  images: z.array(DiskImage),
  layers: z.array(DiskLayer),
  containers: z.array(DiskContainer),
  volumes: z.array(DiskVolume),
  cache: z.array(DiskCacheRecord)
})
export type DiskReport = z.output<typeof DiskReport>

/** One object to remove, as the list that was shown has it. */
export const ReclaimItem = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('image'), id: ImageId, tags: z.array(z.string().min(1).max(1000)).max(10_000) }),
  z.object({ kind: z.literal('container'), id: z.string().regex(/^[0-9a-f]{64}$/) }),
  /** `created` as shown: another volume may have its name by now. */
  z.object({ kind: z.literal('volume'), id: z.string().min(1).max(1000), created: z.number() }),
  /** Whole ids: the engine looks for those that have this one in them. */
  z.object({ kind: z.literal('cache'), id: z.string().regex(/^[0-9a-z]{25}$/) })
])
export type ReclaimItem = z.output<typeof ReclaimItem>

/** What became of one item. */
export const ReclaimOutcome = z.object({
  kind: z.enum(DISK_KINDS),
  id: z.string(),
  name: z.string(),
  /** `gone`: somebody else had removed it before. */
  result: z.enum(['removed', 'gone', 'stayed']),
  /** Why it stayed; empty when it did not. */
  why: z.string()
})
export type ReclaimOutcome = z.output<typeof ReclaimOutcome>

/** A list that was carried out. */
export const Freed = z.object({
  id: z.string(),
  at: z.number(),
  /** What the list promised. */
  promisedBytes: z.number(),
  /** What the engine held before less what it held after; null when it could not be measured. */
  freedBytes: z.number().nullable(),
  removed: z.number(),
  stayed: z.number(),
  /** The first few hundred, what stayed before the rest. */
  outcomes: z.array(ReclaimOutcome)
})
export type Freed = z.output<typeof Freed>

export const disk = {
  /** How far the reading is, then the report, then the end; closing it stops the reading. */
  read: stream({
    item: z.discriminatedUnion('kind', [
      z.object({ kind: z.literal('reading'), done: z.number(), total: z.number() }),
      z.object({ kind: z.literal('report'), report: DiskReport })
    ]),
    delivery: 'state'
  }),
  /** Removes those of a list that are still as it said, as a task. */
  reclaim: call({
    params: z.object({
      items: z.array(ReclaimItem).min(1).max(100_000),
      promisedBytes: z.number().nonnegative()
    }),
    result: z.object({ taskId: z.string() })
  }),
  /** Lists carried out since the app started, the newest first. */
  freed: call({ result: z.array(Freed) })
}
