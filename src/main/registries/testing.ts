/** A registry of a test's own making: answers by method and path, and what it was asked. */
import { createHash } from 'node:crypto'
import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { isLoopback } from './known-hosts'
import { RegistryHttp } from './registry-http'
import type { Login } from './token-auth'

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

export const httpOf = (host: string, login: Login | null = null): RegistryHttp =>
  new RegistryHttp({ host, login, isInsecure: isLoopback, trustFor: () => ({ ca: [] }) })

export const digestOf = (text: string): string => `sha256:${createHash('sha256').update(text).digest('hex')}`

export const failureOf = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => null,
    (thrown: unknown) => thrown
  )
