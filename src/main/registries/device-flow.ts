/**
 * Logging in to Docker Hub with a browser, as `docker login` does it: OAuth's device code (RFC 8628) at login.docker.com, and in
 * exchange for its token an access token that Docker Hub makes for this login. What is received is never part of an error.
 */
import { z } from 'zod'
import { oneLine } from '@shared/docker/text'
import { AppError } from '@shared/errors'
import { pause } from '../resources/pause'
import type { HubAddress } from './hub-address'
import { exchange, type Reply } from './http-exchange'
import { isLoopback } from './known-hosts'
import { trustFor } from './registry-trust'

/** The docker CLI's, which is public: Docker has no other that a login for its registry could be had with. */
const CLIENT_ID = 'L4v0dmlNBpYUjGGab0C2JtgTgXr1Qz4d'
const AUDIENCE = 'https://hub.docker.com'

const MAX_BYTES = 256 * 1024
const REPLY_MS = 20_000
/** RFC 8628, 3.2 and 3.5: when nothing is said, and what `slow_down` adds. */
const USUAL_INTERVAL_S = 5
const LONGEST_INTERVAL_S = 60
const LONGEST_LIFE_S = 60 * 60

const Code = z.object({
  device_code: z.string().min(1).max(4096),
  user_code: z.string().min(1).max(100),
  verification_uri: z.string().optional(),
  verification_uri_complete: z.string().optional(),
  expires_in: z.number().positive().catch(900),
  interval: z.number().positive().optional().catch(undefined)
})
const Answer = z.object({ access_token: z.string().optional(), error: z.string().optional() })
const Claims = z.object({ [AUDIENCE]: z.object({ username: z.string().min(1).max(512) }) })
const Made = z.object({ data: z.object({ token: z.string().min(1).max(65_536) }) })

/** What its owner does with it. */
export interface DeviceCode {
  readonly code: string
  /** Where the code is typed. */
  readonly address: string
  /** The same with the code in it. */
  readonly page: string
  readonly expiresAt: number
}

export interface DeviceLogin {
  readonly username: string
  readonly secret: string
}

interface Waiting extends DeviceCode {
  readonly deviceCode: string
  readonly intervalS: number
}

export interface Clock {
  readonly now: () => number
  /** False when it was aborted. */
  readonly pause: (milliseconds: number, signal: AbortSignal) => Promise<boolean>
}

const CLOCK: Clock = { now: Date.now, pause }

/** Yields the code once, and ends with the login when somebody has entered it. */
export async function* deviceLogin(
  place: HubAddress,
  signal: AbortSignal,
  clock: Clock = CLOCK
): AsyncGenerator<DeviceCode, DeviceLogin, undefined> {
  const waiting = await askForCode(place, clock.now(), signal)
  const { code, address, page, expiresAt } = waiting
  yield { code, address, page, expiresAt }
  const token = await waitForToken(place, waiting, clock, signal)
  const username = usernameIn(token)
  return { username, secret: await accessToken(place, token, signal) }
}

async function askForCode(place: HubAddress, now: number, signal: AbortSignal): Promise<Waiting> {
  const form = { client_id: CLIENT_ID, audience: AUDIENCE, scope: 'openid offline_access' }
  const reply = await post(new URL('/oauth/device/code', place.tenant), form, signal)
  const parsed = reply.status === 200 ? Code.safeParse(jsonOf(reply)) : null
  if (parsed?.success !== true) throw unexpected(`gave no code (HTTP ${reply.status})`)
  const { data } = parsed
  const page = webPage(place, data.verification_uri_complete ?? data.verification_uri)
  const address = webPage(place, data.verification_uri ?? page)
  return {
    code: oneLine(data.user_code, 100),
    address: address.split('?')[0] ?? '',
    page,
    expiresAt: now + Math.min(data.expires_in, LONGEST_LIFE_S) * 1000,
    deviceCode: data.device_code,
    intervalS: Math.min(data.interval ?? USUAL_INTERVAL_S, LONGEST_INTERVAL_S)
  }
}

