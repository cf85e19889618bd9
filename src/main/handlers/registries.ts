/** Registries for the page. Thin: the work is in registries/ and docker/. */
import { AppError, attempted } from '@shared/errors'
import { searchHub } from '../docker/hub-search'
import { checkLogin } from '../docker/registry-login'
import type { EngineConfigFile } from '../engine/configure'
import type { Handlers } from '../ipc/handler'
import { Mailbox } from '../platform/mailbox'
import type { AddedRegistries } from '../registries/added-registries'
import { CliConfig } from '../registries/cli-config'
import { watchConfig } from '../registries/config-watch'
import { configuredHosts, hostsOfTags } from '../registries/known-hosts'
import { loginPlace, serverOf, type Finder } from '../registries/login-place'
import { assertKeepable, keepLogin, type StoreInHelper } from '../registries/login-store'
import { knownRegistries } from '../registries/overview'
import { testRegistry } from '../registries/registry-test'
import { planSearch, runSearch, type SearchPlaces } from '../registries/search'
import { forgetLogin, type Helpers } from '../registries/stored-logins'
import { pause } from '../resources/pause'
import type { EngineSession } from '../resources/session'
import { reachable, reachOf, type OpenRegistry } from './open-registry'
import { registryCertificateHandlers, type CertificateChoice } from './registry-certificates'
import { registrySettingsHandlers } from './registry-settings'

export interface RegistriesHandlerDeps {
  readonly session: EngineSession
  readonly open: OpenRegistry
  /** The `certs.d` of the engine in use. */
  readonly certFolder: () => string
  /** Asks the user for a file; null when the dialog was cancelled. */
  readonly chooseCertificate: CertificateChoice
  readonly added: AddedRegistries
  /** Of the engine in use; null when that is not ours. */
  readonly engineConfig: () => EngineConfigFile | null
  readonly helpers: Helpers
  /** Where the docker command keeps its config.json. */
  readonly cliConfigDir: string
  readonly finder: Finder
  readonly storeInHelper: StoreInHelper
}

/** A terminal writes the file more than once for one login. */
const SETTLE_MS = 100

export function registriesHandlers(deps: RegistriesHandlerDeps) {
  return {
    ...listHandlers(deps),
    ...registrySettingsHandlers({ ...deps, parse: registry }),
    ...registryCertificateHandlers({ ...deps, parse: registry }),
    ...loginHandlers(deps),
    ...searchHandlers(deps)
  } satisfies Handlers['registries']
}

/** The list, and what is done to a line of it. */
function listHandlers({ session, cliConfigDir, finder, helpers, added, open }: RegistriesHandlerDeps) {
  return {
    async *watch(_, { signal }) {
      const changes = new Mailbox<true>()
      const tell = (): void => changes.put(true)
      const ends = [watchConfig(cliConfigDir, tell), added.listen(tell)]
      tell()
      try {
        const rounds = changes.take(signal)
        while (!(await rounds.next()).done) {
          const engine = await reachOf(session, signal)
          const ofImages = hostsOfTags([...session.images.values()].flatMap(({ RepoTags }) => RepoTags))
          const sources = { cliConfigDir, finder, helpers, engine, ofImages, added: added.all() }
          yield await knownRegistries(sources, signal)
          await pause(SETTLE_MS, signal)
        }
      } finally {
        for (const end of ends) end()
      }
    },
    async add({ host: typed }) {
      await Promise.resolve()
      const { host } = registry(typed)
      added.add(host)
      return { host }
    },
    async remove({ host }, { signal }) {
      try {
        await forgetLogin(host, new CliConfig(cliConfigDir), helpers, signal)
        added.remove(host)
      } catch (error) {
        throw attempted(`Could not remove ${host}`, error)
      }
      return { host }
    },
    async test({ host: typed }, { signal }) {
      return await testRegistry(await open(registry(typed).host, signal), signal)
    }
  } satisfies Partial<Handlers['registries']>
}

function loginHandlers({ session, cliConfigDir, finder, helpers, storeInHelper }: RegistriesHandlerDeps) {
  return {
    async logOut({ host }, { signal }) {
      try {
        await forgetLogin(host, new CliConfig(cliConfigDir), helpers, signal)
      } catch (error) {
        throw attempted(`Could not log out of ${host}`, error)
      }
      return { host }
    },
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
    }
  } satisfies Partial<Handlers['registries']>
}

function searchHandlers({ session, cliConfigDir }: RegistriesHandlerDeps) {
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
  } satisfies Partial<Handlers['registries']>
}

function registry(typed: string): { readonly host: string; readonly server: string } {
  const found = serverOf(typed)
  if (found !== null) return found
  throw new AppError('InvalidParameter', 'That is not a registry.', {
    hint: 'Write its host, with a port where it has one: registry.example:5000.'
  })
}
