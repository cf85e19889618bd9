/**
 * What the Engine API has about the files of an image: its layers, its archive, and single files by way of a container that
 * is created, never started, and removed. Called by main/images.
 */
import { hostname } from 'node:os'
import { z } from 'zod'
import type { ImageConfig } from '@shared/docker/image-config'
import { AppError } from '@shared/errors'
import { segment, withSignal, type DockerClient } from './client'
import type { EngineBytes } from './engine-bytes'
import { configurationFrom } from './image-configuration'
import { parseReply } from './rows'

const Inspect = z.object({
  Id: z.string(),
  RepoTags: z
    .array(z.string())
    .nullish()
    .transform((list) => list ?? []),
  Os: z.string().default(''),
  Architecture: z.string().default(''),
  RootFS: z
    .object({ Layers: z.array(z.string()).nullish() })
    .nullish()
    .transform((value) => value?.Layers ?? [])
})

export interface ImageOutline {
  /** Hexadecimal. */
  readonly id: string
  readonly name: string
  /** Of its layers, in hexadecimal, lowest first. */
  readonly diffIds: readonly string[]
  /** As far as the engine tells it; null when only the archive does. */
  readonly config: ImageConfig | null
  /** `linux/amd64` */
  readonly platform: string
}

export async function outlineImage(
  client: DockerClient,
  id: string,
  signal?: AbortSignal
): Promise<ImageOutline> {
  const path = `/images/${segment(id)}`
  const [reply, history] = await Promise.all([
    client.request(withSignal({ path: `${path}/json` }, signal)),
    // Without it the archive tells.
    client.request(withSignal({ path: `${path}/history` }, signal)).catch(() => null)
  ])
  const { Id, RepoTags, Os, Architecture, RootFS } = parseReply(Inspect, reply)
  const hex = (digest: string): string => digest.replace(/^sha256:/, '')
  return {
    id: hex(Id),
    name: RepoTags[0] ?? hex(Id).slice(0, 12),
    diffIds: RootFS.map(hex),
    config: configurationFrom(reply, history),
    platform: `${Os}/${Architecture}`
  }
}

/** Where `docker save` of an image comes from. */
export function imageArchive(client: DockerClient, id: string): EngineBytes {
  return { endpoint: client.endpoint, path: `/v${client.apiVersion}/images/${segment(id)}/get` }
}

/** Where `docker export` of a container comes from. */
export function containerExport(client: DockerClient, id: string): EngineBytes {
  return { endpoint: client.endpoint, path: `/v${client.apiVersion}/containers/${segment(id)}/export` }
}

/** The label of containers that exist for a moment, so that one can be read; its value says who made it. */
export const TEMPORARY_LABEL = 'dev.quayside.temporary'
const DAY_SECONDS = 24 * 3600

/**
 * A container of the image to read from; whoever asked for it removes it in any case. Nothing of it ever runs, lists do not
 * show it, and {@link sweepTemporary} removes it should the app be killed meanwhile.
 */
export async function temporaryContainer(
  client: DockerClient,
  imageId: string,
  signal?: AbortSignal
): Promise<{ readonly id: string; readonly remove: () => Promise<void> }> {
  const id = await createTemporary(client, imageId, signal)
  // Not by the caller's signal: it may have been aborted, and the container has to go all the same.
  const remove = async (): Promise<void> => {
    const gone = client.docker.getContainer(segment(id)).remove({ force: true, v: true })
    await gone.catch(() => undefined)
  }
  return { id, remove }
}

/** The answer of a creation is waited for even when nobody wants it any more: else nobody would know what to remove. */
async function createTemporary(client: DockerClient, imageId: string, signal?: AbortSignal): Promise<string> {
  signal?.throwIfAborted()
  const reply = await client.request({
    path: '/containers/create',
    method: 'POST',
    options: {
      Image: imageId,
      // An image need not have a command, a container must.
      Cmd: ['-'],
      Entrypoint: [],
      Labels: { [TEMPORARY_LABEL]: `${hostname()}/${process.pid}` },
      NetworkDisabled: true,
      HostConfig: { NetworkMode: 'none', LogConfig: { Type: 'none' } }
    }
  })
  const { Id } = parseReply(z.object({ Id: z.string() }), reply)
  return Id
}

/**
 * Removes what a killed Quayside left: containers made on this computer by a process that is gone, and any a day old. Only
 * what says of itself that it is ours and never ran: an engine may ignore a filter, and force is never needed.
 */
export async function sweepTemporary(client: DockerClient, signal?: AbortSignal): Promise<number> {
  const reply = await client.docker.listContainers(
    withSignal({ all: true, filters: { label: [TEMPORARY_LABEL] } }, signal)
  )
  const nowSeconds = client.connectedAtSeconds ?? Date.now() / 1000
  let removed = 0
  for (const { Id, Created, State, Labels } of reply) {
    const maker = Object.hasOwn(Labels, TEMPORARY_LABEL) ? Labels[TEMPORARY_LABEL] : undefined
    if (maker === undefined || State !== 'created') continue
    const [host, pid] = maker.split('/')
    const orphaned = host === hostname() && !isAlive(Number(pid))
    if (!orphaned && nowSeconds - Created < DAY_SECONDS) continue
    try {
      await client.docker.getContainer(segment(Id)).remove({ v: true })
      removed += 1
    } catch (error) {
      if (!(error instanceof AppError) || (error.code !== 'NotFound' && error.code !== 'Conflict'))
        throw error
    }
  }
  return removed
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}
