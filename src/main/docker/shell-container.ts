/**
 * A container whose only program is a shell that waits: for looking into an image that has no command worth running.
 * Called by main/builds; the page opens its Terminal.
 */
import { z } from 'zod'
import { AppError } from '@shared/errors'
import { withSignal, type DockerClient } from './client'
import { removeContainer, startContainer } from './containers'
import { temporaryContainer } from './image-files'
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
  { name, labels }: { readonly name: string; readonly labels: Readonly<Record<string, string>> },
  signal?: AbortSignal
): Promise<string> {
  const shell = await shellOf(client, imageId, signal)
  const reply = await client.request({
    path: '/containers/create?',
    method: 'POST',
    options: {
      _query: { name },
      _body: {
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
      }
    }
  })
  const { Id } = parseReply(Created, reply)
  try {
    await startContainer(client, Id, signal)
  } catch (thrown) {
    await removeContainer(client, Id, { force: true, volumes: true }).catch(() => undefined)
    throw thrown
  }
  return Id
}

/** Looked for in a container of the image that never runs. */
async function shellOf(client: DockerClient, imageId: string, signal?: AbortSignal): Promise<string> {
  const probe = await temporaryContainer(client, imageId, signal)
  try {
    const [shell] = await findShells(client, probe.id, await searchPath(client, probe.id, signal), signal)
    if (shell !== undefined) return shell
  } finally {
    await probe.remove()
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
