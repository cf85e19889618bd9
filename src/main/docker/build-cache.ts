/** The engine's build cache by itself (`GET /system/df?type=build-cache`), as `docker buildx du` lists it. Called by handlers/build-cache. */
import { z } from 'zod'
import type { BuildCacheReport } from '@shared/contract/build-cache'
import { withSignal, type DockerClient } from './client'
import { cacheRecords } from './disk-usage'
import { parseReply } from './rows'

const Usage = z.object({ BuildCache: z.unknown().optional() })
const Info = z.object({
  DriverStatus: z
    .array(z.array(z.string()))
    .nullish()
    .transform((rows) => rows ?? [])
})

export async function readBuildCache(client: DockerClient, signal: AbortSignal): Promise<BuildCacheReport> {
  // Older engines tell everything or nothing.
  const path = client.speaks('1.42') ? '/system/df?type=build-cache' : '/system/df'
  const [usage, info] = await Promise.all([
    client.request(withSignal({ path }, signal)),
    client.request(withSignal({ path: '/info' }, signal))
  ])
  const { DriverStatus } = parseReply(Info, info)
  const containerd = DriverStatus.some(([, value]) => value?.startsWith('io.containerd.snapshotter') === true)
  return {
    at: Date.now(),
    store: containerd ? 'containerd' : 'classic',
    records: cacheRecords(parseReply(Usage, usage).BuildCache)
  }
}
