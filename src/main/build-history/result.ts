/**
 * The image a build left, where BuildKit does not say it: the engine's own image store is told by tag, not by digest. It is the image
 * that its tag was put on while the build ran, as long as nothing has moved since. Called by service.ts.
 */
import type { BuildRecord } from '@shared/contract/build-history'
import type { DockerClient } from '../docker/client'
import { findImage } from '../docker/images'

/** The engine tags at the very end; its clock and the record's are one. */
const SLACK_MS = 1000
const MOST_TAGS = 3

/** Its id, alone in a list; an empty list when it is not known (any more). */
export async function imageOfBuild(
  client: DockerClient,
  { state, tags, createdAt, completedAt }: BuildRecord,
  signal: AbortSignal
): Promise<string[]> {
  if (state !== 'Done' || completedAt === null) return []
  for (const tag of tags.slice(0, MOST_TAGS)) {
    const image = await findImage(client, tag, signal)
    const at = Date.parse(image?.Metadata?.LastTagTime ?? '')
    if (image !== null && at >= createdAt - SLACK_MS && at <= completedAt + SLACK_MS) return [image.Id]
  }
  return []
}
