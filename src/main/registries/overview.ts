/**
 * Every registry that is known here, with who is logged in to it: of config.json, the credential helpers, the engine's mirrors and
 * insecure registries, the images, and those that were added by their address. No registry is asked for it.
 */
import type { KnownRegistries, KnownRegistry, RegistryOrigin } from '@shared/contract/registries'
import { oneLine } from '@shared/docker/text'
import { toAppError } from '@shared/errors'
import { CliConfig } from './cli-config'
import { HUB_HOST, hostOfKey } from './registry-key'
import { serverKey, StoredLogins, type Helpers, type WhoIsIn } from './stored-logins'

/** What the engine's configuration names. */
export interface EngineRegistries {
  readonly mirrors: readonly string[]
  readonly insecure: readonly string[]
}

export interface OverviewSources {
  readonly cliConfigDir: string
  readonly helpers: Helpers
  readonly engine: EngineRegistries
  readonly ofImages: readonly string[]
  readonly added: readonly string[]
  /** Who is logged in by what Quayside keeps itself, by the key of the registry. */
  readonly own: ReadonlyMap<string, string>
}

/** More than a list is good for; who has this many is told by what is left out, never by a page that stands still. */
const MOST = 500
/** These alone keep a registry on the list because something was put there by hand or by a login. */
const REMOVABLE: ReadonlySet<RegistryOrigin> = new Set(['added', 'config', 'helper', 'app'])

export async function knownRegistries(
  sources: OverviewSources,
  signal: AbortSignal
): Promise<KnownRegistries> {
  let config: CliConfig
  try {
    config = new CliConfig(sources.cliConfigDir)
  } catch (thrown) {
    const { message, hint } = toAppError(thrown)
    return { registries: withoutLogins(sources), problem: message, hint: hint ?? '' }
  }
  const logins = new StoredLogins(config, sources.helpers, signal)
  const origins = gather(sources)
  note(origins, 'config', [...config.logins.keys(), ...config.ownHelpers])
  note(origins, 'helper', await logins.servers())
  const helped = new Set(config.ownHelpers.map(hostOfKey))
  const registries = await Promise.all(
    ordered(origins).map(async ([host, from]): Promise<KnownRegistry> => {
      const ofCli = await logins.who(host)
      const own = ofCli.login === 'in' ? undefined : sources.own.get(serverKey(host))
      const who: WhoIsIn = own === undefined ? ofCli : { login: 'in', username: own }
      const { message = '', hint = '' } = who.login === 'unknown' ? who.error : {}
      return {
        host,
        login: who.login,
        username: who.login === 'in' ? oneLine(who.username, 200) : '',
        through: own === undefined ? throughOf(config, host) : OWN,
        problem: message,
        hint,
        origins: [...from],
        removable: [...from].every((origin) => REMOVABLE.has(origin)) && !helped.has(host)
      }
    })
  )
  return { registries, problem: '', hint: '' }
}

/** What would be asked of the system to say more of a registry without a login may have it unlock its keyring: so it is not. */
function throughOf(config: CliConfig, host: string): string {
  const helper = config.helperOf(serverKey(host))
  return helper === null ? config.path : `docker-credential-${oneLine(helper, 60)}`
}

const OWN = 'Quayside alone, encrypted by the system'

type Origins = Map<string, Set<RegistryOrigin>>

function note(origins: Origins, origin: RegistryOrigin, keys: readonly string[]): void {
  for (const key of keys) {
    const host = hostOfKey(key)
    if (host === null || (origins.size >= MOST && !origins.has(host))) continue
    const known = origins.get(host)
    if (known === undefined) origins.set(host, new Set([origin]))
    else known.add(origin)
  }
}

function gather({ engine, ofImages, added, own }: OverviewSources): Origins {
  const origins: Origins = new Map()
  note(origins, 'hub', [HUB_HOST])
  note(origins, 'added', added)
  note(origins, 'app', [...own.keys()])
  note(origins, 'mirror', engine.mirrors)
  note(origins, 'insecure', engine.insecure)
  note(origins, 'image', ofImages)
  return origins
}

/** Docker Hub first, the others by name. */
function ordered(origins: Origins): [string, Set<RegistryOrigin>][] {
  const rank = (host: string): number => (host === HUB_HOST ? 0 : 1)
  return [...origins].sort(([a], [b]) => rank(a) - rank(b) || a.localeCompare(b, 'en', { numeric: true }))
}

/** While config.json is damaged nobody can say who is logged in. */
function withoutLogins(sources: OverviewSources): KnownRegistry[] {
  return ordered(gather(sources)).map(([host, from]) => ({
    ...{ host, login: 'unknown' as const, username: '', through: '', problem: '', hint: '' },
    origins: [...from],
    removable: false
  }))
}
