/**
 * Containers over the Engine API: list, inspect and the one-click verbs. Called by handlers and resources.
 * Creating and running is in run.ts.
 */
import { ContainerInspect, ContainerSummary } from '@shared/docker/container-schema'
import { AppError } from '@shared/errors'
import { segment, withSignal, type DockerClient } from './client'
import { TEMPORARY_LABEL } from './image-files'
import { parseReply, parseRows } from './rows'

/** Ids in one filtered list request; a longer query would meet the limits of proxies and of the engine's URL parser. */
export const IDS_PER_REQUEST = 100

/** Every container, running or not. */
export async function listContainers(
  client: DockerClient,
  signal?: AbortSignal,
  onSkipped?: (reason: string) => void
): Promise<ContainerSummary[]> {
  const reply = await client.docker.listContainers(withSignal({ all: true }, signal))
  return parseRows(ContainerSummary, reply, onSkipped).filter(isLasting)
}

/** Not one that is there for a moment, to read an image's files by. */
function isLasting({ Labels }: ContainerSummary): boolean {
  return Labels[TEMPORARY_LABEL] === undefined
}

/** The ids of those that run or are paused, as `docker ps` lists them. */
export async function listRunningIds(client: DockerClient, signal?: AbortSignal): Promise<string[]> {
  const rows = await client.docker.listContainers(withSignal({}, signal))
  return parseRows(ContainerSummary.pick({ Id: true }), rows).map(({ Id }) => Id)
}

/** The rows of these containers; an id without a row is gone. One request per {@link IDS_PER_REQUEST} ids. */
export async function listContainersById(
  client: DockerClient,
  ids: readonly string[],
  signal?: AbortSignal,
  onSkipped?: (reason: string) => void
): Promise<ContainerSummary[]> {
  const rows: ContainerSummary[] = []
  for (let start = 0; start < ids.length; start += IDS_PER_REQUEST) {
    const filters = { id: ids.slice(start, start + IDS_PER_REQUEST) }
    const reply = await client.docker.listContainers(withSignal({ all: true, filters }, signal))
    rows.push(...parseRows(ContainerSummary, reply, onSkipped).filter(isLasting))
  }
  return rows
}

/** The whole of one container; with `size` the engine also measures its writable layer, which takes it longer. */
export async function inspectContainer(
  client: DockerClient,
  id: string,
  options: { readonly size?: boolean } = {},
  signal?: AbortSignal
): Promise<ContainerInspect> {
  const query = options.size === true ? { size: true } : {}
  return parseReply(ContainerInspect, await container(client, id).inspect(withSignal(query, signal)))
}

/** A body of `docker inspect` beyond this is no configuration any more; the page is not given it. */
const MAX_INSPECT_BYTES = 8 * 1024 * 1024

/** The exact body the engine answers for `docker inspect`, as text. */
export async function inspectContainerText(
  client: DockerClient,
  id: string,
  signal?: AbortSignal
): Promise<string> {
  const path = `/containers/${segment(id)}/json`
  const reply = await client.request(withSignal({ path, isStream: true }, signal))
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of reply as AsyncIterable<Buffer>) {
    chunks.push(chunk)
    size += chunk.length
    if (size > MAX_INSPECT_BYTES) {
      throw new AppError('InvalidParameter', 'The answer is too large to show.', {
        hint: 'Read it in a terminal with docker inspect.'
      })
    }
  }
  return Buffer.concat(chunks).toString('utf8').trim()
}

/** Starts it; a running one is left as it is. */
export async function startContainer(client: DockerClient, id: string, signal?: AbortSignal): Promise<void> {
  await container(client, id).start(withSignal({}, signal))
}

/** Stops it, waiting its own grace period; a stopped one is left as it is. */
export async function stopContainer(client: DockerClient, id: string, signal?: AbortSignal): Promise<void> {
  await container(client, id).stop(withSignal({}, signal))
}

export async function restartContainer(
  client: DockerClient,
  id: string,
  signal?: AbortSignal
): Promise<void> {
  await container(client, id).restart(withSignal({}, signal))
}

export async function pauseContainer(client: DockerClient, id: string, signal?: AbortSignal): Promise<void> {
  await container(client, id).pause(withSignal({}, signal))
}

export async function unpauseContainer(
  client: DockerClient,
  id: string,
  signal?: AbortSignal
): Promise<void> {
  await container(client, id).unpause(withSignal({}, signal))
}

/** Removes it; `force` kills a running one first, `volumes` takes its anonymous volumes along. */
export async function removeContainer(
  client: DockerClient,
  id: string,
  options: { readonly force: boolean; readonly volumes: boolean },
  signal?: AbortSignal
): Promise<void> {
  await container(client, id).remove(withSignal({ force: options.force, v: options.volumes }, signal))
}

function container(client: DockerClient, id: string) {
  return client.docker.getContainer(segment(id))
}
