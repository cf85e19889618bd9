/** An image as `GET /images/json` lists it. */
import { z } from 'zod'

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
