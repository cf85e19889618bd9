/** Registries for the page. Thin: the work is in registries/ and docker/. */
import { attempted } from '@shared/errors'
import type { DockerClient } from '../docker/client'
import { searchHub } from '../docker/hub-search'
import type { Handlers } from '../ipc/handler'
import { configuredHosts, hostsOfTags, isLoopback } from '../registries/known-hosts'
import { planSearch, runSearch, type SearchPlaces } from '../registries/search'
import type { EngineSession } from '../resources/session'

export interface RegistriesHandlerDeps {
  readonly session: EngineSession
  /** Where the docker command keeps its config.json. */
  readonly cliConfigDir: string
}

export function registriesHandlers({ session, cliConfigDir }: RegistriesHandlerDeps) {
  return {
    async *search({ text }, { signal }) {
      const client = await session.client().catch((error: unknown) => {
        throw attempted('Could not search for images', error)
      })
      const tags = [...session.images.values()].flatMap(({ RepoTags }) => RepoTags)
      const here = reachable(client)
      const places: SearchPlaces = {
        configured: (await configuredHosts(cliConfigDir)).filter(here),
        seen: hostsOfTags(tags).filter(here),
        hub: (term, stop) => searchHub(client, term, stop)
      }
      yield* runSearch(planSearch(text, places), signal)
    }
  } satisfies Handlers['registries']
}

/** `localhost` of an image's name is the engine's machine: asked from here only when that is this one. */
function reachable({ endpoint }: DockerClient): (host: string) => boolean {
  const local = endpoint.kind === 'unix' || endpoint.kind === 'npipe'
  return (host) => local || !isLoopback(host)
}
