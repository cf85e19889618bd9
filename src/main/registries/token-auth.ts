/**
 * The registry token protocol: what a registry asks for in `WWW-Authenticate`, and the token that the place it names gives for the
 * login that is stored. A login goes to the registry it belongs to and to that place, over TLS, and nowhere else.
 */
import { z } from 'zod'
import { oneLine } from '@shared/docker/text'
import { AppError } from '@shared/errors'
import { exchange, type Reply } from './http-exchange'
import type { Trust } from './registry-trust'

/** What is stored for one registry. */
export interface Login {
  readonly username: string
  readonly password: string
  readonly identityToken: string
  readonly registryToken: string
}

export type Challenge =
  | { readonly kind: 'basic' }
  | { readonly kind: 'bearer'; readonly realm: string; readonly service: string; readonly scope: string }

export interface TokenAsk {
  readonly host: string
  readonly challenge: Challenge & { readonly kind: 'bearer' }
  readonly scope: string
  readonly login: Login | null
  /** Whether the registry itself was reached without TLS. */
  readonly plain: boolean
  readonly trustFor: (host: string) => { readonly trust: Trust; readonly verify: boolean }
  readonly signal: AbortSignal
}

const MAX_TOKEN_REPLY = 1024 * 1024
const TokenReply = z.object({ token: z.string().nullish(), access_token: z.string().nullish() })

/** The challenges of a header: a registry may offer several in one. */
export function challengesOf(header: string | undefined): Challenge[] {
  const text = (header ?? '').slice(0, 8192)
  return text.split(/(?:^|,)\s*(?=(?:bearer|basic)(?:\s|$))/i).flatMap((part): Challenge[] => {
    if (/^basic\b/i.test(part)) return [{ kind: 'basic' }]
    if (!/^bearer\b/i.test(part)) return []
    const values = new Map<string, string>()
    for (const [, key = '', value = ''] of part.matchAll(/([a-z_]{1,40})="([^"]*)"/gi))
      values.set(key.toLowerCase(), value)
    const { realm = '', service = '', scope = '' } = Object.fromEntries(values)
    return [{ kind: 'bearer', realm, service, scope }]
  })
}

export const basic = ({ username, password }: Login): string =>
  `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`

/** A token for `scope`; without a login, one for nobody. */
export async function fetchToken(ask: TokenAsk): Promise<string> {
  const { host, challenge, login } = ask
  const realm = realmOf(ask)
  const scope = ask.scope === '' ? challenge.scope : ask.scope
  const common = { ...ask.trustFor(realm.host), maxBytes: MAX_TOKEN_REPLY, signal: ask.signal }
  const reply =
    login !== null && login.identityToken !== ''
      ? await exchange({
          ...common,
          method: 'POST',
          url: realm,
          headers: { accept: 'application/json', 'content-type': 'application/x-www-form-urlencoded' },
          body: refreshForm(challenge.service, scope, login.identityToken)
        })
      : await exchange({
          ...common,
          method: 'GET',
          url: asked(realm, challenge.service, scope, login),
          headers: { accept: 'application/json', ...(login === null ? {} : { authorization: basic(login) }) }
        })
  return tokenIn(host, realm.host, reply, login !== null)
}

/** The place that gives tokens; refused when a login would go in the clear to where the engine speaks no plain HTTP either. */
function realmOf({ host, challenge, plain, trustFor }: TokenAsk): URL {
  const url = URL.canParse(challenge.realm) ? new URL(challenge.realm) : null
  const safe =
    url?.protocol === 'https:' || (url?.protocol === 'http:' && plain && !trustFor(url.host).verify)
  if (url !== null && safe && url.username === '') return url
  throw new AppError('Unauthorized', `${host} asks for a login at a place that is not safe.`, {
    hint: 'It names no address with https://, so nothing was sent there. Whoever runs the registry has to mend that.',
    retryable: false
  })
}

function asked(realm: URL, service: string, scope: string, login: Login | null): URL {
  const url = new URL(realm)
  if (service !== '') url.searchParams.set('service', service)
  url.searchParams.delete('scope')
  // A copy within a registry needs two.
  for (const one of scope.split(' ')) if (one !== '') url.searchParams.append('scope', one)
  if (login !== null) url.searchParams.set('account', login.username)
  return url
}

function refreshForm(service: string, scope: string, token: string): string {
  return new URLSearchParams({
    ...{ grant_type: 'refresh_token', client_id: 'quayside', service, refresh_token: token },
    ...(scope === '' ? {} : { scope })
  }).toString()
}

function tokenIn(host: string, realm: string, { status, body }: Reply, loggedIn: boolean): string {
  if (status === 401 || status === 403) {
    throw new AppError(
      'Unauthorized',
      loggedIn ? `${host} does not take the login that is stored.` : `${host} wants a login.`,
      {
        hint: loggedIn
          ? 'Log in again: the password or token may have changed or run out.'
          : 'Log in, then try again.',
        details: { loginTo: host }
      }
    )
  }
  try {
    if (status !== 200) throw new Error('no token')
    const { token, access_token: access } = TokenReply.parse(JSON.parse(body.toString('utf8')))
    const found = token || access || ''
    // It becomes a header.
    if (/^[\x21-\x7e]+$/.test(found)) return found
  } catch {
    // Without a cause: a parser's message quotes what it read.
  }
  throw new AppError('Unavailable', `${oneLine(realm, 100)} gave no token for ${host} (HTTP ${status}).`, {
    hint: 'Try again later; whoever runs the registry can say more.'
  })
}
