/**
 * One registry over HTTP, with the login that is stored for it. A registry is not trusted: replies are bounded in size and time, a
 * login never follows a redirection to another host, and nothing is cached from what did not arrive whole.
 */
import type { Readable } from 'node:stream'
import { AppError } from '@shared/errors'
import {
  exchange,
  exchangeStreamed,
  exchangeUpload,
  type Exchange,
  type Reply,
  type StreamedReply
} from './http-exchange'
import { isLoopback } from './known-hosts'
import { HUB_HOST } from './registry-key'
import { RateLimits } from './rate-limits'
import { certificateChanged, registryConnectionError, UNTRUSTED } from './registry-errors'
import type { Trust } from './registry-trust'
import type { SeenCertificates } from './seen-certificates'
import { readCertificate } from './tls-probe'
import { basic, challengesOf, fetchToken, type Login } from './token-auth'

/** Where a registry is and how it is entered. */
export interface RegistryAccess {
  /** As images name it. */
  readonly host: string
  readonly login: Login | null
  /** The engine takes any certificate of it, and plain HTTP. */
  readonly isInsecure: (host: string) => boolean
  readonly trustFor: (host: string) => Trust
  readonly seen?: SeenCertificates
  /** For a whole reply, however much of it comes; 20 seconds when it is not said. */
  readonly deadlineMs?: number
}

export interface Ask {
  readonly method?: Exchange['method']
  /** Begins with /v2/. */
  readonly path: string
  readonly accept?: string
  /** Of a PUT. */
  readonly body?: { readonly type: string; readonly bytes: Buffer }
  /** What is asked for, in the words of the token protocol; empty: what the registry says itself. */
  readonly scope?: string
  readonly maxBytes?: number
  /** Registries keep layers elsewhere: only for those another host may be read, without the login. */
  readonly elsewhere?: boolean
  readonly signal: AbortSignal
}

/** Part of an image on its way to a registry. */
export interface Upload {
  /** Where the registry wants to have it. */
  readonly location: string
  readonly digest: string
  readonly source: Readable
  readonly size: number
  readonly scope: string
  readonly signal: AbortSignal
}

/** A way to send: with the whole reply, or with its body left to the caller. */
type Way<R> = (ask: Exchange) => Promise<R>

export const DEADLINE_MS = 20_000
const MAX_BYTES = 4 * 1024 * 1024
const MAX_REDIRECTS = 5
const NOT_FOLLOWED = 'sends the request elsewhere, which is not followed'

