/** What a removal would take away, asked before it is done. Called by handlers/containers and handlers/images. */
import { z } from 'zod'
import type { ImageRemovalPreview } from '@shared/contract/images'
import type { RemovalPreview } from '@shared/contract/containers'
import { containerName, type ContainerInspect } from '@shared/docker/container'
import { imageName } from '@shared/docker/image'
import { AppError } from '@shared/errors'
import type { DockerClient } from './client'
import { withSignal } from './client'
import { inspectContainer, listContainers } from './containers'
import { childrenOf, descendants, imageParents } from './image-parents'
import { listImages } from './images'
import { inParallel } from './parallel'
import { parseRows } from './rows'

const ANONYMOUS_VOLUME = /^[0-9a-f]{64}$/

/** One preview for each container that still exists, in the order asked. */
export async function previewContainerRemoval(
  client: DockerClient,
  ids: readonly string[],
  signal?: AbortSignal
): Promise<RemovalPreview[]> {
  const found = (await inParallel(ids, (id) => inspectIfThere(client, id, signal))).filter(
    (one) => one !== null
  )
  const anonymous = found.flatMap((one) => volumeNames(one).filter((name) => ANONYMOUS_VOLUME.test(name)))
  const shared = await usedByOthers(client, anonymous, new Set(ids), signal)
  return found.map((one) => toPreview(one, shared))
}

function toPreview(container: ContainerInspect, shared: ReadonlySet<string>): RemovalPreview {
  const goes = (name: string) => ANONYMOUS_VOLUME.test(name) && !shared.has(name)
  const volumes = volumeNames(container)
  const folders = container.Mounts.filter((mount) => mount.Type === 'bind').map((mount) => mount.Source)
  return {
    Id: container.Id,
    name: container.Name.replace(/^\//, ''),
    state: container.State.Status,
    sizeRwBytes: container.SizeRw ?? 0,
    anonymousVolumes: volumes.filter(goes),
    keptMounts: [...volumes.filter((name) => !goes(name)), ...folders]
  }
}

function volumeNames(container: ContainerInspect): string[] {
  return container.Mounts.flatMap((mount) =>
    mount.Type === 'volume' && mount.Name !== undefined ? [mount.Name] : []
  )
}

async function inspectIfThere(
  client: DockerClient,
  id: string,
  signal?: AbortSignal
): Promise<ContainerInspect | null> {
  try {
    return await inspectContainer(client, id, { size: true }, signal)
  } catch (error) {
    if (error instanceof AppError && error.code === 'NotFound') return null
    throw error
  }
}

const VolumeUser = z.object({
  Id: z.string(),
  Mounts: z
    .array(z.object({ Name: z.string().optional() }))
    .nullish()
    .transform((list) => list ?? [])
})

/** Those of the volumes that a container outside `ids` uses as well (`--volumes-from`). */
async function usedByOthers(
  client: DockerClient,
  names: readonly string[],
  ids: ReadonlySet<string>,
  signal?: AbortSignal
): Promise<ReadonlySet<string>> {
  const used = new Set<string>()
  for (let start = 0; start < names.length; start += 100) {
    const filters = { volume: names.slice(start, start + 100) }
    const reply = await client.docker.listContainers(withSignal({ all: true, filters }, signal))
    for (const user of parseRows(VolumeUser, reply)) {
      if (!ids.has(user.Id))
        for (const mount of user.Mounts) if (mount.Name !== undefined) used.add(mount.Name)
    }
  }
  return used
}

/** One preview for each image that still exists, in the order asked. */
export async function previewImageRemoval(
  client: DockerClient,
  ids: readonly string[],
  signal?: AbortSignal
): Promise<ImageRemovalPreview[]> {
  const [images, containers, parents] = await Promise.all([
    listImages(client, signal),
    listContainers(client, signal),
    imageParents(client, signal)
  ])
  const byId = new Map(images.map((image) => [image.Id, image]))
  const children = childrenOf(parents)
  return ids.flatMap((id): ImageRemovalPreview[] => {
    const image = byId.get(id)
    if (image === undefined) return []
    const users = containers.filter((container) => container.ImageID === id)
    return [
      {
        Id: id,
        tags: image.RepoTags,
        sizeBytes: image.Size,
        // Those in between have no name and are in no list; what was built on them is.
        children: descendants(id, children).flatMap((child) => {
          const found = byId.get(child)
          return found === undefined ? [] : [{ Id: child, name: imageName(found) }]
        }),
        usedBy: users.map((user) => ({
          Id: user.Id,
          name: containerName(user),
          running: user.State === 'running' || user.State === 'paused' || user.State === 'restarting'
        }))
      }
    ]
  })
}
