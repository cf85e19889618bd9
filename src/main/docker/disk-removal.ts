/**
 * Removing objects of a list by exactly their ids, and no other: no prune by a rule, nothing by force. What is used by now, or is
 * another thing than the list said, stays and is told. Called by main/disk.
 */
import { z } from 'zod'
import type { ReclaimItem, ReclaimOutcome } from '@shared/contract/disk'
import { shortId } from '@shared/docker/container'
import { toAppError } from '@shared/errors'
import { segment, withSignal, type DockerClient } from './client'
import { removeContainer } from './containers'
import { createdSeconds } from './disk-usage'
import { deepestFirst } from './image-parents'
import { prunePlan, reasonToStay, removeOrWhy } from './image-prune'
import { parseReply, parseRows } from './rows'

type ItemOf<K extends ReclaimItem['kind']> = Extract<ReclaimItem, { kind: K }>
type Tell = (outcome: ReclaimOutcome) => void

/** Containers first: they hold images and volumes. Fails when the engine goes away; what was told until then is done. */
export async function removeItems(
  client: DockerClient,
  items: readonly ReclaimItem[],
  tell: Tell,
  signal?: AbortSignal
): Promise<void> {
  const of = <K extends ReclaimItem['kind']>(kind: K): ItemOf<K>[] =>
    items.filter((item): item is ItemOf<K> => item.kind === kind)
  await removeEach(of('container'), tell, signal, ({ id }) =>
    removeContainer(client, id, { force: false, volumes: false }, signal).then(() => null)
  )
  await removeCache(client, of('cache'), tell, signal)
  await removeImages(client, of('image'), tell, signal)
  await removeEach(of('volume'), tell, signal, (volume) => removeVolume(client, volume, signal))
}

/** `remove` answers why it stayed. A refusal of the engine is a reason; its absence is a failure. */
async function removeEach<T extends ReclaimItem>(
  items: readonly T[],
  tell: Tell,
  signal: AbortSignal | undefined,
  remove: (item: T) => Promise<string | null>
): Promise<void> {
  for (const item of items) {
    signal?.throwIfAborted()
    tell({ kind: item.kind, id: item.id, name: nameOf(item), stayed: await remove(item).catch(refusal) })
  }
}

function nameOf(item: ReclaimItem): string {
  if (item.kind === 'volume') return item.id
  return item.kind === 'image' ? (item.tags[0] ?? shortId(item.id)) : shortId(item.id)
}

function refusal(thrown: unknown): string | null {
  const error = toAppError(thrown)
  // Somebody else was faster: it is gone.
  if (error.code === 'NotFound') return null
  if (error.code === 'EngineNotRunning' || error.code === 'Cancelled') throw error
  return error.message
}

async function removeImages(
  client: DockerClient,
  items: readonly ItemOf<'image'>[],
  tell: Tell,
  signal?: AbortSignal
): Promise<void> {
  if (items.length === 0) return
  const { images, parents, going } = await prunePlan(client, 'unused', signal)
  const there = new Map(images.map((image) => [image.Id, image]))
  const allowed = new Set(going.map(({ Id }) => Id))
  const wanted = new Map(items.map((item) => [item.id, item]))
  const ordered = deepestFirst([...wanted.keys()], parents).flatMap((id) => wanted.get(id) ?? [])
  await removeEach(ordered, tell, signal, async ({ id, tags }) => {
    const image = there.get(id)
    if (image === undefined) return null
    return reasonToStay(image, tags, allowed) ?? (await removeOrWhy(client, id, tags, signal))
  })
}

const Volume = z.object({ CreatedAt: z.string().nullish() })

async function removeVolume(
  client: DockerClient,
  { id, created }: ItemOf<'volume'>,
  signal?: AbortSignal
): Promise<string | null> {
  const path = `/volumes/${segment(id)}`
  const now = parseReply(Volume, await client.request(withSignal({ path }, signal)))
  if (createdSeconds(now.CreatedAt) !== created) return 'It was made anew meanwhile.'
  await client.request(withSignal({ path, method: 'DELETE' }, signal))
  return null
}

const Pruned = z.object({
  CachesDeleted: z
    .array(z.string())
    .nullish()
    .transform((list) => list ?? [])
})

async function removeCache(
  client: DockerClient,
  items: readonly ItemOf<'cache'>[],
  tell: Tell,
  signal?: AbortSignal
): Promise<void> {
  const stayed: ItemOf<'cache'>[] = []
  await removeEach(
    items,
    (outcome) => outcome.stayed === null && tell(outcome),
    signal,
    async (item) => {
      const filters = encodeURIComponent(JSON.stringify({ id: [item.id] }))
      const path = `/build/prune?all=1&filters=${filters}`
      const reply = parseReply(Pruned, await client.request(withSignal({ path, method: 'POST' }, signal)))
      if (reply.CachesDeleted.includes(item.id)) return null
      stayed.push(item)
      return 'stayed'
    }
  )
  if (stayed.length === 0) return
  // The engine says nothing of a record it left alone; one that is not there any more is gone as it should be.
  const records = await cacheRecords(client, signal)
  await removeEach(stayed, tell, signal, ({ id }) => Promise.resolve(whyItStayed(records.get(id))))
}

const Usage = z.object({ BuildCache: z.unknown().optional() })
const CacheState = z.object({ ID: z.string(), InUse: z.boolean().default(false) })

async function cacheRecords(
  client: DockerClient,
  signal?: AbortSignal
): Promise<ReadonlyMap<string, z.output<typeof CacheState>>> {
  const path = client.speaks('1.42') ? '/system/df?type=build-cache' : '/system/df'
  const reply = parseReply(Usage, await client.request(withSignal({ path }, signal)))
  return new Map(parseRows(CacheState, reply.BuildCache ?? null).map((record) => [record.ID, record]))
}

function whyItStayed(record: z.output<typeof CacheState> | undefined): string | null {
  if (record === undefined) return null
  return record.InUse ? 'A build is using it by now.' : 'Other build cache is built on it by now.'
}