export class RegistryHttp {
  readonly host: string
  readonly #access: RegistryAccess
  readonly #authority: string
  #scheme: 'https:' | 'http:' | null = null
  /** What is left of what it allows, as its last replies told it. */
  readonly limits = new RateLimits()
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
    const signal = AbortSignal.any([ask.signal, AbortSignal.timeout(this.#access.deadlineMs ?? DEADLINE_MS)])
    return await this.#enter({ ...ask, signal }, exchange)
  }

  /** As {@link request}, for what is too large to be kept: ended by nothing but `ask.signal`, and by silence. */
  async open(ask: Ask): Promise<StreamedReply> {
    return await this.#enter(ask, exchangeStreamed)
  }

  /** Sends part of an image to where the registry said. The login goes along only when that is the registry itself. */
  async upload({ location, digest, source, size, scope, signal }: Upload): Promise<Reply> {
    try {
      const home = new URL(`${this.#scheme ?? 'https:'}//${this.#authority}`)
      const url = this.#next(location, home, home, { path: '', elsewhere: true, signal })
      url.searchParams.set('digest', digest)
      const authorization = this.#authorizations.get(scope)
      const known = url.origin === home.origin && authorization !== undefined
      const ask = {
        ...{
          method: 'PUT' as const,
          url,
          maxBytes: MAX_BYTES,
          signal,
          trust: this.#access.trustFor(url.host)
        },
        headers: { 'content-type': 'application/octet-stream', ...(known ? { authorization } : {}) },
        verify: !(url.origin === home.origin && this.#access.isInsecure(this.host))
      }
      return await exchangeUpload(ask, source, size)
    } catch (error) {
      throw registryConnectionError(this.host, signal.aborted ? signal.reason : error)
    }
  }

  async #enter<R extends Reply>(ask: Ask, way: Way<R>): Promise<R> {
    const { scope = '', signal } = ask
    try {
      const first = await this.#send(ask, way, this.#authorizations.get(scope))
      if (first.status !== 401) return first
      const authorization = await this.#answer(first, scope, signal)
      if (authorization === null) return first
      const second = await this.#send(ask, way, authorization)
      if (second.status !== 401) this.#authorizations.set(scope, authorization)
      return second
    } catch (error) {
      throw await this.#explained(signal.aborted ? signal.reason : error, signal)
    }
  }

  /** Why it could not be read; of a certificate that is not trusted also whether it is another one than before. */
  async #explained(thrown: unknown, signal: AbortSignal): Promise<unknown> {
    const error = registryConnectionError(this.host, thrown)
    const before = this.#access.seen?.last(this.#authority) ?? null
    if (before === null || !(error instanceof AppError) || error.details?.['kind'] !== UNTRUSTED) return error
    const { hostname, port } = new URL(`https://${this.#authority}`)
    const trust = this.#access.trustFor(this.host)
    const now = await readCertificate(hostname, Number(port || 443), trust, signal).catch(() => null)
    const fingerprint = now?.certificate?.fingerprint ?? before
    return fingerprint === before ? error : certificateChanged(this.host, before, fingerprint, error)
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
  async #send<R extends Reply>(ask: Ask, way: Way<R>, authorization: string | undefined): Promise<R> {
    if (this.#scheme !== null) return await this.#follow(this.#scheme, ask, way, authorization)
    try {
      const reply = await this.#follow('https:', ask, way, authorization)
      this.#scheme = 'https:'
      return reply
    } catch (error) {
      if (error instanceof AppError || ask.signal.aborted || !this.#access.isInsecure(this.host)) throw error
    }
    const reply = await this.#follow('http:', ask, way, authorization)
    this.#scheme = 'http:'
    return reply
  }

  async #follow<R extends Reply>(
    scheme: string,
    ask: Ask,
    way: Way<R>,
    authorization: string | undefined
  ): Promise<R> {
    const { method = 'GET', accept = 'application/json', maxBytes = MAX_BYTES, body, signal } = ask
    const start = new URL(ask.path, `${scheme}//${this.#authority}`)
    let url = start
    for (let hop = 0; hop <= MAX_REDIRECTS; hop += 1) {
      const home = url.origin === start.origin
      const reply = await way({
        ...{ method, url, maxBytes, signal, trust: this.#access.trustFor(url.host), body: body?.bytes },
        headers: {
          accept,
          ...(body === undefined ? {} : { 'content-type': body.type }),
          ...(home && authorization !== undefined ? { authorization } : {})
        },
        verify: !(home && this.#access.isInsecure(this.host)),
        accepted: (fingerprint) => this.#access.seen?.note(url.host, fingerprint)
      })
      if (home) this.limits.note(reply.headers)
      const to = reply.headers.location
      if (![301, 302, 303, 307, 308].includes(reply.status) || to === undefined) return reply
      // What changes something is done where it was meant to be, or not at all.
      if (method !== 'GET' && method !== 'HEAD') throw this.#elsewhere(NOT_FOLLOWED)
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
    if (allowed && !inward) return url
    throw this.#elsewhere(NOT_FOLLOWED)
  }

  #elsewhere(what: string): AppError {
    return new AppError('Unavailable', `${this.host} ${what}.`, {
      hint: 'Use the address that the registry really has. The login was not sent there.',
      retryable: false
    })
  }
}
