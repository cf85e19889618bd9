/** An image as `GET /images/json` lists it, and what views derive from it. */
import { z } from 'zod'
import { shortId } from './container'

export const ImageSummary = z.object({
  /** `sha256:` and 64 hexadecimal digits. */
  Id: z.string(),
  RepoTags: z
    .array(z.string())
    .nullish()
    .transform((list) => (list ?? []).filter((tag) => tag !== '<none>:<none>')),
  RepoDigests: z
    .array(z.string())
    .nullish()
    .transform((list) => list ?? []),
  /** Seconds since the epoch; 0 or negative when the image does not say. */
  Created: z.number(),
  /** Bytes. */
  Size: z.number(),
  Labels: z
    .record(z.string(), z.string())
    .nullish()
    .transform((map) => map ?? {})
})
export type ImageSummary = z.output<typeof ImageSummary>

/** `repository:tag`, or the short id of an image without a tag. */
export function imageName(image: Pick<ImageSummary, 'Id' | 'RepoTags'>): string {
  return image.RepoTags[0] ?? shortId(image.Id)
}

/** An image no tag points to (`dangling` in Docker's filters). */
export function isDangling(image: Pick<ImageSummary, 'RepoTags'>): boolean {
  return image.RepoTags.length === 0
}
