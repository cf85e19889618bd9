/**
 * The engine as a whole over the Engine API: version, info, disk usage. Called by handlers and resources.
 */
import { z } from 'zod'
import type { DiskUsageRow } from '@shared/contract/system'
import { withSignal, type DockerClient } from './client'
import { EngineInfo } from './info-schema'
import { parseReply } from './rows'

/** `GET /info`. Takes the engine 10-100 ms; hangs while containerd hangs, so pass a deadline. */
export async function engineInfo(client: DockerClient, signal?: AbortSignal): Promise<EngineInfo> {
  return parseReply(EngineInfo, await client.request(withSignal({ path: '/info' }, signal)))
}

const EngineVersion = z.object({
  Version: z.string(),
  ApiVersion: z.string(),
  Os: z.string().optional(),
  Arch: z.string().optional()
})
export type EngineVersion = z.output<typeof EngineVersion>

export async function engineVersion(client: DockerClient, signal?: AbortSignal): Promise<EngineVersion> {
  return parseReply(EngineVersion, await client.request(withSignal({ path: '/version' }, signal)))
}

const list = <T extends z.ZodType>(item: T) =>
  z
    .array(item)
    .nullish()
    .transform((items) => items ?? [])
const size = z
  .number()
  .nullish()
  .transform((value) => value ?? 0)

const DiskUsage = z.object({
  LayersSize: size,
  Images: list(z.object({ Size: size, SharedSize: size, Containers: size })),
  Containers: list(z.object({ SizeRw: size, State: z.string() })),
  Volumes: list(
    z.object({
      UsageData: z
        .object({ Size: size, RefCount: size })
        .nullish()
        .transform((data) => data ?? null)
    })
  ),
  BuildCache: list(z.object({ Size: size, InUse: z.boolean().optional(), Shared: z.boolean().optional() }))
})
type DiskUsage = z.output<typeof DiskUsage>

/** `docker system df` in the CLI's own sums (cli/command/formatter/disk_usage.go). The engine measures every layer for it. */
export async function diskUsage(client: DockerClient, signal?: AbortSignal): Promise<DiskUsageRow[]> {
  return diskUsageOf(await client.request(withSignal({ path: '/system/df' }, signal)))
}

/** The same out of a reply that somebody reads more of. */
export function diskUsageOf(reply: unknown): DiskUsageRow[] {
  return diskUsageRows(parseReply(DiskUsage, reply))
}

/** The four lines of `docker system df` from the engine's lists. */
export function diskUsageRows(usage: DiskUsage): DiskUsageRow[] {
  return [images(usage), containers(usage), volumes(usage), buildCache(usage)]
}

function images({ Images, LayersSize }: DiskUsage): DiskUsageRow {
  const used = Images.filter(
    (image) => image.Containers !== 0 && image.Size !== -1 && image.SharedSize !== -1
  )
  return {
    kind: 'Images',
    total: Images.length,
    active: Images.filter((image) => image.Containers > 0).length,
    sizeBytes: LayersSize,
    reclaimableBytes: LayersSize - sum(used, (image) => image.Size - image.SharedSize)
  }
}

const ACTIVE_STATES = new Set(['running', 'paused', 'restarting'])

function containers({ Containers }: DiskUsage): DiskUsageRow {
  const idle = Containers.filter((container) => !ACTIVE_STATES.has(container.State.toLowerCase()))
  return {
    kind: 'Containers',
    total: Containers.length,
    active: Containers.length - idle.length,
    sizeBytes: sum(Containers, (container) => container.SizeRw),
    reclaimableBytes: sum(idle, (container) => container.SizeRw)
  }
}

function volumes({ Volumes }: DiskUsage): DiskUsageRow {
  const measured = Volumes.flatMap(({ UsageData }) =>
    UsageData !== null && UsageData.Size !== -1 ? [UsageData] : []
  )
  return {
    kind: 'Local Volumes',
    total: Volumes.length,
    active: Volumes.filter(({ UsageData }) => (UsageData?.RefCount ?? 0) > 0).length,
    sizeBytes: sum(measured, (volume) => volume.Size),
    reclaimableBytes: sum(
      measured.filter((volume) => volume.RefCount === 0),
      (volume) => volume.Size
    )
  }
}

function buildCache({ BuildCache }: DiskUsage): DiskUsageRow {
  const own = BuildCache.filter((record) => record.Shared !== true)
  return {
    kind: 'Build Cache',
    total: BuildCache.length,
    active: BuildCache.filter((record) => record.InUse === true).length,
    sizeBytes: sum(own, (record) => record.Size),
    reclaimableBytes: sum(
      own.filter((record) => record.InUse !== true),
      (record) => record.Size
    )
  }
}

function sum<T>(items: readonly T[], of: (item: T) => number): number {
  return items.reduce((total, item) => total + of(item), 0)
}
