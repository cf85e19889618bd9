/**
 * A container whose only program is a shell that waits: for looking into an image that has no command worth running.
 * Called by main/builds; the page opens its Terminal.
 */
import { z } from 'zod'
import { AppError } from '@shared/errors'
import { withSignal, type DockerClient } from './client'
import { removeContainer, startContainer } from './containers'
import { parseReply } from './rows'
import { findShells } from './shells'

const Created = z.object({ Id: z.string() })

/**
 * Runs a shell of the image, whatever its entrypoint is; the engine removes the container once the shell ends.
 *
 * @returns the container's id
 * @throws AppError `NotFound` when the image has no shell
 */
export async function runShellContainer(
  client: DockerClient,
  imageId: string,
  labels: Readonly<Record<string, string>>,
  signal?: AbortSignal
): Promise<string> {
  const shell = await shellOf(client, imageId, signal)
  const id = await create(client, {
    Image: imageId,
    Entrypoint: [shell],
    Cmd: [],
    Tty: true,
    OpenStdin: true,
    // A health check or a stop signal of the image is meant for its own program.
    Healthcheck: { Test: ['NONE'] },
    StopSignal: 'SIGKILL',
    Labels: labels,
    HostConfig: { AutoRemove: true }
  })
  try {
    await startContainer(client, id, signal)
  } catch (thrown) {
    await remove(client, id)
    throw thrown
  }
  return id
}

/** Looked for in a container of the image that never runs. */
async function shellOf(client: DockerClient, imageId: string, signal?: AbortSignal): Promise<string> {
  const probe = await create(client, { Image: imageId, Entrypoint: [], Cmd: ['-'], HostConfig: {} })
  try {
    const [shell] = await findShells(client, probe, await searchPath(client, probe, signal), signal)
    if (shell !== undefined) return shell
  } finally {
    await remove(client, probe)
  }
  throw new AppError('NotFound', 'There is no shell in the image.', {
    hint: 'A stage of scratch or of a distroless image has none: look at its files instead.'
  })
}

const Environment = z.object({ Config: z.object({ Env: z.array(z.string()).nullish() }) })

async function searchPath(
  client: DockerClient,
  id: string,
  signal?: AbortSignal
): Promise<string | undefined> {
  const reply = await client.request(withSignal({ path: `/containers/${id}/json` }, signal))
  const { Config } = parseReply(Environment, reply)
  return Config.Env?.find((line) => line.startsWith('PATH='))?.slice('PATH='.length)
}

/** Its answer is waited for even when nobody wants it any more: else nobody would know what to remove. */
async function create(client: DockerClient, body: Readonly<Record<string, unknown>>): Promise<string> {
  const reply = await client.request({ path: '/containers/create', method: 'POST', options: body })
  return parseReply(Created, reply).Id
}

async function remove(client: DockerClient, id: string): Promise<void> {
  await removeContainer(client, id, { force: true, volumes: true }).catch(() => undefined)
}
