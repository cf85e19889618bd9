/** A connection to a port, and the certificate that is shown there: for reading, not for speaking. Called by registry-test. */
import { connect } from 'node:net'
import { connect as connectTls, type PeerCertificate, type TLSSocket } from 'node:tls'
import { isIP } from 'node:net'
import type { Certificate } from '@shared/contract/registries'
import { oneLine } from '@shared/docker/text'
import type { Trust } from './registry-trust'

export interface Seen {
  /** Null when TLS is not spoken there. */
  readonly protocol: string | null
  readonly certificate: Certificate | null
  /** Why it is not trusted; empty when it is. */
  readonly problem: string
}

/** The address that took the connection. */
export function connectTcp(hostname: string, port: number, signal: AbortSignal): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: hostname, port, autoSelectFamily: true })
    const stop = (): void => {
      socket.destroy()
      reject(signal.reason as Error)
    }
    signal.addEventListener('abort', stop, { once: true })
    socket.on('error', (error: Error) => {
      signal.removeEventListener('abort', stop)
      // Of several addresses that were tried, the first's reason is as good as any.
      reject(firstOf(error))
    })
    socket.on('connect', () => {
      signal.removeEventListener('abort', stop)
      resolve(socket.remoteAddress ?? hostname)
      socket.destroy()
    })
  })
}

function firstOf(error: Error): Error {
  const first: unknown = error instanceof AggregateError ? error.errors[0] : error
  return first instanceof Error ? first : error
}

/** What is shown there, whether it is trusted or not. */
export function readCertificate(
  hostname: string,
  port: number,
  trust: Trust,
  signal: AbortSignal
): Promise<Seen> {
  return new Promise((resolve, reject) => {
    const socket = connectTls({
      ...{ host: hostname, port, ...trust, autoSelectFamily: true },
      // Looked at here, and told; nothing is sent.
      rejectUnauthorized: false,
      ...(isIP(hostname) === 0 ? { servername: hostname } : {})
    })
    const stop = (): void => {
      socket.destroy()
      reject(signal.reason as Error)
    }
    signal.addEventListener('abort', stop, { once: true })
    socket.on('error', (error: Error) => {
      signal.removeEventListener('abort', stop)
      if (speaksNoTls(error)) resolve({ protocol: null, certificate: null, problem: '' })
      else reject(error)
    })
    socket.on('secureConnect', () => {
      signal.removeEventListener('abort', stop)
      resolve(seen(socket))
      socket.destroy()
    })
  })
}

function speaksNoTls(error: Error): boolean {
  const code = 'code' in error ? String(error.code) : ''
  return /WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG|UNKNOWN_PROTOCOL|HTTP_REQUEST|EPROTO|UNSUPPORTED_PROTOCOL/.test(
    code
  )
}

const PROBLEMS: Readonly<Record<string, string>> = {
  DEPTH_ZERO_SELF_SIGNED_CERT: 'it is signed by itself',
  SELF_SIGNED_CERT_IN_CHAIN: 'its authority is not known here',
  UNABLE_TO_GET_ISSUER_CERT: 'its authority is not known here',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'its authority is not known here',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'its authority is not known here',
  CERT_HAS_EXPIRED: 'it has run out',
  CERT_NOT_YET_VALID: 'it is not valid yet',
  CERT_REVOKED: 'it was revoked',
  ERR_TLS_CERT_ALTNAME_INVALID: 'it is for other names'
}

function seen(socket: TLSSocket): Seen {
  // The types say Error; it is one, or the code of one.
  const error = socket.authorizationError as unknown
  const code =
    error instanceof Error && 'code' in error ? String(error.code) : typeof error === 'string' ? error : ''
  const trusted = socket.authorized
  const known = Object.hasOwn(PROBLEMS, code) ? PROBLEMS[code] : undefined
  return {
    protocol: socket.getProtocol() ?? 'TLS',
    certificate: certificateOf(socket.getPeerCertificate()),
    problem: trusted ? '' : (known ?? oneLine(code, 80))
  }
}

function certificateOf(peer: PeerCertificate): Certificate | null {
  // An empty object stands for none.
  if (typeof peer.fingerprint256 !== 'string') return null
  return {
    subject: nameOf(peer.subject),
    issuer: nameOf(peer.issuer),
    names: oneLine((peer.subjectaltname ?? '').replaceAll('DNS:', '').replaceAll('IP Address:', ''), 500),
    validFrom: oneLine(peer.valid_from, 60),
    validTo: oneLine(peer.valid_to, 60),
    fingerprint: peer.fingerprint256
  }
}

/** `CN=registry.example, O=Example`. */
function nameOf(name: unknown): string {
  if (typeof name !== 'object' || name === null) return ''
  const parts = Object.entries(name).flatMap(([key, value]: [string, unknown]) =>
    (Array.isArray(value) ? (value as unknown[]) : [value]).map((one) => `${key}=${String(one)}`)
  )
  return oneLine(parts.join(', '), 300)
}
