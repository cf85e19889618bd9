/**
 * Where a login is kept (docs/decisions/0595): by the helper that config.json names for the registry, the one it names for all,
 * the platform's own that works while the file names none and holds no login, else encrypted by the system for Quayside alone,
 * else in the file itself. Called by login-store.ts and the handler.
 */
import type { LoginPlace } from '@shared/contract/registries'
import type { AppError } from '@shared/errors'
import type { CliConfig } from './cli-config'

/** Docker Hub's key in config.json. */
export const HUB = 'https://index.docker.io/v1/'

/** A registry as it is typed or pasted, and its key in config.json; null when it is none. */
export function serverOf(typed: string): { readonly host: string; readonly server: string } | null {
  const host = typed
    .trim()
    .replace(/^https?:\/\//i, '')
    .replace(/\/(?:v[12]\/?)?$/i, '')
    .toLowerCase()
  if (['', 'docker.io', 'index.docker.io', 'hub.docker.com', 'registry-1.docker.io'].includes(host)) {
    return { host: 'docker.io', server: HUB }
  }
  const port = /:(\d{1,5})$/.exec(host)?.[1]
  const right = /^(?:[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?|\[[0-9a-f:]+\])(?::\d{1,5})?$/.test(host)
  return right && Number(port ?? 1) <= 65_535 ? { host, server: host } : null
}

/** What the CLI looks for on each platform when nothing is set up, in its order; where it finds pass it looks no further, we do. */
function platformStores(platform: NodeJS.Platform, hasPass: boolean): readonly string[] {
  if (platform === 'darwin') return ['osxkeychain']
  if (platform === 'win32') return ['wincred']
  return hasPass ? ['pass', 'secretservice'] : ['secretservice']
}

export interface Finder {
  /** Whether a program is on the PATH. */
  readonly isInstalled: (program: string) => Promise<boolean>
  readonly platform: NodeJS.Platform
  /** Why a helper that nobody chose does not work; null when it does. Left out: it is believed to. */
  readonly failureOf?: (name: string) => Promise<AppError | null>
  /** What encrypts a login for Quayside alone; null, or left out, where nothing does. */
  readonly keeper?: () => string | null
}

export async function loginPlace(config: CliConfig, server: string, finder: Finder): Promise<LoginPlace> {
  const named = config.helperOf(server)
  if (named !== null) {
    const installed = await finder.isInstalled(`docker-credential-${named}`)
    return { kind: 'helper', name: named, installed, detected: false }
  }
  const found = config.saysWhere ? NOTHING : await platformHelper(finder)
  if (found.name !== null) return { kind: 'helper', name: found.name, installed: true, detected: true }
  const told = { path: config.path, problem: found.failure?.message ?? '', hint: found.failure?.hint ?? '' }
  // One that stands in the file already is replaced there: a second one elsewhere would be hidden by it.
  const stands = Object.keys(config.logins.get(server) ?? {}).length > 0
  const keeper = stands ? null : (finder.keeper?.() ?? null)
  return keeper === null ? { kind: 'file', ...told } : { kind: 'app', keeper, ...told }
}

interface Detected {
  readonly name: string | null
  /** Of the first one that is there and does not work. */
  readonly failure: AppError | null
}

const NOTHING: Detected = { name: null, failure: null }

async function platformHelper({ isInstalled, platform, failureOf }: Finder): Promise<Detected> {
  let first: AppError | null = null
  for (const name of platformStores(platform, await isInstalled('pass'))) {
    if (!(await isInstalled(`docker-credential-${name}`))) continue
    const failure = (await failureOf?.(name)) ?? null
    if (failure === null) return { name, failure }
    first ??= failure
  }
  return { name: null, failure: first }
}
