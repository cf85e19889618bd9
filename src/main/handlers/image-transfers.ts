/** Pulls and pushes as tasks, with the login that the docker CLI has. Part of handlers/images; a run pulls with it too. */
import { parseReference, pullReference } from '@shared/docker/reference'
import { AppError, toAppError } from '@shared/errors'
import { pullImage, pushImage } from '../docker/image-transfers'
import type { DockerClient } from '../docker/client'
import type { TransferOptions } from '../docker/image-transfers'
import type { Credentials } from '../docker/registry-credentials'
import type { Handlers } from '../ipc/handler'
import type { EngineSession } from '../resources/session'
import type { RunningTask, TaskRegistry } from '../tasks/registry'

export interface ImageTransferDeps {
  readonly session: Pick<EngineSession, 'client'>
  readonly tasks: TaskRegistry
  readonly credentials: Credentials
}

type Move = (client: DockerClient, options: TransferOptions, signal: AbortSignal) => Promise<void>

const PLATFORM = /^[a-z0-9]+\/[a-z0-9_]+(?:\/[a-z0-9.]+)?$/

export function imageTransferHandlers(deps: ImageTransferDeps) {
  return {
    async pull({ image, platform }) {
      await deps.session.client()
      return { taskId: startPull(deps, image, platform).id }
    },
    async push({ image }) {
      await deps.session.client()
      const move: Move = (client, options, signal) => pushImage(client, image, options, signal)
      return { taskId: transfer(deps, image, { verb: 'Push', past: 'Pushed' }, move).id }
    }
  } satisfies Pick<Handlers['images'], 'pull' | 'push'>
}

/** The pull of a run: its failure is told by the run, so the task does not stay to tell it a second time. */
export function pullForRun(deps: ImageTransferDeps) {
  return async (image: string): Promise<void> => {
    const { id, done } = startPull(deps, image, '')
    try {
      await done
    } catch (error) {
      deps.tasks.dismiss(id)
      throw error
    }
  }
}

function startPull(deps: ImageTransferDeps, image: string, platform: string): RunningTask<string> {
  const full = pullReference(image)
  if (full === null || (platform !== '' && !PLATFORM.test(platform))) {
    throw new AppError(
      'InvalidParameter',
      full === null ? 'That is not an image.' : 'That is not a platform.',
      {
        hint: full === null ? 'Write it as NAME:TAG.' : 'Write it as linux/arm64 or linux/arm/v7.'
      }
    )
  }
  const move: Move = (client, options, signal) => pullImage(client, full, { ...options, platform }, signal)
  return transfer(deps, full, { verb: 'Pull', past: 'Pulled', detail: platform }, move)
}

interface Words {
  readonly verb: 'Pull' | 'Push'
  readonly past: string
  readonly detail?: string
}

/** The engine and the login are asked for anew each time, so a retry finds a new engine and a new login. */
function transfer(
  { session, tasks, credentials }: ImageTransferDeps,
  image: string,
  { verb, past, detail = '' }: Words,
  move: Move
): RunningTask<string> {
  const name = detail === '' ? image : `${image} (${detail})`
  const host = registryOf(image)
  return tasks.run(
    `${verb} ${name}`,
    async (update, signal) => {
      const client = await session.client()
      const { auth, problem } = await credentials(host, signal)
      const onProgress: TransferOptions['onProgress'] = (message, news) =>
        update({ message, transfer: news, progress: news.total > 0 ? news : null })
      try {
        await move(client, { auth, onProgress }, signal)
      } catch (thrown) {
        throw refused(thrown, { host, loggedIn: auth !== undefined, problem })
      }
      return problem === null ? `${past} ${name}` : `${past} ${name}, without a login: ${problem}`
    },
    (lastWord) => lastWord,
    { retryable: true }
  )
}

function registryOf(image: string): string {
  const result = parseReference(image)
  return result.ok ? result.reference.domain : 'docker.io'
}

interface Attempt {
  readonly host: string
  readonly loggedIn: boolean
  readonly problem: string | null
}

/** A refusal for want of a login names the command that logs in, and the helper that should have had one. */
function refused(thrown: unknown, { host, loggedIn, problem }: Attempt): AppError {
  const error = toAppError(thrown)
  if (error.details?.['brokeOff'] === true) {
    return new AppError('Unavailable', `The connection to ${host} broke off.`, {
      hint: 'Choose Retry to go on with what the engine has kept.',
      cause: error
    })
  }
  if (error.details?.['login'] !== true) return error
  const details = { ...error.details, loginTo: host }
  const command = host === 'docker.io' ? 'docker login' : `docker login ${host}`
  if (error.code !== 'Unauthorized') {
    return new AppError(error.code, error.message, {
      hint: `Check the name. If it is private, log in with ${command}, then choose Retry.`,
      details
    })
  }
  const message = loggedIn
    ? `${host} does not accept the login that the docker CLI has.`
    : `${host} wants a login.${problem === null ? '' : ` ${problem}`}`
  return new AppError('Unauthorized', message, {
    hint: `Log in with ${command}, then choose Retry.`,
    details
  })
}
