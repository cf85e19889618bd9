/**
 * Pruning images: exactly which go and how many bytes, asked before; then exactly those and no other. The engine's own prune
 * decides anew when it runs and takes names off images that stay; here each image of the list is removed by its id, and one
 * that is used or named meanwhile stays. Called by handlers/images.
 */
import { z } from 'zod'
import type { ImagePrunePreview, PruneKind } from '@shared/contract/images'
import { shortId } from '@shared/docker/container'
import type { ImageSummary } from '@shared/docker/image'
import { AppError, toAppError } from '@shared/errors'
import { segment, withSignal, type DockerClient } from './client'
import { listContainers } from './containers'
import { freedBytes, layerSizes, type ImageLayers } from './image-layers'
import { imageParents, deepestFirst, type Parents } from './image-parents'
import { imagesUsage } from './image-usage'
import { listImages, removeImage } from './images'
import { inParallel } from './parallel'
import { parseReply } from './rows'

/** Each image is asked for twice; with more of them the bytes are a lower bound out of one question. */
const MOST_MEASURED = 500

/** The images that a prune takes: unused, without a tag when `kind` says so, and nothing built on them that stays. */
export function prunable(
  images: readonly ImageSummary[],
  used: ReadonlySet<string>,
  parents: Parents,
  kind: PruneKind
): readonly ImageSummary[] {
  const going = new Set(
    images
      .filter((image) => !used.has(image.Id) && (kind === 'unused' || image.RepoTags.length === 0))
      .map((image) => image.Id)
  )
  const staying = images.filter((image) => !going.has(image.Id)).map((image) => image.Id)
  for (const id of staying) for (const parent of ancestors(id, parents)) going.delete(parent)
  return images.filter((image) => going.has(image.Id))
}

function ancestors(id: string, parents: Parents): readonly string[] {
  const found = new Set<string>()
  for (let at = parents.get(id); at !== undefined && !found.has(at); at = parents.get(at)) found.add(at)
  return [...found]
}

/** What `docker image prune` would take now, with the bytes it frees. */
export async function previewPrune(
  client: DockerClient,
  kind: PruneKind,
  signal?: AbortSignal
): Promise<ImagePrunePreview> {
  const { images, going } = await prunePlan(client, kind, signal)
  const freed = await measure(client, images, new Set(going.map((image) => image.Id)), signal)
  return {
    images: going.map(({ Id, RepoTags, Size }) => ({ Id, tags: RepoTags, sizeBytes: Size })),
    ...freed
  }
}

/** All there is to decide by, and what a prune of that kind takes now. */
export async function prunePlan(client: DockerClient, kind: PruneKind, signal?: AbortSignal) {
  const [images, containers, parents] = await Promise.all([
    listImages(client, signal),
    listContainers(client, signal),
    imageParents(client, signal)
  ])
  const used = new Set(containers.map((container) => container.ImageID))
  return { images, parents, going: prunable(images, used, parents, kind) }
}

type Freed = Pick<ImagePrunePreview, 'freedBytes' | 'exact'>

async function measure(
  client: DockerClient,
  images: readonly ImageSummary[],
  going: ReadonlySet<string>,
  signal?: AbortSignal
): Promise<Freed> {
  if (going.size === 0) return { freedBytes: 0, exact: true }
  if (images.length <= MOST_MEASURED) {
    const layers = await inParallel(images, (image) =>
      layersOf(client, image, going.has(image.Id), signal).catch(unlessGone)
    )
    const exact = freedBytes(
      layers.filter((one) => one !== null),
      going
    )
    if (exact !== null) return { freedBytes: exact, exact: true }
  }
  const usage = await imagesUsage(client, signal)
  const own = usage.images.filter((image) => going.has(image.Id))
  return {
    freedBytes: own.reduce((sum, image) => sum + image.uniqueBytes, 0),
    exact: own.length === going.size && own.every((image) => image.sharedBytes === 0)
  }
}

function unlessGone(error: unknown): null {
  if (error instanceof AppError && error.code === 'NotFound') return null
  throw error
}

const Layers = z.object({ RootFS: z.object({ Layers: z.array(z.string()).nullish() }).nullish() })
const History = z.array(z.object({ CreatedBy: z.string().default(''), Size: z.number() })).nullable()

