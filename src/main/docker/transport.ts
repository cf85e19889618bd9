/**
 * Carries dockerode's requests: the `modem` it is given instead of docker-modem (docs/decisions/0200 says why).
 * Called by dockerode and client.ts. Follows no redirect, reads no environment variable, logs nothing.
 */
import {
  Agent,
  request as httpRequest,
  type ClientRequest,
  type IncomingMessage,
  type RequestOptions
} from 'node:http'
import { Agent as SecureAgent, request as httpsRequest } from 'node:https'
import { finished, Readable, type Duplex } from 'node:stream'
import { AppError } from '@shared/errors'
import type { EngineEndpoint } from './endpoint'
import { connectionError, replyError } from './errors'
import { notUpgraded, upgrade, UPGRADE_HEADERS } from './hijack'

/** What dockerode passes to its modem, the parts that are used here. */
export interface Dial {
  readonly path: string
  readonly method?: string | undefined
  readonly headers?: Readonly<Record<string, string>> | undefined
  /** Query and body in one, or apart as `_query` and `_body`. */
  readonly options?: Readonly<Record<string, unknown>> | undefined
  readonly file?: Readable | Buffer | undefined
  readonly isStream?: boolean | undefined
  readonly abortSignal?: AbortSignal | undefined
  /** What a hijacked connection is to speak; default `tcp`, bare bytes. */
  readonly protocol?: 'tcp' | 'h2c' | undefined
}

type Callback = (error: Error | null, result?: unknown) => void

const ERROR_BODY_LIMIT = 64 * 1024
/** Calls in flight at once; an engine short of file descriptors must stay answerable (RELIABILITY E21). */
const MAX_SOCKETS = 32

export class Transport {
  /** Set by dockerode; part of what it expects of a modem. */
  Promise: PromiseConstructor = Promise
  /** `v1.51`, or empty until the version is negotiated. */
  version = ''
  /** Requests sent so far, streams included. */
  requests = 0
  readonly #base: RequestOptions
  readonly #send: (options: RequestOptions) => ClientRequest
  readonly #calls: Agent
  /** Streams hold their connection, so they get connections of their own. */
  readonly #streams: Agent

  constructor(endpoint: EngineEndpoint) {
    const secure = endpoint.kind === 'tcp' && endpoint.tls !== undefined
    this.#base = baseOptions(endpoint)
    this.#send = secure ? (options) => httpsRequest(options) : (options) => httpRequest(options)
    const keepAlive = { keepAlive: true, maxSockets: MAX_SOCKETS, scheduling: 'lifo' as const }
    this.#calls = secure ? new SecureAgent(keepAlive) : new Agent(keepAlive)
    this.#streams = secure ? new SecureAgent({ keepAlive: false }) : new Agent({ keepAlive: false })
  }

  /** Closes idle connections; requests under way go on, and their connections close after them. */
  dispose(): void {
    this.#calls.maxFreeSockets = 0
    for (const idle of Object.values(this.#calls.freeSockets))
      for (const socket of idle ?? []) socket.destroy()
  }

  /** dockerode's door: one request, answered by its parsed body, or by the reply itself when `isStream`. */
  dial(dial: Dial, callback: Callback): void {
    const signal = dial.abortSignal
    this.#roundTrip(dial).then(
      (result) => callback(null, result),
      (error: unknown) => callback(signal?.aborted === true ? abortError(signal) : connectionError(error))
    )
  }

  async #roundTrip(dial: Dial): Promise<unknown> {
    const reply = await this.reply(dial)
    if (dial.isStream === true) return reply
    return parseBody(await readAll(reply))
  }

  /** One request up to the headers of a successful reply; the body is still to be read. */
  async reply(dial: Dial): Promise<IncomingMessage> {
    if (dial.file instanceof Readable) guard(dial.file, dial.abortSignal)
    dial.abortSignal?.throwIfAborted()
    const body = bodyOf(dial)
    const options: RequestOptions = {
      ...this.#base,
      method: dial.method ?? 'GET',
      path: this.#path(dial),
      headers: { Host: 'docker', ...dial.headers, ...body.headers },
      agent: dial.isStream === true || dial.file !== undefined ? this.#streams : this.#calls,
      ...(dial.abortSignal === undefined ? {} : { signal: dial.abortSignal })
    }
    try {
      return await accepted(await this.#exchange(options, body.data))
    } catch (error) {
      if (!isStaleSocket(error)) throw error
      // The engine closed an idle connection just as it was reused; a read may simply be sent again.
      return await accepted(await this.#exchange(options, body.data))
    }
  }

  /** One request that turns its connection over to a process in a container (exec, attach); see hijack.ts. */
  async hijack(dial: Dial): Promise<Duplex> {
    const { abortSignal: signal } = dial
    signal?.throwIfAborted()
    const body = bodyOf(dial)
    const options: RequestOptions = {
      ...this.#base,
      method: 'POST',
      path: this.#path(dial),
      headers: { Host: 'docker', ...body.headers, ...UPGRADE_HEADERS, Upgrade: dial.protocol ?? 'tcp' },
      agent: this.#streams
    }
    this.requests += 1
    const request = this.#send(options)
    const abort = (): void => void request.destroy()
    signal?.addEventListener('abort', abort, { once: true })
    try {
      return await upgrade(request, body.data as string | undefined, signal, (reply) =>
        accepted(reply).then(() => {
          request.destroy()
          return notUpgraded()
        })
      )
    } catch (error) {
      throw signal?.aborted === true ? abortError(signal) : connectionError(error)
    } finally {
      signal?.removeEventListener('abort', abort)
    }
  }

  #exchange(options: RequestOptions, data: string | Buffer | Readable | undefined): Promise<IncomingMessage> {
    this.requests += 1
    return new Promise((resolve, reject) => {
      const request = this.#send(options)
      let answered = false
      request.on('response', (reply) => {
        answered = true
        resolve(reply)
      })
      request.on('error', (error) => {
        // Once the engine has answered, a broken upload is its own affair: the answer says why.
        if (!answered) reject(markStale(error, request, options))
      })
      if (data === undefined || typeof data === 'string' || Buffer.isBuffer(data)) request.end(data)
      else upload(data, request)
    })
  }

  #path(dial: Dial): string {
    const path = (this.version === '' ? '' : `/${this.version}`) + dial.path.replace(/\?$/, '')
    if (!dial.path.endsWith('?')) return path
    const query = queryString(record(dial.options?.['_query']) ?? (hasBody(dial) ? {} : (dial.options ?? {})))
    return query === '' ? path : `${path}?${query}`
  }
}

