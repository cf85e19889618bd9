/** Registries for the page. Thin: the work is in registries/ and docker/. */
import { attempted } from '@shared/errors'
import { searchHub } from '../docker/hub-search'
import type { EngineConfigFile } from '../engine/configure'
import type { Handlers } from '../ipc/handler'
import { Mailbox } from '../platform/mailbox'
import type { AddedRegistries } from '../registries/added-registries'
import { CliConfig } from '../registries/cli-config'
import { watchConfig } from '../registries/config-watch'
import { configuredHosts, hostsOfTags } from '../registries/known-hosts'
import { knownRegistries } from '../registries/overview'
import { isKeyOf } from '../registries/registry-key'
import { testRegistry } from '../registries/registry-test'
import { planSearch, runSearch, type SearchPlaces } from '../registries/search'
import { forgetLogin } from '../registries/stored-logins'
import { pause } from '../resources/pause'
import { typedLoginHandlers, type LoginsHandlerDeps } from './logins'
import { reachable, reachOf, type OpenRegistry } from './open-registry'
import { registryCertificateHandlers, type CertificateChoice } from './registry-certificates'
import { registry } from './registry-name'
import { registrySettingsHandlers } from './registry-settings'

export interface RegistriesHandlerDeps extends LoginsHandlerDeps {
  readonly open: OpenRegistry
  /** The `certs.d` of the engine in use. */
  readonly certFolder: () => string
  /** Asks the user for a file; null when the dialog was cancelled. */
  readonly chooseCertificate: CertificateChoice
  readonly added: AddedRegistries
  /** Of the engine in use; null when that is not ours. */
  readonly engineConfig: () => EngineConfigFile | null
}

/** A terminal writes the file more than once for one login. */
const SETTLE_MS = 100

export function registriesHandlers(deps: RegistriesHandlerDeps) {
  return {
    ...listHandlers(deps),
    ...registrySettingsHandlers(deps),
    ...registryCertificateHandlers(deps),
    ...typedLoginHandlers(deps),
    ...searchHandlers(deps)
  } satisfies Handlers['registries']
}

/** The list, and what is done to a line of it. */
function listHandlers({ session, cliConfigDir, helpers, added, own, open }: RegistriesHandlerDeps) {
  return {
    async *watch(_, { signal }) {
      const changes = new Mailbox<true>()
      const tell = (): void => changes.put(true)
      const ends = [watchConfig(cliConfigDir, tell), added.listen(tell), own.listen(tell)]
      tell()
      try {
        const rounds = changes.take(signal)
        while (!(await rounds.next()).done) {
          const engine = await reachOf(session, signal)
          const ofImages = hostsOfTags([...session.images.values()].flatMap(({ RepoTags }) => RepoTags))
          const mine = { added: added.all(), own: own.users() }
          const sources = { cliConfigDir, helpers, engine, ofImages, ...mine }
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
        own.forget(isKeyOf(host))
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
