/** Runs the bundled sample, whatever is left of an earlier time. Called by handlers/images. */
import { containerName, type ContainerSummary } from '@shared/docker/container'
import { SAMPLE_CONTAINER, SAMPLE_HOST_PORT, SAMPLE_IMAGE, SAMPLE_PORT } from '@shared/docker/sample'
import { AppError } from '@shared/errors'
import type { DockerClient } from './client'
import { listContainers, removeContainer, startContainer, unpauseContainer } from './containers'
import { findImage } from './images'
import { runContainer } from './run'

/** Answers the id of the running sample. `load` loads its image; it is called when the engine has none. */
export async function runSample(client: DockerClient, load: () => Promise<unknown>): Promise<string> {
  const existing = (await listContainers(client)).find((row) => containerName(row) === SAMPLE_CONTAINER)
  if (existing !== undefined && (await resumed(client, existing))) return existing.Id
  if ((await findImage(client, SAMPLE_IMAGE)) === null) await load()
  try {
    return await run(client, `${SAMPLE_HOST_PORT}:${SAMPLE_PORT}`)
  } catch (error) {
    if (!isPortTaken(error)) throw error
    // Without a host port the engine takes a free one.
    return await run(client, String(SAMPLE_PORT))
  }
}

/** Whether the container runs now; one whose port is taken meanwhile is removed, so that a new one can get another. */
async function resumed(client: DockerClient, row: ContainerSummary): Promise<boolean> {
  if (row.Image !== SAMPLE_IMAGE) {
    throw new AppError('Conflict', `Another container has the name ${SAMPLE_CONTAINER}.`, {
      hint: 'Rename or remove it, then try again.'
    })
  }
  if (row.State === 'paused') await unpauseContainer(client, row.Id)
  if (row.State === 'paused' || row.State === 'running') return true
  try {
    await startContainer(client, row.Id)
    return true
  } catch (error) {
    if (!isPortTaken(error)) throw error
    await removeContainer(client, row.Id, { force: true, volumes: true })
    return false
  }
}

async function run(client: DockerClient, port: string): Promise<string> {
  const options = {
    image: SAMPLE_IMAGE,
    name: SAMPLE_CONTAINER,
    command: [],
    ports: [port],
    env: [],
    volumes: [],
    createFolders: false
  }
  const { id } = await runContainer(client, options, () =>
    Promise.reject(new AppError('NotFound', 'The sample image is not loaded.', { hint: 'Try again.' }))
  )
  return id
}

function isPortTaken(error: unknown): boolean {
  return error instanceof AppError && error.code === 'Conflict' && error.details?.['port'] !== undefined
}