function baseOptions(
  endpoint: EngineEndpoint
): RequestOptions & { readonly rejectUnauthorized?: boolean; readonly servername?: string } {
  switch (endpoint.kind) {
    case 'unix':
    case 'npipe':
      // No name of a server: without one Node looks for it in the Host header, at the price of an expression compiled for 30 ms.
      return { socketPath: endpoint.path, servername: '' }
    case 'tcp': {
      const { tls } = endpoint
      const address = { host: endpoint.host, port: endpoint.port }
      if (tls === undefined) return address
      const { ca, cert, key } = tls
      return Object.assign(address, defined({ ca, cert, key }), {
        rejectUnauthorized: tls.skipVerify !== true
      })
    }
    case 'ssh':
      throw new AppError('NotImplemented', 'Engines behind ssh cannot be used yet.', {
        hint: 'Use a unix or TLS endpoint, or forward the socket with ssh -L.'
      })
  }
}

function defined(values: Readonly<Record<string, string | undefined>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(values).filter((entry): entry is [string, string] => entry[1] !== undefined)
  )
}

/** dockerode marks a body by `_body`, or by a path without a query; everything else is query. */
function hasBody(dial: Dial): boolean {
  return dial.options?.['_body'] !== undefined
}

function bodyOf(dial: Dial): { data?: string | Buffer | Readable; headers: Record<string, string | number> } {
  if (dial.file !== undefined) return { data: dial.file, headers: { 'Content-Type': 'application/x-tar' } }
  const bare = dial.path.endsWith('?') ? undefined : withoutSignal(dial.options)
  const value = dial.options?.['_body'] ?? bare
  if (dial.method !== 'POST' || value === undefined) return { headers: {} }
  const data = JSON.stringify(value)
  return { data, headers: { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(data) } }
}

function withoutSignal(options: Dial['options']): Record<string, unknown> | undefined {
  const entries = Object.entries(options ?? {}).filter(([key]) => key !== 'abortSignal')
  return entries.length === 0 ? undefined : Object.fromEntries(entries)
}

function record(value: unknown): Readonly<Record<string, unknown>> | undefined {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined
}

/** Objects (filters) travel as JSON, lists as repeated keys. */
export function queryString(values: Readonly<Record<string, unknown>>): string {
  const query = new URLSearchParams()
  for (const [key, value] of Object.entries(values)) {
    if (value === undefined || value === null || key === 'abortSignal') continue
    if (Array.isArray(value)) for (const item of value) query.append(key, String(item))
    else query.append(key, typeof value === 'string' ? value : JSON.stringify(value))
  }
  return query.toString()
}

/** The reply when it is a success (or "nothing to do", 304), else the engine's error. */
async function accepted(reply: IncomingMessage): Promise<IncomingMessage> {
  const status = reply.statusCode ?? 0
  if ((status >= 200 && status < 300) || status === 304) return reply
  throw replyError(status, (await readAll(reply, ERROR_BODY_LIMIT)).toString('utf8'))
}

async function readAll(reply: IncomingMessage, limit = Infinity): Promise<Buffer> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of reply as AsyncIterable<Buffer>) {
    chunks.push(chunk)
    size += chunk.length
    if (size > limit) break
  }
  return Buffer.concat(chunks)
}

function parseBody(body: Buffer): unknown {
  const text = body.toString('utf8')
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

/** A source can fail at any time, before the request is sent or after it ended too: that must not end the process. */
function guard(source: Readable, signal: AbortSignal | undefined): void {
  source.on('error', () => undefined)
  if (signal?.aborted === true) source.destroy()
}

function upload(source: Readable, request: ClientRequest): void {
  source.pipe(request)
  // pipe() neither forwards a broken source nor stops reading when the request dies.
  finished(source, { writable: false }, (error) => {
    if (error instanceof Error) request.destroy(error)
  })
  request.on('close', () => source.destroy())
}

class StaleSocketError extends Error {
  readonly code = 'ECONNRESET'
}

function isStaleSocket(error: unknown): boolean {
  return error instanceof StaleSocketError
}

function markStale(error: Error, request: ClientRequest, options: RequestOptions): Error {
  const reset = 'code' in error && (error.code === 'ECONNRESET' || error.code === 'EPIPE')
  return reset && request.reusedSocket && options.method === 'GET' && options.signal?.aborted !== true
    ? new StaleSocketError(error.message, { cause: error })
    : error
}

/** What an aborted request fails with: the signal's own reason keeps "cancelled" and "no answer in time" apart. */
function abortError(signal: AbortSignal): Error {
  return connectionError(
    signal.reason instanceof Error ? signal.reason : new DOMException('Aborted', 'AbortError')
  )
}
