/** What views and handlers derive from an image as `GET /images/json` lists it; its schema is in image-schema.ts. */
import { shortId } from './container'
import type { ImageSummary } from './image-schema'

export type { ImageSummary } from './image-schema'

/** `repository:tag`, or the short id of an image without a tag. */
export function imageName(image: Pick<ImageSummary, 'Id' | 'RepoTags'>): string {
  return image.RepoTags[0] ?? shortId(image.Id)
}

/** An image no tag points to (`dangling` in Docker's filters). */
export function isDangling(image: Pick<ImageSummary, 'RepoTags'>): boolean {
  return image.RepoTags.length === 0
}
