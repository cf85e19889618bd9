/**
 * Which platform an image is for. The list does not say, so each image is asked for once: an id stands for the same bytes for
 * ever. Called by handlers/images.
 */
import type { DockerClient } from './client'
import { imageConfig, type ImageConfig } from './images'
import { inParallel } from './parallel'

/** The answers that are kept; more images than anybody looks at. */
const MOST_KEPT = 20_000

export interface ImagePlatform {
  readonly Id: string
  readonly platform: string
}

export type PlatformReader = (
  client: DockerClient,
  ids: readonly string[],
  signal?: AbortSignal
) => Promise<ImagePlatform[]>

/** A reader with a memory. Images that are gone are left out of its answers. */
export function platformReader(): PlatformReader {
  const known = new Map<string, string>()
  return async (client, ids, signal) => {
    const found = await inParallel(ids, async (id) => {
      const platform = known.get(id) ?? platformText(await imageConfig(client, id, signal))
      if (platform === null) return null
      if (known.size < MOST_KEPT) known.set(id, platform)
      return { Id: id, platform }
    })
    return found.filter((one) => one !== null)
  }
}

/** `linux/arm64/v8`, as `--platform` takes it; null for an image that is gone. */
function platformText(config: ImageConfig | null): string | null {
  if (config === null) return null
  return [config.Os, config.Architecture, config.Variant].filter((part) => part).join('/')
}
