/**
 * What images hold on the engine's disk, as `docker system df -v` counts it. The engine measures every layer for it: asked
 * only while somebody looks. Called by handlers/images and image-prune.
 */
import { z } from 'zod'
import type { ImagesUsage } from '@shared/contract/images'
import { withSignal, type DockerClient } from './client'
import { parseReply, parseRows } from './rows'

const Usage = z.object({
  LayersSize: z
    .number()
    .nullish()
    .transform((value) => value ?? 0),
  Images: z.unknown()
})
const UsageImage = z.object({
  Id: z.string(),
  /** -1 when the engine did not measure it. */
  Size: z.number(),
  SharedSize: z.number().default(-1),
  Containers: z.number().default(-1)
})
type UsageImage = z.output<typeof UsageImage>

/** `GET /system/df` of images alone, where the engine can be asked for them alone. */
export async function imagesUsage(client: DockerClient, signal?: AbortSignal): Promise<ImagesUsage> {
  const path = client.speaks('1.42') ? '/system/df?type=image' : '/system/df'
  const reply = parseReply(Usage, await client.request(withSignal({ path }, signal)))
  return sumsOf(parseRows(UsageImage, reply.Images ?? null), reply.LayersSize)
}

/** The CLI's sums (cli/command/formatter/disk_usage.go): reclaimable is all but what images in use hold alone. */
export function sumsOf(images: readonly UsageImage[], layersSize: number): ImagesUsage {
  const measured = images.filter((image) => image.Size >= 0 && image.SharedSize >= 0)
  const inUse = measured.filter((image) => image.Containers !== 0)
  const held = inUse.reduce((sum, image) => sum + image.Size - image.SharedSize, 0)
  return {
    totalBytes: layersSize,
    reclaimableBytes: Math.max(0, layersSize - held),
    images: measured.map(({ Id, Size, SharedSize }) => ({
      Id,
      sharedBytes: SharedSize,
      uniqueBytes: Math.max(0, Size - SharedSize)
    }))
  }
}
