/** Why a registry could not be read, in one sentence with what to do. Used by registry-client only. */
import type { IncomingHttpHeaders } from 'node:http'
import { oneLine } from '@shared/docker/text'
import { AppError } from '@shared/errors'
import { retryAfter } from './content-errors'

/** A reply other than 200. */
export function registryReplyError(host: string, status: number, headers: IncomingHttpHeaders): AppError {
  if (status === 401 || status === 403) {
    return new AppError('Unauthorized', `${host} does not list its images without a login.`, {
      hint: 'Type the whole name: pulling uses the login that the docker command has stored.'
    })
  }
  if (status === 404 || status === 405 || status === 501) {
    return new AppError('NotFound', `${host} does not list that.`, {
      hint: 'Check the name, or type the whole name of the image.'
    })
  }
  if (status === 429) {
    const after = retryAfter(headers['retry-after'], Date.now())
    return new AppError('Unavailable', `${host} was asked too often.`, {
      hint: after === null ? 'Wait a moment and try again.' : `Try again in ${after}.`
    })
  }
  if (status >= 300 && status < 400) {
    return new AppError('Unavailable', `${host} sends the search elsewhere, which is not followed.`, {
      hint: 'Use the address that the registry really has.',
      retryable: false
    })
  }
  return new AppError('Unavailable', `${host} answered with HTTP ${status}.`, {
    hint: 'Try again later; whoever runs the registry can say more.'
  })
}

const WORDS: Readonly<Record<string, readonly [string, string]>> = {
  ENOTFOUND: ['is a name that cannot be found', 'Check the name and the network.'],
  EAI_AGAIN: ['is a name that cannot be looked up now', 'Check the network.'],
  ECONNREFUSED: ['does not accept connections', 'Check that the registry runs, and its port.'],
  ECONNRESET: ['broke off the connection', 'Try again; whoever runs the registry can say more.'],
  EHOSTUNREACH: ['cannot be reached', 'Check the network.'],
  ENETUNREACH: ['cannot be reached', 'Check the network.'],
  ETIMEDOUT: ['does not answer', 'Check the address and the network.']
}

/** The `kind` of an error about a certificate that is not trusted. */
export const UNTRUSTED = 'untrusted-certificate'

/** A registry that was trusted shows another certificate, which is not. */
export function certificateChanged(host: string, before: string, now: string, cause: AppError): AppError {
  return new AppError(
    'Unavailable',
    `${host} shows another certificate than before, which is not trusted here.`,
    {
      hint:
        `Before: ${before}. Now: ${oneLine(now, 120)}. Nothing was sent. If nobody changed it there, somebody may stand in between; ` +
        'if it was changed, add its authority: Registries, Certificates in the menu of its line.',
      retryable: false,
      details: { kind: UNTRUSTED },
      cause
    }
  )
}

/** What a server says in TLS that does not want us, or not so. */
const CLIENT = [
  'wants to see a client certificate, and takes none that is there',
  'Add the one that it knows: Registries, Certificates in the menu of its line.'
] as const
const OWN_FILES = [
  'cannot be reached with the certificates that certs.d has for it',
  'Look at them: Registries, Certificates in the menu of its line.'
] as const

/** A request without a reply, or one that broke off. What was cancelled or is an AppError stays that. */
export function registryConnectionError(host: string, thrown: unknown): unknown {
  if (thrown instanceof AppError || !(thrown instanceof Error)) return thrown
  if (thrown.name === 'TimeoutError') return sentence(host, WORDS['ETIMEDOUT'], thrown)
  if (thrown.name === 'AbortError') return thrown
  const code = 'code' in thrown && typeof thrown.code === 'string' ? thrown.code : ''
  const known = Object.hasOwn(WORDS, code) ? WORDS[code] : undefined
  if (known !== undefined) return sentence(host, known, thrown)
  if (/^ERR_OSSL_/.test(code)) return sentence(host, OWN_FILES, thrown)
  if (
    /ALERT_(?:CERTIFICATE_REQUIRED|BAD_CERTIFICATE|UNKNOWN_CA|CERTIFICATE_UNKNOWN|HANDSHAKE_FAILURE)/.test(
      code
    )
  )
    return sentence(host, CLIENT, thrown)
  if (/CERT|SSL|TLS|EPROTO|SIGNED|ISSUER|VERIFY/.test(code)) {
    return new AppError(
      'Unavailable',
      `${host} has no certificate that is trusted here (${oneLine(code, 60)}).`,
      {
        hint: 'Add its authority: Registries, Certificates in the menu of its line.',
        cause: thrown,
        retryable: false,
        details: { kind: UNTRUSTED }
      }
    )
  }
  return sentence(host, ['cannot be read', 'Check the address and the network.'], thrown)
}

function sentence(host: string, words: readonly [string, string] | undefined, cause: Error): AppError {
  const [what, hint] = words ?? ['cannot be read', 'Check the address and the network.']
  return new AppError('Unavailable', `${host} ${what}.`, { hint, cause })
}
