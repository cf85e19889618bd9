/**
 * Removing objects of a list by exactly their ids, and no other: no prune by a rule, nothing by force. What is used by now, or is
 * another thing than the list said, stays and is told. Called by main/disk.
 */
import { z } from 'zod'
import type { ReclaimItem, ReclaimOutcome } from '@shared/contract/disk'
import { toAppError } from '@shared/errors'
import { segment, withSignal, type DockerClient } from './client'
import { removeContainer } from './containers'
import { createdSeconds } from './disk-usage'
import { deepestFirst } from './image-parents'
import { prunePlan, reasonToStay, removeOrWhy } from './image-prune'
import { parseReply, parseRows } from './rows'

type ItemOf<K extends ReclaimItem['kind']> = Extract<ReclaimItem, { kind: K }>
type Tell = (outcome: Omit<ReclaimOutcome, 'name'>) => void
/** Why it stayed; `removed` and `gone` when it did not. */
type Fate = Pick<ReclaimOutcome, 'result' | 'why'>

const REMOVED: Fate = { result: 'removed', why: '' }
const GONE: Fate = { result: 'gone', why: '' }
const stayed = (why: string): Fate => ({ result: 'stayed', why })

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
    removeContainer(client, id, { force: false, volumes: false }, signal).then(() => REMOVED)
  )
  await removeCache(client, of('cache'), tell, signal)
  await removeImages(client, of('image'), tell, signal)
  await removeEach(of('volume'), tell, signal, (volume) => removeVolume(client, volume, signal))
}

/** A refusal of the engine is a reason to stay; its absence is a failure. */
async function removeEach<T extends ReclaimItem>(
  items: readonly T[],
  tell: Tell,
  signal: AbortSignal | undefined,
  remove: (item: T) => Promise<Fate>
): Promise<void> {
  for (const item of items) {
    signal?.throwIfAborted()
    tell({ kind: item.kind, id: item.id, ...(await remove(item).catch(refusal)) })
  }
}

function refusal(thrown: unknown): Fate {
  const error = toAppError(thrown)
  if (error.code === 'NotFound') return GONE
  if (error.code === 'EngineNotRunning' || error.code === 'Cancelled') throw error
  return stayed(error.message)
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
    if (image === undefined) return GONE
    const why = reasonToStay(image, tags, allowed) ?? (await removeOrWhy(client, id, tags, signal))
    return why === null ? REMOVED : stayed(why)
  })
}

const Volume = z.object({ CreatedAt: z.string().nullish() })

async function removeVolume(
  client: DockerClient,
  { id, created }: ItemOf<'volume'>,
  signal?: AbortSignal
): Promise<Fate> {
  const path = `/volumes/${segment(id)}`
  const now = parseReply(Volume, await client.request(withSignal({ path }, signal)))
  if (createdSeconds(now.CreatedAt) !== created) return stayed('It was made anew meanwhile.')
  await client.request(withSignal({ path, method: 'DELETE' }, signal))
  return REMOVED
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
  const left: ItemOf<'cache'>[] = []
  const tellRemoved: Tell = (outcome) => outcome.result === 'removed' && tell(outcome)
  await removeEach(items, tellRemoved, signal, async (item) => {
    const filters = encodeURIComponent(JSON.stringify({ id: [item.id] }))
    const path = `/build/prune?all=1&filters=${filters}`
    const reply = parseReply(Pruned, await client.request(withSignal({ path, method: 'POST' }, signal)))
    if (reply.CachesDeleted.includes(item.id)) return REMOVED
    left.push(item)
    return GONE
  })
  if (left.length === 0) return
  // The engine says nothing of a record it left alone, be it in use or not there any more.
  const records = await cacheRecords(client, signal)
  await removeEach(left, tell, signal, ({ id }) => Promise.resolve(whyItStayed(records.get(id))))
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

function whyItStayed(record: z.output<typeof CacheState> | undefined): Fate {
  if (record === undefined) return GONE
  return stayed(record.InUse ? 'A build is using it by now.' : 'Other build cache is built on it by now.')
}
