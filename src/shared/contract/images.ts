/** Images: the list as it changes, what they hold, removal and pruning with what depends on them, and archives in and out. */
import { z } from 'zod'
import { ImageSummary } from '../docker/image-schema'
import { changeOf } from './changes'
import { call, stream } from './dsl'
import { imageTransfers } from './image-transfers'

export const ImageId = z.string().regex(/^sha256:[0-9a-f]{64}$/)

/** What `docker rmi` would take away, asked before it is done. */
export const ImageRemovalPreview = z.object({
  Id: z.string(),
  /** Every tag that would go; empty for an untagged image. */
  tags: z.array(z.string()),
  sizeBytes: z.number(),
  /** Names of the containers made from it; while there are any the engine refuses. */
  usedBy: z.array(z.object({ Id: z.string(), name: z.string(), running: z.boolean() })),
  /** Images built on it that are listed; while there are any the engine refuses, forced or not. */
  children: z.array(z.object({ Id: z.string(), name: z.string() }))
})
export type ImageRemovalPreview = z.output<typeof ImageRemovalPreview>

/** What images hold on the engine's disk, as `docker system df -v` says it. */
export const ImagesUsage = z.object({
  /** All layers, each once. */
  totalBytes: z.number(),
  reclaimableBytes: z.number(),
  /** Images the engine measured. */
  images: z.array(z.object({ Id: z.string(), sharedBytes: z.number(), uniqueBytes: z.number() }))
})
export type ImagesUsage = z.output<typeof ImagesUsage>

/** `dangling`: unused ones without a tag; `unused`: all that no container uses. */
export const PruneKind = z.enum(['dangling', 'unused'])
export type PruneKind = z.output<typeof PruneKind>

export const ImagePrunePreview = z.object({
  images: z.array(z.object({ Id: z.string(), tags: z.array(z.string()), sizeBytes: z.number() })),
  freedBytes: z.number(),
  /** False: at least that much; the engine does not tell the sizes of layers the images share. */
  exact: z.boolean()
})
export type ImagePrunePreview = z.output<typeof ImagePrunePreview>

const Tag = z.string().min(1).max(1000)
const StartedTask = z.object({ taskId: z.string() })

export const images = {
  watch: stream({ item: changeOf(ImageSummary), delivery: 'state' }),
  removalPreview: call({
    params: z.object({ ids: z.array(ImageId).min(1).max(10_000) }),
    result: z.array(ImageRemovalPreview)
  }),
  /** Removes the image with all its tags, or only `tags` of it; `force`: although stopped containers use it. */
  remove: call({
    params: z.object({
      id: ImageId,
      tags: z.array(Tag).min(1).max(10_000).optional(),
      force: z.boolean().optional()
    }),
    result: z.void()
  }),
  /** One item, then the end; closing it stops the measuring. */
  usage: stream({ item: ImagesUsage, delivery: 'latest' }),
  /** By id: `linux/arm64/v8`. Images that are gone are left out. */
  platforms: call({
    params: z.object({ ids: z.array(ImageId).min(1).max(200) }),
    result: z.array(z.object({ Id: z.string(), platform: z.string() }))
  }),
  prunePreview: call({ params: z.object({ kind: PruneKind }), result: ImagePrunePreview }),
  /** Removes those of a preview that are still as it said, as a task. */
  prune: call({
    params: z.object({
      images: z
        .array(z.object({ Id: ImageId, tags: z.array(Tag).max(10_000) }))
        .min(1)
        .max(100_000)
    }),
    result: StartedTask
  }),
  /** Gives the image one more name. */
  tag: call({ params: z.object({ id: ImageId, name: z.string().max(1000) }), result: z.void() }),
  /** Asks for a file and writes images into it as one archive, as a task; null when the dialog was cancelled. */
  save: call({
    params: z.object({ names: z.array(Tag).min(1).max(10_000) }),
    result: StartedTask.nullable()
  }),
  /** Asks for a tar file and loads it as a task; null when the dialog was cancelled. */
  load: call({ result: StartedTask.nullable() }),
  /** Asks for the tar of a root file system and makes an image of it as a task. An empty name leaves it untagged. */
  importArchive: call({
    params: z.object({ name: z.string().max(1000) }),
    result: StartedTask.nullable()
  }),
  ...imageTransfers,
  /** Loads the bundled sample image if need be and runs it on a free port. */
  runSample: call({ result: z.object({ id: z.string() }) })
}
