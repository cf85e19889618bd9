/**
 * `POST /build`: builds of an engine that has no BuildKit. Called by main/builds/classic.
 * https://docs.docker.com/reference/api/engine/version/v1.51/#tag/Image/operation/ImageBuild
 */
import type { Readable } from 'node:stream'
import type { Ulimit } from '@shared/builds/ulimit'
import { AppError } from '@shared/errors'
import { withSignal, type DockerClient } from './client'
import { jsonLines } from './jsonl'

export interface ImageBuild {
  /** A tar archive with the context; null when `remote` says where the engine gets it. */
  readonly context: Readable | null
  /** Empty, or the address of a context. */
  readonly remote: string
  /** Within the context. */
  readonly dockerfile: string
  readonly tags: readonly string[]
  readonly target: string
  readonly platform: string
  readonly network: string
  /** `name:address`. */
  readonly addHosts: readonly string[]
  readonly ulimits: readonly Ulimit[]
  /** In bytes; 0 for the engine's own. */
  readonly shmSize: number
  readonly cgroupParent: string
  /** null: the value is not set. */
  readonly buildArgs: Readonly<Record<string, string | null>>
  readonly labels: Readonly<Record<string, string>>
  readonly cacheFrom: readonly string[]
  readonly noCache: boolean
  readonly pull: boolean
  /** Values of X-Registry-Auth by the registry's address, as config.json names it. */
  readonly logins: Readonly<Record<string, string>>
}

/** What the engine tells as it builds. Aborting closes the request, and with it the build. */
export async function* buildImage(
  client: DockerClient,
  build: ImageBuild,
  signal: AbortSignal
): AsyncGenerator<unknown, void, undefined> {
  const { context, remote, dockerfile, tags, target, platform, network } = build
  const json = (value: object): string | undefined =>
    Object.keys(value).length === 0 ? undefined : JSON.stringify(value)
  const query = {
    version: '1',
    rm: '1',
    forcerm: '1',
    dockerfile,
    remote: remote === '' ? undefined : remote,
    t: tags,
    target: target === '' ? undefined : target,
    platform: platform === '' ? undefined : platform,
    networkmode: network,
    extrahosts: build.addHosts.length === 0 ? undefined : build.addHosts,
    ulimits: build.ulimits.length === 0 ? undefined : JSON.stringify(build.ulimits),
    shmsize: build.shmSize === 0 ? undefined : String(build.shmSize),
    cgroupparent: build.cgroupParent === '' ? undefined : build.cgroupParent,
    buildargs: json(build.buildArgs),
    labels: json(build.labels),
    cachefrom: build.cacheFrom.length === 0 ? undefined : JSON.stringify(build.cacheFrom),
    nocache: build.noCache ? '1' : undefined,
    pull: build.pull ? '1' : undefined
  }
  const reply = await client.request({
    path: '/build?',
    method: 'POST',
    isStream: true,
    headers: { 'X-Registry-Config': registryConfig(build.logins) },
    ...(context === null ? {} : { file: context }),
    ...withSignal({ options: { _query: query } }, signal)
  })
  yield* jsonLines(reply as AsyncIterable<Uint8Array>)
  signal.throwIfAborted()
}

/** The engine's own words for an error, where it is one of its. */
export function engineWords(thrown: unknown): string | null {
  if (!(thrown instanceof AppError) || thrown.details?.['status'] === undefined) return null
  const words = thrown.details['engine']
  return typeof words === 'string' ? words : thrown.message
}

function registryConfig(logins: ImageBuild['logins']): string {
  const decoded = Object.entries(logins).map(([address, auth]) => [
    address,
    JSON.parse(Buffer.from(auth, 'base64').toString('utf8')) as unknown
  ])
  const text = JSON.stringify(Object.fromEntries(decoded))
  return Buffer.from(text).toString('base64').replaceAll('+', '-').replaceAll('/', '_')
}
