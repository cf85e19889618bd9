/**
 * Images over the Engine API: list, remove with all tags, load an archive. Called by handlers and resources.
 */
import type { Readable } from 'node:stream'
import { z } from 'zod'
import { containerName } from '@shared/docker/container'
import { ContainerSummary } from '@shared/docker/container-schema'
import { ImageSummary } from '@shared/docker/image-schema'
import { AppError } from '@shared/errors'
import { segment, withSignal, type DockerClient } from './client'
import { streamError } from './errors'
import { jsonLines } from './jsonl'
import { parseReply, parseRows } from './rows'

/** Every image with a tag or without children, as `docker images` lists them. */
export async function listImages(
  client: DockerClient,
  signal?: AbortSignal,
  onSkipped?: (reason: string) => void
): Promise<ImageSummary[]> {
  return parseRows(ImageSummary, await client.docker.listImages(withSignal({}, signal)), onSkipped)
}

const ImageInspect = z.object({
  Id: z.string(),
  RepoTags: z
    .array(z.string())
    .nullish()
    .transform((list) => list ?? []),
  Size: z.number().optional(),
  /** What the engine itself knows of it: when one of its tags was put on it last. */
  Metadata: z.object({ LastTagTime: z.string().optional() }).optional()
})

/** Whether the engine has it, by any name or id the CLI takes; null when not. */
export async function findImage(
  client: DockerClient,
  name: string,
  signal?: AbortSignal
): Promise<z.output<typeof ImageInspect> | null> {
  try {
    // Not through dockerode: its inspect has no place for a signal in its types.
    const reply = await client.request(withSignal({ path: `/images/${segment(name)}/json` }, signal))
    return parseReply(ImageInspect, reply)
  } catch (error) {
    if (error instanceof AppError && error.code === 'NotFound') return null
    throw error
  }
}

/** How an image is removed. */
export interface ImageRemoval {
  /** Only these names; when they are all it has, the image goes. Left out: all names and the image. */
  readonly tags?: readonly string[] | undefined
  /** Also when containers that do not run use it. */
  readonly force?: boolean | undefined
}

/**
 * Removes the image with every tag, or some of its tags. `docker rmi` takes the tags one by one and stops at the last one
 * when a container uses the image; here that is asked first, and tags that went before another failure are put back: all or
 * nothing.
 */
export async function removeImage(
  client: DockerClient,
  id: string,
  { tags, force = false }: ImageRemoval = {},
  signal?: AbortSignal
): Promise<void> {
  const image = await findImage(client, id, signal)
  if (image === null) {
    throw new AppError('NotFound', 'There is no such image.', { hint: 'It has been removed meanwhile.' })
  }
  const chosen = tags === undefined ? image.RepoTags : image.RepoTags.filter((tag) => tags.includes(tag))
  if (chosen.length === 0 && image.RepoTags.length > 0) {
    throw new AppError('NotFound', 'The image does not have that tag.', {
      hint: 'It has been moved meanwhile.'
    })
  }
  const untag = chosen.length < image.RepoTags.length
  if (!untag && (force || chosen.length <= 1)) {
    await removeName(client, image.Id, signal, force)
    return
  }
  if (!untag) await refuseIfUsed(client, image.Id, signal)
  await removeNames(client, image.Id, chosen, signal)
}

async function removeNames(
  client: DockerClient,
  id: string,
  tags: readonly string[],
  signal?: AbortSignal
): Promise<void> {
  const removed: string[] = []
  try {
    for (const tag of tags) {
      await removeName(client, tag, signal)
      removed.push(tag)
    }
  } catch (error) {
    for (const tag of removed) await putBack(client, id, tag)
    throw error
  }
}

async function removeName(
  client: DockerClient,
  name: string,
  signal?: AbortSignal,
  force = false
): Promise<void> {
  await client.docker.getImage(segment(name)).remove(withSignal(force ? { force } : {}, signal))
}

