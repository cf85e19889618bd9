/**
 * Who is logged in to which registry, by what the docker CLI keeps, without reading a secret where that can be helped; and
 * forgetting it. Helpers are asked once for a round. Called by overview.ts and the handler.
 */
import { z } from 'zod'
import { toAppError, type AppError } from '@shared/errors'
import type { CliConfig } from './cli-config'
import { HUB } from './login-place'
import { HUB_HOST, isKeyOf } from './registry-key'

/** The credential helpers of this computer. */
export interface Helpers {
  readonly list: (name: string, signal: AbortSignal) => Promise<ReadonlyMap<string, string>>
  readonly get: (name: string, server: string, signal: AbortSignal) => Promise<string | null>
  readonly erase: (name: string, server: string, signal: AbortSignal) => Promise<void>
}

export type WhoIsIn =
  /** `username` is empty where only a token is kept. */
  | { readonly login: 'in'; readonly username: string }
  | { readonly login: 'out' }
  | { readonly login: 'unknown'; readonly error: AppError }

type Kept = { readonly users: ReadonlyMap<string, string> } | { readonly error: AppError }

const Answer = z.object({ Username: z.string(), Secret: z.string() })
/** What helpers are given in place of a name when a token is kept. */
const TOKEN = '<token>'

export const serverKey = (host: string): string => (host === HUB_HOST ? HUB : host)

export class StoredLogins {
  readonly #config: CliConfig
  readonly #helpers: Helpers
  readonly #signal: AbortSignal
  readonly #asked = new Map<string, Promise<Kept>>()

  constructor(config: CliConfig, helpers: Helpers, signal: AbortSignal) {
    this.#config = config
    this.#helpers = helpers
    this.#signal = signal
  }

  /** What the helper for all registries keeps; empty when there is none, or it does not say. */
  async servers(): Promise<string[]> {
    if (this.#config.store === null) return []
    const kept = await this.#kept(this.#config.store)
    return 'users' in kept ? [...kept.users.keys()] : []
  }

  async who(host: string): Promise<WhoIsIn> {
    const server = this.#serverOf(host)
    const helper = this.#config.helperOf(server)
    if (helper === null) return this.#inFile(host)
    const kept = await this.#kept(helper)
    if ('users' in kept) {
      const found =
        [...kept.users].find(([key]) => key === server) ?? [...kept.users].find(([key]) => isKeyOf(host)(key))
      if (found !== undefined) return signedIn(found[1])
      // Helpers of clouds make a login when they are asked for it, so their list need not have it.
      return this.#config.ownHelpers.includes(server) ? await this.#get(helper, server) : { login: 'out' }
    }
    // Not every helper can list; one that is broken would not answer this either.
    return kept.error.code === 'InvalidParameter'
      ? await this.#get(helper, server)
      : { login: 'unknown', error: kept.error }
  }

  /** The key it is under, which is its address of old in some files. */
  #serverOf(host: string): string {
    const usual = serverKey(host)
    const keys = [...this.#config.ownHelpers, ...this.#config.logins.keys()]
    return keys.includes(usual) ? usual : (keys.find(isKeyOf(host)) ?? usual)
  }

  #kept(helper: string): Promise<Kept> {
    const asked = this.#asked.get(helper)
    if (asked !== undefined) return asked
    const answer = this.#helpers.list(helper, this.#signal).then(
      (users): Kept => ({ users }),
      (thrown: unknown): Kept => ({ error: toAppError(thrown) })
    )
    this.#asked.set(helper, answer)
    return answer
  }

  async #get(helper: string, server: string): Promise<WhoIsIn> {
    try {
      const answer = await this.#helpers.get(helper, server, this.#signal)
      const name = answer === null ? null : nameIn(answer)
      return name === null ? { login: 'out' } : signedIn(name)
    } catch (thrown) {
      return { login: 'unknown', error: toAppError(thrown) }
    }
  }

  #inFile(host: string): WhoIsIn {
    const { logins } = this.#config
    const entry = logins.get(serverKey(host)) ?? [...logins].find(([key]) => isKeyOf(host)(key))?.[1]
    if (entry === undefined) return { login: 'out' }
    const text = (key: string): string => (typeof entry[key] === 'string' ? entry[key] : '')
    const decoded = Buffer.from(text('auth'), 'base64').toString('utf8')
    const colon = decoded.indexOf(':')
    const username = colon < 0 ? text('username') : decoded.slice(0, colon)
    const some = username !== '' || text('identitytoken') !== '' || text('registrytoken') !== ''
    return some ? { login: 'in', username } : { login: 'out' }
  }
}

function signedIn(username: string): WhoIsIn {
  return { login: 'in', username: username === TOKEN ? '' : username }
}

/** The name alone; the secret beside it is dropped here. Null when there is none: pass says that with an empty one. */
function nameIn(answer: string): string | null {
  try {
    const { Username, Secret } = Answer.parse(JSON.parse(answer))
    return Secret === '' ? null : Username
  } catch {
    return null
  }
}

/**
 * Forgets a login wherever the CLI would find it: in the helper under every name the registry has, and in config.json.
 *
 * Fails before anything of the file is changed when a helper does not forget.
 */
export async function forgetLogin(
  host: string,
  config: CliConfig,
  helpers: Helpers,
  signal: AbortSignal
): Promise<void> {
  const inFile = [...config.logins.keys()].filter(isKeyOf(host))
  const servers = new Set([serverKey(host), ...inFile])
  const names = new Set([...servers].map((server) => config.helperOf(server)).filter((name) => name !== null))
  for (const name of names) {
    const kept = await helpers.list(name, signal).catch(() => null)
    // Some call it a failure to forget what they do not have, so a list that can be had decides.
    const keys = kept === null ? [...servers] : [...kept.keys()].filter(isKeyOf(host))
    for (const server of keys) await helpers.erase(name, server, signal)
  }
  config.forget(new Set(inFile))
}
