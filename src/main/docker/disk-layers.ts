/**
 * The layers of all images, each once. The engine tells an image's layers and its history apart, two questions for each image;
 * what an id of the classic store stands for never changes, so each is asked once while the app runs.
 */
import { z } from 'zod'
import type { DiskLayer, DiskReport } from '@shared/contract/disk'
import type { ImageSummary } from '@shared/docker/image'
import { AppError } from '@shared/errors'
import { segment, withSignal, type DockerClient } from './client'
import { layerEntries, type HistoryEntry } from './image-layers'
import { inParallel } from './parallel'
import { parseReply } from './rows'

/** With more images the questions would take minutes; what each has alone is told all the same. */
const MOST_IMAGES = 5000

/** Enough to recognise an instruction by; some are scripts of megabytes. */
const MOST_TEXT = 500

interface Stack {
  readonly diffIds: readonly string[]
  /** What made each layer; null when the two lists could not be brought together. */
  readonly made: readonly HistoryEntry[] | null
}

/** Of an image that has gone meanwhile; the next reading does not have it. */
const GONE: Stack = { diffIds: [], made: null }

/** By image id, of the classic store. */
const known = new Map<string, Stack>()

export interface Chains {
  readonly layers: readonly DiskLayer[]
  /** An image's places in `layers`; null for one that was not read. */
  of(imageId: string): { readonly layers: readonly number[]; readonly knownBytes: number } | null
}

export async function imageChains(
  client: DockerClient,
  images: readonly ImageSummary[],
  store: DiskReport['store'],
  {
    onProgress,
    signal
  }: { onProgress?: ((done: number, total: number) => void) | undefined; signal?: AbortSignal | undefined }
): Promise<Chains> {
  if (images.length > MOST_IMAGES) return { layers: [], of: () => null }
  forgetOthers(images)
  let done = 0
  const stacks = await inParallel(images, async (image) => {
    const stack = known.get(image.Id) ?? (await readStack(client, image, store, signal))
    if (store === 'classic' && stack !== GONE) known.set(image.Id, stack)
    onProgress?.((done += 1), images.length)
    return [image.Id, stack] as const
  })
  return chainsOf(new Map(stacks))
}

function forgetOthers(images: readonly ImageSummary[]): void {
  const there = new Set(images.map(({ Id }) => Id))
  for (const id of known.keys()) if (!there.has(id)) known.delete(id)
}

const Inspect = z.object({ RootFS: z.object({ Layers: z.array(z.string()).nullish() }).nullish() })
const History = z.array(z.object({ CreatedBy: z.string().default(''), Size: z.number() })).nullable()

async function readStack(
  client: DockerClient,
  { Id, Size }: ImageSummary,
  store: DiskReport['store'],
  signal?: AbortSignal
): Promise<Stack> {
  const path = `/images/${segment(Id)}`
  try {
    const inspect = parseReply(Inspect, await client.request(withSignal({ path: `${path}/json` }, signal)))
    const reply = parseReply(History, await client.request(withSignal({ path: `${path}/history` }, signal)))
    const history = (reply ?? [])
      .reverse()
      .map((entry) => ({ createdBy: entry.CreatedBy.slice(0, MOST_TEXT), sizeBytes: entry.Size }))
    const diffIds = inspect.RootFS?.Layers ?? []
    // The containerd store counts compressed content to the image's size, and not to its history's.
    const total = store === 'classic' ? Size : history.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0)
    return { diffIds, made: layerEntries(history, diffIds.length, total) }
  } catch (error) {
    if (error instanceof AppError && error.code === 'NotFound') return GONE
    throw error
  }
}

/** A layer is known by everything below it, as the engine knows it. */
export function chainsOf(stacks: ReadonlyMap<string, Stack>): Chains {
  const layers: DiskLayer[] = []
  const places = new Map<string, number>()
  const place = (diffId: string, below: number | null, made: HistoryEntry | undefined): number => {
    const key = `${below ?? ''} ${diffId}`
    const at = places.get(key) ?? layers.length
    const layer = layers[at]
    if (layer === undefined || (layer.sizeBytes === null && made !== undefined)) {
      layers[at] = { diffId, below, sizeBytes: made?.sizeBytes ?? null, instruction: made?.createdBy ?? '' }
    }
    places.set(key, at)
    return at
  }
  const chains = new Map<string, readonly number[]>()
  for (const [id, stack] of stacks) {
    let below: number | null = null
    const chain = stack.diffIds.map((diffId, index) => (below = place(diffId, below, stack.made?.[index])))
    chains.set(id, chain)
  }
  return {
    layers,
    of(imageId) {
      const chain = chains.get(imageId)
      if (chain === undefined) return null
      return { layers: chain, knownBytes: chain.reduce((sum, at) => sum + (layers[at]?.sizeBytes ?? 0), 0) }
    }
  }
}
