/**
 * One engine, spoken to through dockerode: version negotiated, requests counted, errors already AppErrors.
 * Made by resources/session for each engine run; the noun files of this folder take it as first parameter.
 */
import type { IncomingHttpHeaders } from 'node:http'
import type { Duplex } from 'node:stream'
import Docker from 'dockerode'
import { AppError } from '@shared/errors'
import type { EngineEndpoint } from './endpoint'
import { connectionError } from './errors'
import { Transport, type Dial } from './transport'

/** The newest API Quayside was written for; a newer engine is asked to speak this one. */
export const NEWEST_API = '1.51'
/** Engine 20.10. */
export const OLDEST_API = '1.41'

const PING_TIMEOUT_MS = 10_000

/** Orders API versions such as `1.9` and `1.41`: negative when `a` is older. */
export function compareApi(a: string, b: string): number {
  const [aMajor = 0, aMinor = 0] = a.split('.').map(Number)
  const [bMajor = 0, bMinor = 0] = b.split('.').map(Number)
  return aMajor - bMajor || aMinor - bMinor
}

/** The version both sides speak; fails when the engine is older than 20.10. */
export function negotiateApi(engineApi: string): string {
  if (!/^\d+\.\d+$/.test(engineApi) || compareApi(engineApi, OLDEST_API) < 0) {
    throw new AppError(
      'NotImplemented',
      `This engine is too old (API ${engineApi.slice(0, 20) || 'unknown'}).`,
      {
        hint: `Quayside needs Docker Engine 20.10 or newer (API ${OLDEST_API}).`
      }
    )
  }
  return compareApi(engineApi, NEWEST_API) < 0 ? engineApi : NEWEST_API
}

export class DockerClient {
  /** dockerode on our transport; every failure of it is an AppError. */
  readonly docker: Docker
  readonly apiVersion: string
  /** Where it is connected to, for connections of others to the same engine. */
  readonly endpoint: EngineEndpoint
  /** The engine builds with BuildKit; Podman's API and engines of Windows containers do not. */
  readonly hasBuildKit: boolean
  /** When the ping was answered, by the engine's own clock: whole seconds since the epoch; null when it did not say. */
  readonly connectedAtSeconds: number | null
  readonly #transport: Transport

  private constructor(
    transport: Transport,
    endpoint: EngineEndpoint,
    apiVersion: string,
    pinged: { readonly connectedAtSeconds: number | null; readonly hasBuildKit: boolean }
  ) {
    this.#transport = transport
    this.endpoint = endpoint
    this.apiVersion = apiVersion
    this.connectedAtSeconds = pinged.connectedAtSeconds
    this.hasBuildKit = pinged.hasBuildKit
    // @types/dockerode does not know the `modem` option that dockerode has.
    this.docker = new Docker({ modem: transport } as object)
  }

  /** Pings the engine and settles the API version. Fails with EngineNotRunning when nothing listens there. */
  static async connect(endpoint: EngineEndpoint, signal?: AbortSignal): Promise<DockerClient> {
    const transport = new Transport(endpoint)
    const deadline = AbortSignal.timeout(PING_TIMEOUT_MS)
    const abortSignal = signal === undefined ? deadline : AbortSignal.any([signal, deadline])
    try {
      const reply = await transport.reply({ path: '/_ping', abortSignal })
      reply.resume()
      const apiVersion = negotiateApi(String(reply.headers['api-version'] ?? ''))
      transport.version = `v${apiVersion}`
      return new DockerClient(transport, endpoint, apiVersion, {
        connectedAtSeconds: engineSeconds(reply.headers.date),
        hasBuildKit: hasBuildKit(reply.headers)
      })
    } catch (error) {
      transport.dispose()
      throw connectionError(abortSignal.aborted ? abortSignal.reason : error)
    }
  }

  /** Requests sent to the engine so far, the ping included. */
  get requests(): number {
    return this.#transport.requests
  }

  /** A request dockerode does not carry whole (container create: it drops the warnings). Answers the parsed body. */
  request(dial: Dial): Promise<unknown> {
    return new Promise((resolve, reject) => {
      this.#transport.dial(dial, (error, result) => {
        if (error === null) resolve(result)
        else reject(error)
      })
    })
  }

  /** The headers of a reply without a body (`HEAD`). */
  async headers(path: string, query: Readonly<Record<string, unknown>>, signal?: AbortSignal) {
    try {
      const reply = await this.#transport.reply({
        path: `${path}?`,
        method: 'HEAD',
        options: { _query: query },
        abortSignal: signal
      })
      reply.resume()
      return reply.headers
    } catch (error) {
      throw connectionError(signal?.aborted === true ? signal.reason : error)
    }
  }

  /** The raw connection of an exec or an attach: written to and read from until one side closes it. */
  hijack(dial: Dial): Promise<Duplex> {
    return this.#transport.hijack(dial)
  }

  /** Whether the negotiated version has what came with `version`. */
  speaks(version: string): boolean {
    return compareApi(this.apiVersion, version) >= 0
  }

  /** Closes idle connections; requests under way go on. */
  dispose(): void {
    this.#transport.dispose()
  }
}

/** As the CLI decides it: every engine on Linux that builds at all, whichever builder it prefers (`1` or `2`). */
function hasBuildKit(headers: IncomingHttpHeaders): boolean {
  return (headers['builder-version'] ?? '') !== '' && headers['ostype'] !== 'windows'
}

function engineSeconds(date: string | undefined): number | null {
  const milliseconds = Date.parse(date ?? '')
  return Number.isNaN(milliseconds) ? null : Math.floor(milliseconds / 1000)
}

/** A name or id as one path segment: `../x` cannot leave its place. `.` and `..` are refused, the engine would resolve them. */
export function segment(nameOrId: string): string {
  if (nameOrId === '' || nameOrId === '.' || nameOrId === '..') {
    throw new AppError('InvalidParameter', 'That is not a name or an id.', {
      hint: 'Choose an object of the list.'
    })
  }
  return encodeURIComponent(nameOrId)
}

/** Adds the caller's signal in the form dockerode understands. */
export function withSignal<T extends object>(
  options: T,
  signal: AbortSignal | undefined
): T & { abortSignal?: AbortSignal } {
  return signal === undefined ? options : { ...options, abortSignal: signal }
}
