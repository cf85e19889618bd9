/**
 * One request to a registry and its whole reply, bounded in size and time. Knows nothing of logins and follows nothing: that is
 * registry-http.ts. No error holds a header, so none can hold a password or a token.
 */
import http, { type IncomingHttpHeaders, type IncomingMessage } from 'node:http'
import https from 'node:https'
import { humanSize } from '@shared/docker/size'
import { AppError } from '@shared/errors'
import type { Trust } from './registry-trust'

export interface Exchange {
  readonly method: 'GET' | 'HEAD' | 'DELETE' | 'POST'
  readonly url: URL
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string
  readonly trust: Trust
  /** Whether a certificate is checked. */
  readonly verify: boolean
  readonly maxBytes: number
  readonly signal: AbortSignal
}

export interface Reply {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly body: Buffer
}

/** Sends it and reads the reply to its end. Rejects with what the network says, or an AppError when the reply is too large. */
export function exchange(ask: Exchange): Promise<Reply> {
  const { url, method, headers, body, trust, verify, signal } = ask
  return new Promise((resolve, reject) => {
    const common = {
      method,
      signal,
      agent: false as const,
      headers: { 'user-agent': 'Quayside', ...headers, ...(body === undefined ? {} : lengthOf(body)) }
    }
    const request =
      url.protocol === 'http:'
        ? http.request(url, common)
        : https.request(url, { ...common, ...trust, rejectUnauthorized: verify })
    request.on('error', reject)
    request.on('response', (reply: IncomingMessage) => {
      readBody(reply, ask).then(resolve, (error: unknown) => {
        request.destroy()
        reject(error instanceof Error ? error : new Error('The reply cannot be read.'))
      })
    })
    request.end(body)
  })
}

const lengthOf = (body: string) => ({ 'content-length': String(Buffer.byteLength(body)) })

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