async function layersOf(
  client: DockerClient,
  image: ImageSummary,
  withSizes: boolean,
  signal?: AbortSignal
): Promise<ImageLayers> {
  const path = `/images/${segment(image.Id)}`
  const inspect = parseReply(Layers, await client.request(withSignal({ path: `${path}/json` }, signal)))
  const diffIds = inspect.RootFS?.Layers ?? []
  const whole = { Id: image.Id, sizeBytes: image.Size, diffIds }
  if (!withSizes) return { ...whole, sizes: null }
  const reply = await client.request(withSignal({ path: `${path}/history` }, signal))
  const history = (parseReply(History, reply) ?? [])
    .reverse()
    .map((entry) => ({ createdBy: entry.CreatedBy, sizeBytes: entry.Size }))
  return { ...whole, sizes: layerSizes(history, diffIds.length, image.Size) }
}

export interface Pruned {
  readonly removed: number
  /** Those that stayed, with the reason. */
  readonly stayed: readonly { readonly name: string; readonly why: string }[]
  readonly freedBytes: number
  readonly exact: boolean
}

/** Removes the images of a preview. One that is used, or named otherwise than the preview said, stays and is told. */
export async function pruneImages(
  client: DockerClient,
  targets: readonly { readonly Id: string; readonly tags: readonly string[] }[],
  onProgress: (done: number) => void = () => undefined,
  signal?: AbortSignal
): Promise<Pruned> {
  const { images, parents, going } = await prunePlan(client, 'unused', signal)
  const removed = new Set<string>()
  const stayed: { name: string; why: string }[] = []
  const before = new Map(images.map((image) => [image.Id, image]))
  const allowed = new Set(going.map((image) => image.Id))
  const wanted = new Map(targets.map((target) => [target.Id, target]))
  const layers = await measurer(client, images, wanted, signal)
  // What was built on an image goes before it.
  for (const id of deepestFirst([...wanted.keys()], parents)) {
    signal?.throwIfAborted()
    const image = before.get(id)
    const target = wanted.get(id)
    if (image === undefined || target === undefined) continue
    const why =
      reasonToStay(image, target.tags, allowed) ?? (await removeOrWhy(client, id, target.tags, signal))
    if (why === null) removed.add(id)
    else stayed.push({ name: target.tags[0] ?? shortId(id), why })
    onProgress(removed.size + stayed.length)
  }
  return { removed: removed.size, stayed, ...layers(removed) }
}

/** Why an image of a list must not go any more; null when it may. `allowed` are those a prune of unused ones takes now. */
export function reasonToStay(
  image: ImageSummary,
  tags: readonly string[],
  allowed: ReadonlySet<string>
): string | null {
  if (!allowed.has(image.Id)) return 'It is used by now.'
  const known = new Set(tags)
  return image.RepoTags.every((tag) => known.has(tag)) ? null : 'It has been tagged meanwhile.'
}

/** Removes an image by exactly these names; answers why it stayed, null when it went. Fails when the engine does. */
export async function removeOrWhy(
  client: DockerClient,
  id: string,
  tags: readonly string[],
  signal?: AbortSignal
): Promise<string | null> {
  try {
    // By its names, so that one it was given this moment keeps it.
    await removeImage(client, id, tags.length === 0 ? {} : { tags }, signal)
    return null
  } catch (thrown) {
    const error = toAppError(thrown)
    if (error.code === 'NotFound') return null
    // The engine is gone, or the task was cancelled: nothing of the rest can go either.
    if (error.code === 'EngineNotRunning' || error.code === 'Cancelled') throw error
    return error.message
  }
}

/** Reads the layers while they are there; answers what the removal of some of them frees. */
async function measurer(
  client: DockerClient,
  images: readonly ImageSummary[],
  wanted: ReadonlyMap<string, unknown>,
  signal?: AbortSignal
): Promise<(removed: ReadonlySet<string>) => Freed> {
  if (images.length > MOST_MEASURED) return () => ({ freedBytes: 0, exact: false })
  const layers = (
    await inParallel(images, (image) =>
      layersOf(client, image, wanted.has(image.Id), signal).catch(unlessGone)
    )
  ).filter((one) => one !== null)
  return (removed) => {
    const freed = freedBytes(layers, removed)
    return { freedBytes: freed ?? 0, exact: freed !== null }
  }
}
