/** Opens a registry for the handlers: with the stored login, and what the engine in use says of how it is reached. */
import { AppError } from '@shared/errors'
import type { DockerClient } from '../docker/client'
import { engineInfo } from '../docker/system'
import { openRegistry, type AccessDeps, type Opened } from '../registries/access'
import { engineReach, NO_ENGINE, type EngineReach } from '../registries/engine-registries'
import { isLoopback } from '../registries/known-hosts'
import type { EngineSession } from '../resources/session'

/** Opens a registry with the login that is stored for it. */
export type OpenRegistry = (host: string, signal: AbortSignal) => Promise<Opened>

const INFO_MS = 5000

/** What the engine's configuration says of registries; without an engine, what every engine says. */
export async function reachOf(session: EngineSession, signal: AbortSignal): Promise<EngineReach> {
  try {
    const deadline = AbortSignal.any([signal, AbortSignal.timeout(INFO_MS)])
    return engineReach(await engineInfo(await session.client(), deadline))
  } catch {
    // No engine runs, or it hangs: the list and a test are needed then as well.
    return NO_ENGINE
  }
}

/** `localhost` of an image's name is the engine's machine: asked from here only when that is this one. */
export function registryOpener(session: EngineSession, access: AccessDeps): OpenRegistry {
  return async (host, signal) => {
    const client = await session.client().catch(() => null)
    if (client !== null && !reachable(client)(host)) {
      throw new AppError('Unavailable', `${host} is on the engine’s machine, which is another one.`, {
        hint: 'Give the registry a name that both machines know.',
        retryable: false
      })
    }
    return await openRegistry(access, host, await reachOf(session, signal), signal)
  }
}

/** Whether the engine is on this machine. */
export function isLocal({ endpoint }: DockerClient): boolean {
  return endpoint.kind === 'unix' || endpoint.kind === 'npipe'
}

/** Whether a host of an image's name is the same one for the engine and for us. */
export function reachable(client: DockerClient): (host: string) => boolean {
  const local = isLocal(client)
  return (host) => local || !isLoopback(host)
}
