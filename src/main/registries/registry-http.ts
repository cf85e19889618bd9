/**
 * One registry over HTTP, with the login that is stored for it. A registry is not trusted: replies are bounded in size and time, a
 * login never follows a redirection to another host, and nothing is cached from what did not arrive whole.
 */
import { AppError } from '@shared/errors'
import { exchange, type Reply } from './http-exchange'
import { isLoopback } from './known-hosts'
import { HUB_HOST } from './registry-key'
import { registryConnectionError } from './registry-errors'
import type { Trust } from './registry-trust'
import { basic, challengesOf, fetchToken, type Login } from './token-auth'

/** Where a registry is and how it is entered. */
export interface RegistryAccess {
  /** As images name it. */
  readonly host: string
  readonly login: Login | null
  /** The engine takes any certificate of it, and plain HTTP. */
  readonly isInsecure: (host: string) => boolean
  readonly trustFor: (host: string) => Trust
}

export interface Ask {
  readonly method?: 'GET' | 'HEAD' | 'DELETE'
  /** Begins with /v2/. */
  readonly path: string
  readonly accept?: string
  /** What is asked for, in the words of the token protocol; empty: what the registry says itself. */
  readonly scope?: string
  readonly maxBytes?: number
  /** Registries keep layers elsewhere: only for those another host may be read, without the login. */
  readonly elsewhere?: boolean
  readonly signal: AbortSignal
}

export const DEADLINE_MS = 20_000
const MAX_BYTES = 4 * 1024 * 1024
const MAX_REDIRECTS = 5

export class RegistryHttp {
  readonly host: string
  readonly #access: RegistryAccess
  readonly #authority: string
  #scheme: 'https:' | 'http:' | null = null
  /** By scope, for as long as this object lives. */
  readonly #authorizations = new Map<string, string>()

  constructor(access: RegistryAccess) {
    this.#access = access
    this.host = access.host
    this.#authority = access.host === HUB_HOST ? 'registry-1.docker.io' : access.host
  }

  /** How it was reached: known after the first reply. */
  get plain(): boolean {
    return this.#scheme === 'http:'
  }

  /** The reply, whatever its status but 401 that a login mends. Fails with what kept the registry from being read. */
  async request(ask: Ask): Promise<Reply> {
    const deadline = AbortSignal.timeout(DEADLINE_MS)
    const signal = AbortSignal.any([ask.signal, deadline])
    const scope = ask.scope ?? ''
    try {
      const first = await this.#send(ask, signal, this.#authorizations.get(scope))
      if (first.status !== 401) return first
      const authorization = await this.#answer(first, scope, signal)
      if (authorization === null) return first
      const second = await this.#send(ask, signal, authorization)
      if (second.status !== 401) this.#authorizations.set(scope, authorization)
      return second
    } catch (error) {
      throw registryConnectionError(this.host, signal.aborted ? signal.reason : error)
    }
  }

  async #answer({ headers }: Reply, scope: string, signal: AbortSignal): Promise<string | null> {
    const { host, login } = this.#access
    const challenges = challengesOf(headers['www-authenticate'])
    const bearer = challenges.find((challenge) => challenge.kind === 'bearer')
    if (bearer?.kind === 'bearer') {
      if (login !== null && login.registryToken !== '') return `Bearer ${login.registryToken}`
      const trustFor = (at: string) => ({
        trust: this.#access.trustFor(at),
        verify: !this.#access.isInsecure(at)
      })
      return `Bearer ${await fetchToken({ host, challenge: bearer, scope, login, plain: this.plain, trustFor, signal })}`
    }
    const named = login !== null && login.username !== '' && login.password !== ''
    return challenges.some(({ kind }) => kind === 'basic') && named ? basic(login) : null
  }

  /** HTTPS; plain HTTP when that fails for a registry the engine speaks it to as well. */
  async #send(ask: Ask, signal: AbortSignal, authorization: string | undefined): Promise<Reply> {
    if (this.#scheme !== null) return await this.#follow(this.#scheme, ask, signal, authorization)
    try {
      const reply = await this.#follow('https:', ask, signal, authorization)
      this.#scheme = 'https:'
      return reply
    } catch (error) {
      if (error instanceof AppError || signal.aborted || !this.#access.isInsecure(this.host)) throw error
    }
    const reply = await this.#follow('http:', ask, signal, authorization)
    this.#scheme = 'http:'
    return reply
  }

  async #follow(
    scheme: string,
    ask: Ask,
    signal: AbortSignal,
    authorization: string | undefined
  ): Promise<Reply> {
    const { method = 'GET', accept = 'application/json', maxBytes = MAX_BYTES } = ask
    const start = new URL(ask.path, `${scheme}//${this.#authority}`)
    let url = start
    for (let hop = 0; hop <= MAX_REDIRECTS; hop += 1) {
      const home = url.origin === start.origin
      const reply = await exchange({
        ...{ method, url, maxBytes, signal, trust: this.#access.trustFor(url.host) },
        headers: { accept, ...(home && authorization !== undefined ? { authorization } : {}) },
        verify: !(home && this.#access.isInsecure(this.host))
      })
      const to = reply.headers.location
      if (![301, 302, 303, 307, 308].includes(reply.status) || to === undefined) return reply
      url = this.#next(to, url, start, ask)
    }
    throw this.#elsewhere('sends the request round in a circle')
  }

  #next(location: string, from: URL, start: URL, ask: Ask): URL {
    const url = URL.canParse(location, from.href) ? new URL(location, from) : null
    const web = url?.protocol === 'https:' || (url?.protocol === 'http:' && start.protocol === 'http:')
    const allowed = url !== null && web && (url.origin === start.origin || ask.elsewhere === true)
    // From afar nothing of this machine is read.
    const inward = url !== null && isLoopback(url.host) && !isLoopback(start.host)
    if (allowed && !inward && (ask.method ?? 'GET') !== 'DELETE') return url
    throw this.#elsewhere('sends the request elsewhere, which is not followed')
  }

  #elsewhere(what: string): AppError {
    return new AppError('Unavailable', `${this.host} ${what}.`, {
      hint: 'Use the address that the registry really has. The login was not sent there.',
      retryable: false
    })
  }
}
