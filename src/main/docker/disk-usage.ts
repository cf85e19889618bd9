/**
 * What every object holds on the engine's disk: `GET /system/df` with all it says, and the layers of every image. The engine
 * measures its whole storage for it, so it is read only while somebody looks. Called by main/disk.
 */
import { z } from 'zod'
import type { DiskCacheRecord, DiskContainer, DiskImage, DiskReport, DiskVolume } from '@shared/contract/disk'
import { containerName } from '@shared/docker/container'
import { ContainerSummary } from '@shared/docker/container-schema'
import { ImageSummary } from '@shared/docker/image-schema'
import { withSignal, type DockerClient } from './client'
import { imageChains } from './disk-layers'
import { TEMPORARY_LABEL } from './image-files'
import { imageParents, type Parents } from './image-parents'
import { parseReply, parseRows } from './rows'
import { diskUsageOf } from './system'

export interface DiskReadingOptions {
  /** What a container's log files hold; null where they cannot be seen. */
  readonly logBytes: (containerId: string) => Promise<number | null>
  readonly onProgress?: ((done: number, total: number) => void) | undefined
  readonly signal?: AbortSignal | undefined
}

const Reply = z.object({
  Images: z.unknown().optional(),
  Containers: z.unknown().optional(),
  Volumes: z.unknown().optional(),
  BuildCache: z.unknown().optional()
})

const Image = ImageSummary.extend({
  SharedSize: z.number().default(-1),
  /** The containerd store's only. */
  Descriptor: z.unknown().optional()
})
const Container = ContainerSummary.extend({
  SizeRw: z.number().nullish(),
  SizeRootFs: z.number().nullish(),
  Mounts: z
    .array(z.object({ Type: z.string().nullish(), Name: z.string().nullish() }))
    .nullish()
    .transform((list) => list ?? [])
})
const Volume = z.object({
  Name: z.string(),
  Driver: z.string().default('local'),
  CreatedAt: z.string().nullish(),
  Labels: z.record(z.string(), z.string()).nullish(),
  UsageData: z.object({ Size: z.number(), RefCount: z.number() }).nullish()
})
const CacheRecord = z.object({
  ID: z.string(),
  Type: z.string().default(''),
  Description: z.string().default(''),
  Parent: z.string().nullish(),
  Parents: z.array(z.string()).nullish(),
  /** The engine's own spelling, up to API 1.51. */
  ' Parents': z.array(z.string()).nullish(),
  InUse: z.boolean().default(false),
  Shared: z.boolean().default(false),
  Size: z.number().default(0),
  CreatedAt: z.string().nullish(),
  LastUsedAt: z.string().nullish(),
  UsageCount: z.number().default(0)
})

export async function readDisk(client: DockerClient, options: DiskReadingOptions): Promise<DiskReport> {
  const { signal } = options
  const reply = await client.request(withSignal({ path: '/system/df' }, signal))
  const lists = parseReply(Reply, reply)
  const found = parseRows(Image, lists.Images ?? null)
  const store = found.some(({ Descriptor }) => Boolean(Descriptor)) ? 'containerd' : 'classic'
  const [parents, chains, containers] = await Promise.all([
    imageParents(client, signal),
    imageChains(client, found, store, options),
    Promise.all(parseRows(Container, lists.Containers ?? null).map((row) => toContainer(row, options)))
  ])
  const listed = new Set(found.map(({ Id }) => Id))
  return {
    at: Date.now(),
    store,
    totals: diskUsageOf(reply),
    images: found.map((image) =>
      toImage(image, chains.of(image.Id), listedParent(image.Id, parents, listed))
    ),
    layers: [...chains.layers],
    containers,
    volumes: parseRows(Volume, lists.Volumes ?? null).map(toVolume),
    cache: cacheRecords(lists.BuildCache)
  }
}

function toImage(
  image: z.output<typeof Image>,
  chain: { readonly layers: readonly number[]; readonly knownBytes: number } | null,
  parentId: string
): DiskImage {
  return {
    Id: image.Id,
    tags: image.RepoTags,
    parentId,
    created: image.Created,
    sizeBytes: image.Size,
    sharedBytes: image.SharedSize,
    layers: chain === null ? null : [...chain.layers],
    otherBytes: chain === null ? 0 : Math.max(0, image.Size - chain.knownBytes)
  }
}

/** The nearest image it was built on that is in the list; those between have no name and go with it. */
function listedParent(id: string, parents: Parents, listed: ReadonlySet<string>): string {
  const seen = new Set<string>()
  for (let at = parents.get(id); at !== undefined && !seen.has(at); at = parents.get(at)) {
    if (listed.has(at)) return at
    seen.add(at)
  }
  return ''
}

async function toContainer(
  row: z.output<typeof Container>,
  { logBytes }: DiskReadingOptions
): Promise<DiskContainer> {
  return {
    Id: row.Id,
    name: containerName(row),
    imageId: row.ImageID,
    image: row.Image,
    state: row.State,
    created: row.Created,
    sizeBytes: row.SizeRw ?? 0,
    rootBytes: row.SizeRootFs ?? 0,
    logBytes: await logBytes(row.Id),
    volumes: [...new Set(row.Mounts.flatMap(({ Type, Name }) => (Type === 'volume' && Name ? [Name] : [])))],
    temporary: TEMPORARY_LABEL in row.Labels
  }
}

/** What the engine names itself; older engines do not label it. */
const MADE_UP_NAME = /^[0-9a-f]{64}$/

function toVolume({ Name, Driver, CreatedAt, Labels, UsageData }: z.output<typeof Volume>): DiskVolume {
  return {
    name: Name,
    driver: Driver,
    anonymous: MADE_UP_NAME.test(Name) || 'com.docker.volume.anonymous' in (Labels ?? {}),
    created: createdSeconds(CreatedAt),
    sizeBytes: UsageData?.Size ?? -1,
    links: Math.max(0, UsageData?.RefCount ?? 0)
  }
}

/** The engine's list of build cache, as it is in every reply that has one. */
export function cacheRecords(list: unknown): DiskCacheRecord[] {
  return parseRows(CacheRecord, list ?? null).map(toRecord)
}

function toRecord(row: z.output<typeof CacheRecord>): DiskCacheRecord {
  const { Parent } = row
  return {
    id: row.ID,
    type: row.Type,
    description: row.Description.slice(0, 500),
    parents: row.Parents ?? row[' Parents'] ?? (Parent ? [Parent] : []),
    sizeBytes: Math.max(0, row.Size),
    created: createdSeconds(row.CreatedAt),
    lastUsed: createdSeconds(row.LastUsedAt),
    uses: row.UsageCount,
    inUse: row.InUse,
    shared: row.Shared
  }
}

/** Since the epoch; 0 for a time that is not told. */
export function createdSeconds(time: string | null | undefined): number {
  const milliseconds = Date.parse(time ?? '')
  return Number.isNaN(milliseconds) ? 0 : Math.max(0, Math.floor(milliseconds / 1000))
}
