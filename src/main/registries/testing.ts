/** A registry of a test's own making: answers by method and path, and what it was asked. */
import { createHash } from 'node:crypto'
import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerResponse
} from 'node:http'
import type { AddressInfo } from 'node:net'
import { onTestFinished } from 'vitest'
import { isLoopback } from './known-hosts'
import type { Place } from './manifest'
import { RegistryHttp } from './registry-http'
import type { Login } from './token-auth'

export const MANIFEST = 'application/vnd.oci.image.manifest.v1+json'
export const INDEX = 'application/vnd.oci.image.index.v1+json'
export const NEVER = new AbortController().signal
export const LOGIN: Login = {
  username: 'ann',
  password: 'canary-secret',
  identityToken: '',
  registryToken: ''
}

export interface FakeRegistry {
  readonly host: string
  /** `GET /v2/ Basic YW5u…`, in order. */
  readonly asked: string[]
  readonly stop: () => Promise<void>
}

export async function fakeRegistry(answer: RequestListener): Promise<FakeRegistry> {
  const asked: string[] = []
  const server: Server = createServer((request: IncomingMessage, reply) => {
    asked.push(`${request.method ?? ''} ${request.url ?? ''} ${request.headers.authorization ?? '-'}`)
    answer(request, reply)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    host: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    stop: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    }
  }
}

/** One that ends with the test that started it. */
export async function registry(answer: RequestListener): Promise<FakeRegistry> {
  const one = await fakeRegistry(answer)
  onTestFinished(one.stop)
  return one
}

export const httpOf = (host: string, login: Login | null = null): RegistryHttp =>
  new RegistryHttp({ host, login, isInsecure: isLoopback, trustFor: () => ({ ca: [] }) })

export const place = (host: string, login: Login | null = null): Place => ({
  http: httpOf(host, login),
  repository: 'team/app',
  signal: NEVER
})

export function json(reply: ServerResponse, value: unknown, headers: Record<string, string> = {}): void {
  reply.writeHead(200, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(value))
}

export const digestOf = (text: string): string => `sha256:${createHash('sha256').update(text).digest('hex')}`

export const failureOf = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => null,
    (thrown: unknown) => thrown
  )

const config = JSON.stringify({ os: 'linux', architecture: 'amd64', created: '2026-01-02T03:04:05Z' })
/** An image for one platform, as its registry would send it. */
export const IMAGE = {
  config,
  manifest: JSON.stringify({
    mediaType: MANIFEST,
    config: {
      mediaType: 'application/vnd.oci.image.config.v1+json',
      digest: digestOf(config),
      size: config.length
    },
    layers: [
      { mediaType: 'application/vnd.oci.image.layer.v1.tar+gzip', digest: digestOf('layer'), size: 1000 }
    ]
  })
}