async function refuseIfUsed(client: DockerClient, id: string, signal?: AbortSignal): Promise<void> {
  const reply = await client.docker.listContainers(
    withSignal({ all: true, filters: { ancestor: [id] } }, signal)
  )
  // `ancestor` finds containers of images built on this one as well; those do not hold it.
  const user = parseRows(ContainerSummary, reply).find((row) => row.ImageID === id)
  if (user === undefined) return
  throw new AppError('Conflict', `The image is in use by container ${containerName(user)}.`, {
    hint: 'Remove that container first.',
    details: { containerId: user.Id }
  })
}

async function putBack(client: DockerClient, id: string, tag: string): Promise<void> {
  const colon = tag.lastIndexOf(':')
  try {
    await client.docker.getImage(segment(id)).tag({ repo: tag.slice(0, colon), tag: tag.slice(colon + 1) })
  } catch {
    // The failure that led here says more; a tag that cannot come back is seen in the list.
  }
}

const ProgressLine = z.object({
  id: z.string().optional(),
  status: z.string().optional(),
  stream: z.string().optional(),
  progressDetail: z
    .object({ current: z.number().optional(), total: z.number().optional(), units: z.string().optional() })
    .nullish(),
  error: z.string().optional(),
  errorDetail: z.object({ message: z.string().optional() }).optional()
})
/** One line of what the engine says while it loads, pulls or pushes. */
export type ProgressLine = z.output<typeof ProgressLine>

/** The lines of a progress stream; a line that reports an error ends it with that error. */
export async function* progressLines(
  source: AsyncIterable<Uint8Array>
): AsyncGenerator<ProgressLine, void, undefined> {
  for await (const value of jsonLines(source)) {
    const parsed = ProgressLine.safeParse(value)
    if (!parsed.success) continue
    const failure = parsed.data.errorDetail?.message ?? parsed.data.error
    if (failure !== undefined) throw streamError(failure)
    yield parsed.data
  }
}

/**
 * Loads an image archive (`docker save`). `archive` is read only as fast as the engine takes it.
 * Answers the names or ids that were loaded. Fails when the archive is none.
 */
export async function loadImage(
  client: DockerClient,
  archive: Readable,
  onMessage: (message: string) => void = () => undefined,
  signal?: AbortSignal
): Promise<string[]> {
  const reply = await client.docker.loadImage(archive, withSignal({ quiet: false }, signal))
  const loaded: string[] = []
  for await (const line of progressLines(reply as AsyncIterable<Uint8Array> & NodeJS.ReadableStream)) {
    const text = (line.stream ?? line.status ?? '').trim()
    if (text !== '') onMessage(text)
    const name = /^Loaded image(?: ID)?: (.*)$/.exec(text)?.[1]
    if (name !== undefined) loaded.push(name)
  }
  if (loaded.length === 0) {
    throw new AppError('InvalidParameter', 'The file holds no image.', {
      hint: 'Choose an archive made with docker save.'
    })
  }
  return loaded
}

const ImageConfig = z.object({
  Id: z.string(),
  Os: z.string().nullish(),
  Architecture: z.string().nullish(),
  Variant: z.string().nullish(),
  Config: z
    .object({
      Cmd: z.array(z.string()).nullish(),
      Entrypoint: z.array(z.string()).nullish(),
      Env: z.array(z.string()).nullish()
    })
    .nullish()
})
/** What an image says of the platform it is for and of what runs in it. */
export type ImageConfig = z.output<typeof ImageConfig>

/** An image's platform and defaults; null when the engine does not have it any more. */
export async function imageConfig(
  client: DockerClient,
  name: string,
  signal?: AbortSignal
): Promise<ImageConfig | null> {
  try {
    const reply = await client.request(withSignal({ path: `/images/${segment(name)}/json` }, signal))
    return parseReply(ImageConfig, reply)
  } catch (error) {
    if (error instanceof AppError && error.code === 'NotFound') return null
    throw error
  }
}
