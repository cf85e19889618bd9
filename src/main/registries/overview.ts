/**
 * Every registry that is known here, with who is logged in to it: of config.json, the credential helpers, the engine's mirrors and
 * insecure registries, the images, and those that were added by their address. No registry is asked for it.
 */
import type { KnownRegistries, KnownRegistry, RegistryOrigin } from '@shared/contract/registries'
import { oneLine } from '@shared/docker/text'
import { toAppError } from '@shared/errors'
import { CliConfig } from './cli-config'
import { loginPlace, type Finder } from './login-place'
import { HUB_HOST, hostOfKey } from './registry-key'
import { serverKey, StoredLogins, type Helpers } from './stored-logins'

/** What the engine's configuration names. */
export interface EngineRegistries {
  readonly mirrors: readonly string[]
  readonly insecure: readonly string[]
}

export interface OverviewSources {
  readonly cliConfigDir: string
  readonly finder: Finder
  readonly helpers: Helpers
  readonly engine: EngineRegistries
  readonly ofImages: readonly string[]
  readonly added: readonly string[]
}

/** More than a list is good for; who has this many is told by what is left out, never by a page that stands still. */
const MOST = 500
/** These alone keep a registry on the list because something was put there by hand or by a login. */
const REMOVABLE: ReadonlySet<RegistryOrigin> = new Set(['added', 'config', 'helper'])

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
  const own = new Set(config.ownHelpers.map(hostOfKey))
  const registries = await Promise.all(
    ordered(origins).map(async ([host, from]): Promise<KnownRegistry> => {
      const who = await logins.who(host)
      const place = await loginPlace(config, serverKey(host), sources.finder)
      const { message = '', hint = '' } = who.login === 'unknown' ? who.error : {}
      return {
        host,
        login: who.login,
        username: who.login === 'in' ? oneLine(who.username, 200) : '',
        through: place.kind === 'helper' ? `docker-credential-${oneLine(place.name, 60)}` : place.path,
        problem: message,
        hint,
        origins: [...from],
        removable: [...from].every((origin) => REMOVABLE.has(origin)) && !own.has(host)
      }
    })
  )
  return { registries, problem: '', hint: '' }
}

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

function gather({ engine, ofImages, added }: OverviewSources): Origins {
  const origins: Origins = new Map()
  note(origins, 'hub', [HUB_HOST])
  note(origins, 'added', added)
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
