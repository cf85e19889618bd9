/**
 * The supervisor's own small HTTP client: a few GETs with deadlines over the engine's endpoint. Used by engine/ only;
 * everything else goes through main/docker. One connection per request, nothing is kept open, redirects are not
 * followed.
 */
import { request as httpRequest, type RequestOptions } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { AppError } from '@shared/errors'
import { z } from 'zod'
import type { EngineEndpoint } from './endpoint'

const LATE = 'late'
const MAX_BODY_BYTES = 8 * 1024 * 1024

export interface Reply {
  readonly status: number
  readonly body: string
}

/** Sends one request; fails with `Deadline`, `Unavailable` (nobody answers) or `NotImplemented` (ssh). */
export async function request(
  endpoint: EngineEndpoint,
  path: string,
  timeoutMs: number,
  signal?: AbortSignal,
  method = 'GET'
): Promise<Reply> {
  // Not AbortSignal.any: on Node 20 each one stays with a long-lived signal for good.
  const abort = new AbortController()
  const onAbort = (): void => abort.abort()
  signal?.addEventListener('abort', onAbort)
  const timer = setTimeout(() => abort.abort(LATE), timeoutMs)
  try {
    signal?.throwIfAborted()
    return await exchange(endpoint, path, method, abort.signal)
  } catch (cause) {
    if (cause instanceof AppError) throw cause
    if (signal?.aborted === true) throw new AppError('Cancelled', 'Cancelled.', { cause })
    if (abort.signal.reason === LATE)
      throw new AppError('Deadline', `The engine did not answer within ${timeoutMs / 1000} s.`, { cause })
    throw new AppError('Unavailable', 'The engine does not answer.', { cause })
  } finally {
    clearTimeout(timer)
    signal?.removeEventListener('abort', onAbort)
  }
}

function exchange(
  endpoint: EngineEndpoint,
  path: string,
  method: string,
  signal: AbortSignal
): Promise<Reply> {
  const options: RequestOptions = { ...connectOptions(endpoint), path, method, signal, agent: false }
  options.headers = { Host: 'docker', Connection: 'close' }
  const send = endpoint.kind === 'tcp' && endpoint.tls !== undefined ? httpsRequest : httpRequest
  return new Promise((done, fail) => {
    const call = send(options, (answer) => {
      const chunks: Buffer[] = []
      let bytes = 0
      answer.on('data', (chunk: Buffer) => {
        bytes += chunk.length
        if (bytes > MAX_BODY_BYTES) answer.destroy(new Error('The answer is too large.'))
        else chunks.push(chunk)
      })
      answer.on('error', fail)
      answer.on('end', () =>
        done({ status: answer.statusCode ?? 0, body: Buffer.concat(chunks).toString('utf8') })
      )
    })
    call.on('error', fail)
    call.end()
  })
}

function connectOptions(endpoint: EngineEndpoint): RequestOptions & Record<string, unknown> {
  switch (endpoint.kind) {
    case 'unix':
    case 'npipe':
      return { socketPath: endpoint.path, servername: '' }
    case 'tcp': {
      const { host, port, tls } = endpoint
      if (tls === undefined) return { host, port }
      const { ca, cert, key } = tls
      return {
        ...{ host, port, rejectUnauthorized: tls.skipVerify !== true },
        ...(ca === undefined ? {} : { ca }),
        ...(cert === undefined ? {} : { cert }),
        ...(key === undefined ? {} : { key })
      }
    }
    case 'ssh':
      throw new AppError('NotImplemented', 'Engines behind ssh are not supported in this version.', {
        hint: 'Use a context with a unix or tcp endpoint, or the bundled engine.'
      })
  }
}

/** True when the engine answers `/_ping` in time. */
export async function ping(
  endpoint: EngineEndpoint,
  timeoutMs: number,
  signal?: AbortSignal
): Promise<boolean> {
  try {
    return (await request(endpoint, '/_ping', timeoutMs, signal)).status === 200
  } catch {
    return false
  }
}

const Version = z.object({
  Version: z.string(),
  ApiVersion: z.string(),
  Components: z.array(z.object({ Name: z.string() })).nullish()
})

export interface EngineVersion {
  readonly version: string
  readonly apiVersion: string
  /** False when the engine cannot reach its containerd; null when an old engine does not say. */
  readonly containerd: boolean | null
}

/** `GET /version`; the version of what answers is checked to be an engine's. */
export async function readVersion(
  endpoint: EngineEndpoint,
  timeoutMs: number,
  signal?: AbortSignal
): Promise<EngineVersion> {
  const found = await readJson(endpoint, '/version', Version, timeoutMs, signal)
  const names = found.Components?.map((component) => component.Name) ?? null
  return {
    version: found.Version,
    apiVersion: found.ApiVersion,
    containerd: names === null ? null : names.includes('containerd')
  }
}

const Info = z.object({
  DockerRootDir: z.string(),
  LiveRestoreEnabled: z.boolean().catch(false),
  Swarm: z.object({ LocalNodeState: z.string().catch('') }).nullish()
})
export type EngineInfo = z.output<typeof Info>

/** The few fields of `GET /info` the supervisor needs. */
export async function readInfo(
  endpoint: EngineEndpoint,
  timeoutMs: number,
  signal?: AbortSignal
): Promise<EngineInfo> {
  return await readJson(endpoint, '/info', Info, timeoutMs, signal)
}

/** A GET whose answer must match `schema`; an engine's error and another program's answer are both `Unavailable`. */
export async function readJson<S extends z.ZodType>(
  endpoint: EngineEndpoint,
  path: string,
  schema: S,
  timeoutMs: number,
  signal?: AbortSignal
): Promise<z.output<S>> {
  const { status, body } = await request(endpoint, path, timeoutMs, signal)
  if (status !== 200) throw new AppError('Unavailable', `The engine answered ${path} with ${status}.`)
  try {
    return schema.parse(JSON.parse(body))
  } catch (cause) {
    throw new AppError('Unavailable', `What answered ${path} is not a Docker Engine.`, { cause })
  }
}
