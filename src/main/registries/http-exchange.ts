/**
 * One request to a registry and its reply, bounded in size and time. Knows nothing of logins and follows nothing: that is
 * registry-http.ts. No error holds a header, so none can hold a password or a token.
 */
import http, { type ClientRequest, type IncomingHttpHeaders, type IncomingMessage } from 'node:http'
import https from 'node:https'
import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { TLSSocket } from 'node:tls'
import { humanSize } from '@shared/docker/size'
import { AppError } from '@shared/errors'
import type { Trust } from './registry-trust'

export interface Exchange {
  readonly method: 'GET' | 'HEAD' | 'DELETE' | 'POST' | 'PUT'
  readonly url: URL
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string | Buffer | undefined
  readonly trust: Trust
  /** Whether a certificate is checked. */
  readonly verify: boolean
  readonly maxBytes: number
  readonly signal: AbortSignal
  /** Told the certificate that was accepted: its SHA-256. */
  readonly accepted?: (fingerprint: string) => void
}

export interface Reply {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly body: Buffer
}

/** A reply whose body is read as it comes; null where it was read already, because it is no more than words. */
export interface StreamedReply extends Reply {
  readonly stream: IncomingMessage | null
}

/** How long nothing at all may come or go while a body is under way. */
const IDLE_MS = 60_000

/** Sends it and reads the reply to its end. Rejects with what the network says, or an AppError when the reply is too large. */
export function exchange(ask: Exchange): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const { body } = ask
    const request = begin(
      ask,
      body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) }
    )
    request.on('error', reject)
    request.on('response', (reply: IncomingMessage) => settle(request, readBody(reply, ask), resolve, reject))
    request.end(body)
  })
}

/** Sends it; the body of a 200 is left to the caller, who has to read or to destroy it. */
export function exchangeStreamed(ask: Exchange): Promise<StreamedReply> {
  return new Promise((resolve, reject) => {
    const request = begin(ask, {})
    breakOffWhenIdle(request)
    request.on('error', reject)
    request.on('response', (reply: IncomingMessage) => {
      const { statusCode: status = 0, headers } = reply
      if (status === 200) return resolve({ status, headers, body: Buffer.alloc(0), stream: reply })
      const words = readBody(reply, ask).then((read) => ({ ...read, stream: null }))
      settle(request, words, resolve, reject)
    })
    request.end()
  })
}

/** Sends a body of `size` bytes as it comes. When the reply is a refusal, the rest is not sent. */
export function exchangeUpload(ask: Exchange, source: Readable, size: number): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const request = begin(ask, { 'content-length': String(size) })
    breakOffWhenIdle(request)
    request.on('response', (reply: IncomingMessage) => settle(request, readBody(reply, ask), resolve, reject))
    request.on('error', reject)
    // What broke is told by the reply, when there is one: that settles first.
    pipeline(source, request).catch(reject)
  })
}

function begin(ask: Exchange, more: Readonly<Record<string, string>>): ClientRequest {
  const { url, method, headers, trust, verify, signal, accepted } = ask
  const common = {
    method,
    signal,
    agent: false as const,
    headers: { 'user-agent': 'Quayside', ...headers, ...more }
  }
  if (url.protocol === 'http:') return http.request(url, common)
  const request = https.request(url, { ...common, ...trust, rejectUnauthorized: verify })
  if (accepted === undefined) return request
  return request.on('response', ({ socket }: IncomingMessage) => {
    const shown = socket instanceof TLSSocket ? socket.getPeerCertificate().fingerprint256 : undefined
    if (shown !== undefined) accepted(shown)
  })
}

function breakOffWhenIdle(request: ClientRequest): void {
  request.setTimeout(IDLE_MS, () => {
    request.destroy(new DOMException(`Nothing came for ${IDLE_MS / 1000} s.`, 'TimeoutError'))
  })
}

function settle<T>(
  request: ClientRequest,
  reading: Promise<T>,
  resolve: (value: T) => void,
  reject: (reason: Error) => void
): void {
  reading.then(resolve, (error: unknown) => {
    request.destroy()
    reject(error instanceof Error ? error : new Error('The reply cannot be read.'))
  })
}

async function readBody(reply: IncomingMessage, { url, method, maxBytes }: Exchange): Promise<Reply> {
  const status = reply.statusCode ?? 0
  const told = Number(reply.headers['content-length'] ?? 0)
  if (method !== 'HEAD' && told > maxBytes) throw tooLarge(url.host, maxBytes)
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of reply as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size > maxBytes) throw tooLarge(url.host, maxBytes)
    chunks.push(chunk)
  }
  if (!reply.complete)
    throw new AppError('Unavailable', `${url.host} broke off the connection.`, { hint: 'Try again.' })
  return { status, headers: reply.headers, body: Buffer.concat(chunks) }
}

function tooLarge(host: string, maxBytes: number): AppError {
  return new AppError(
    'System',
    `${host} sends more than ${humanSize(maxBytes)}, which no such answer needs.`,
    {
      hint: 'Nothing of it was kept. Whoever runs the registry can say more.',
      retryable: false
    }
  )
}
