/** Images: the list as it changes, removal with what depends on it, and loading from an archive. */
import { z } from 'zod'
import { ImageSummary } from '../docker/image-schema'
import { changeOf } from './changes'
import { call, stream } from './dsl'

export const ImageId = z.string().regex(/^sha256:[0-9a-f]{64}$/)

/** What `docker rmi` would take away, asked before it is done. */
export const ImageRemovalPreview = z.object({
  Id: z.string(),
  /** Every tag that would go; empty for an untagged image. */
  tags: z.array(z.string()),
  sizeBytes: z.number(),
  /** Names of the containers made from it; while there are any the engine refuses. */
  usedBy: z.array(z.object({ Id: z.string(), name: z.string(), running: z.boolean() }))
})
export type ImageRemovalPreview = z.output<typeof ImageRemovalPreview>

export const images = {
  watch: stream({ item: changeOf(ImageSummary), delivery: 'state' }),
  removalPreview: call({
    params: z.object({ ids: z.array(ImageId).min(1).max(10_000) }),
    result: z.array(ImageRemovalPreview)
  }),
  /** Removes the image with all its tags. */
  remove: call({ params: z.object({ id: ImageId }), result: z.void() }),
  /** Asks for a tar file and loads it as a task; null when the dialog was cancelled. */
  load: call({ result: z.object({ taskId: z.string() }).nullable() }),
  /** Loads the bundled sample image if need be and runs it on a free port. */
  runSample: call({ result: z.object({ id: z.string() }) })
}