/** Asked no more often than was said, and less often after `slow_down` or when it could not be reached. */
async function waitForToken(
  place: HubAddress,
  { deviceCode, expiresAt, intervalS: first }: Waiting,
  clock: Clock,
  signal: AbortSignal
): Promise<string> {
  const form = {
    grant_type: 'urn:ietf:params:oauth:grant-type:device_code',
    device_code: deviceCode,
    client_id: CLIENT_ID
  }
  let intervalS = first
  while (clock.now() < expiresAt) {
    if (!(await clock.pause(intervalS * 1000, signal))) throw new AppError('Cancelled', 'Cancelled.')
    const reply = await unlessAway(post(new URL('/oauth/token', place.tenant), form, signal), signal)
    if (reply === null || reply.status >= 500) {
      intervalS = Math.min(intervalS * 2, LONGEST_INTERVAL_S)
      continue
    }
    const { access_token: token, error } = Answer.catch({}).parse(jsonOf(reply))
    if (token !== undefined && token !== '') return token
    if (error === 'slow_down') intervalS = Math.min(intervalS + USUAL_INTERVAL_S, LONGEST_INTERVAL_S)
    else if (error !== 'authorization_pending') throw ended(error, reply.status)
  }
  throw ended('expired_token', 0)
}

/** Null when it could not be reached, which may pass. */
async function unlessAway(answer: Promise<Reply>, signal: AbortSignal): Promise<Reply | null> {
  try {
    return await answer
  } catch (error) {
    signal.throwIfAborted()
    if (error instanceof AppError && error.retryable) return null
    throw error
  }
}

function ended(error: string | undefined, status: number): AppError {
  if (error === 'expired_token')
    return new AppError('Deadline', 'The code was not entered in time.', {
      hint: 'Start again for a new one.'
    })
  if (error === 'access_denied')
    return new AppError('Forbidden', 'The login was refused in the browser.', {
      hint: 'Start again, and confirm it there with the account that is meant.'
    })
  return unexpected(`answered with something unexpected (HTTP ${status})`)
}

/** Of the token only the name is read. It is not verified: it came from whom it is for, over TLS. */
function usernameIn(token: string): string {
  const claims = Claims.safeParse(
    parsed(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString('utf8'))
  )
  if (claims.success) return claims.data[AUDIENCE].username
  throw unexpected('does not say whose login that is')
}

/** The password of this login: a token that can be seen and taken back in the settings of the account. */
async function accessToken({ hub }: HubAddress, token: string, signal: AbortSignal): Promise<string> {
  // It becomes a header.
  if (!/^[\x21-\x7e]+$/.test(token)) throw unexpected('gave a token that is none')
  const reply = await send(new URL('/v2/access-tokens/desktop-generate', hub), '', signal, {
    'content-type': 'application/json',
    authorization: `Bearer ${token}`
  })
  const made = reply.status === 201 || reply.status === 200 ? Made.safeParse(jsonOf(reply)) : null
  if (made?.success === true) return made.data.data.token
  throw unexpected(`gave no access token (HTTP ${reply.status})`)
}

/** A page of Docker's own, or of the place that is asked; a browser is sent nowhere else. */
function webPage({ tenant }: HubAddress, text: string | undefined): string {
  const url = text !== undefined && URL.canParse(text) ? new URL(text) : null
  const ofDocker = url?.protocol === 'https:' && /(?:^|\.)docker\.com$/.test(url.hostname)
  if (url !== null && (ofDocker || url.origin === new URL(tenant).origin) && url.username === '')
    return url.href
  throw unexpected('names a page that is not Docker’s')
}

async function post(url: URL, form: Readonly<Record<string, string>>, signal: AbortSignal): Promise<Reply> {
  const type = 'application/x-www-form-urlencoded'
  return await send(url, new URLSearchParams(form).toString(), signal, { 'content-type': type })
}

async function send(
  url: URL,
  body: string,
  signal: AbortSignal,
  headers: Readonly<Record<string, string>>
): Promise<Reply> {
  if (url.protocol !== 'https:' && !isLoopback(url.host)) throw unexpected('is not reached over TLS')
  try {
    return await exchange({
      ...{ method: 'POST', url, body, verify: true, maxBytes: MAX_BYTES, trust: trustFor(url.host, []) },
      headers: { accept: 'application/json', ...headers },
      signal: AbortSignal.any([signal, AbortSignal.timeout(REPLY_MS)])
    })
  } catch (error) {
    signal.throwIfAborted()
    if (error instanceof AppError) throw error
    throw new AppError('Unavailable', `${url.host} cannot be reached.`, {
      hint: 'Check the network and the proxy, or log in with an access token.'
    })
  }
}

function unexpected(what: string): AppError {
  return new AppError('System', `Docker’s login ${what}.`, {
    hint: 'Try again later, or log in with an access token.'
  })
}

const jsonOf = ({ body }: Reply): unknown => parsed(body.toString('utf8'))

/** Null when it is none; a parser's message would quote it. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
