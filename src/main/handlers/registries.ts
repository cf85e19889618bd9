/** Registries for the page. Thin: the work is in registries/ and docker/. */
import { AppError, attempted } from '@shared/errors'
import type { DockerClient } from '../docker/client'
import { searchHub } from '../docker/hub-search'
import { checkLogin } from '../docker/registry-login'
import type { Handlers } from '../ipc/handler'
import { CliConfig } from '../registries/cli-config'
import { configuredHosts, hostsOfTags, isLoopback } from '../registries/known-hosts'
import { loginPlace, serverOf, type Finder } from '../registries/login-place'
import { assertKeepable, keepLogin, type StoreInHelper } from '../registries/login-store'
import { planSearch, runSearch, type SearchPlaces } from '../registries/search'
import type { EngineSession } from '../resources/session'

export interface RegistriesHandlerDeps {
  readonly session: EngineSession
  /** Where the docker command keeps its config.json. */
  readonly cliConfigDir: string
  readonly finder: Finder
  readonly storeInHelper: StoreInHelper
}

export function registriesHandlers({ session, cliConfigDir, finder, storeInHelper }: RegistriesHandlerDeps) {
  return {
    async loginPlace({ host }) {
      return await loginPlace(new CliConfig(cliConfigDir), registry(host).server, finder)
    },
    async logIn({ host: typed, username, secret, plain }, { signal }) {
      const { host, server } = registry(typed)
      const login = { server, username, secret }
      assertKeepable(await loginPlace(new CliConfig(cliConfigDir), server, finder), plain)
      try {
        const identityToken = await checkLogin(await session.client(), login, signal)
        // Read anew: the registry may have taken its time.
        const config = new CliConfig(cliConfigDir)
        const place = await loginPlace(config, server, finder)
        await keepLogin(place, config, { login, identityToken, plain }, storeInHelper, signal)
      } catch (error) {
        throw attempted(`Could not log in to ${host}`, error)
      }
      return { host }
    },
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

function registry(typed: string): { readonly host: string; readonly server: string } {
  const found = serverOf(typed)
  if (found !== null) return found
  throw new AppError('InvalidParameter', 'That is not a registry.', {
    hint: 'Write its host, with a port where it has one: registry.example:5000.'
  })
}

/** `localhost` of an image's name is the engine's machine: asked from here only when that is this one. */
function reachable({ endpoint }: DockerClient): (host: string) => boolean {
  const local = endpoint.kind === 'unix' || endpoint.kind === 'npipe'
  return (host) => local || !isLoopback(host)
}
