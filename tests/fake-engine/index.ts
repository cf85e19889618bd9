/**
 * An Engine API on a unix socket without containers behind it: fast, deterministic, and it can be slow or broken on demand.
 * For unit and end-to-end tests; the tests in tests/integration/resources run against it and against a real engine.
 */
import { createServer, type ServerResponse } from 'node:http'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { hostileContainers, makeContainers, makeImages } from './fixtures'
import { answer } from './routes'
import { FakeState } from './state'

export { HOSTILE_TEXTS } from './fixtures'

export interface FakeEngineOptions {
  readonly containers?: number
  readonly images?: number
  /** Adds one container for each of HOSTILE_TEXTS. */
  readonly hostile?: boolean
  /** Where to listen; a new temporary folder unless given. */
  readonly socket?: string
}

export interface FakeEngine {
  readonly socket: string
  /** As `DOCKER_HOST` spells it. */
  readonly host: string
  /** The objects; its verbs emit the events a CLI would cause. */
  readonly state: FakeState
  /** Requests by `METHOD /path` without version and query, and all of them. */
  readonly counters: { requests: number; readonly byPath: Map<string, number> }
  /** Every answer waits this long from now on. */
  setLatency(milliseconds: number): void
  /** The next request whose path begins with `path` (without version) gets this instead of an answer. */
  failNext(path: string, status: number, message: string): void
  /** Ends every event stream, as an engine that restarts does. */
  dropEvents(): void
  close(): Promise<void>
}

interface Failure {
  readonly path: string
  readonly status: number
  readonly message: string
}

export async function startFakeEngine(options: FakeEngineOptions = {}): Promise<FakeEngine> {
  const images = makeImages(options.images ?? 0)
  const containers = makeContainers(options.containers ?? 0, images)
  if (options.hostile === true) containers.push(...hostileContainers(images))
  const state = new FakeState(containers, images)
  const home = options.socket === undefined ? await mkdtemp(join(tmpdir(), 'q-fake-')) : null
  const socket = options.socket ?? join(home ?? '', 'docker.sock')
  const counters = { requests: 0, byPath: new Map<string, number>() }
  const failures: Failure[] = []
  const eventListeners = new Set<ServerResponse>()
  let latencyMs = 0

  const server = createServer((request, reply) => {
    const url = new URL(request.url ?? '/', 'http://docker')
    const path = url.pathname.replace(/^\/v\d+\.\d+(?=\/)/, '')
    counters.requests += 1
    const key = `${request.method ?? ''} ${path}`
    counters.byPath.set(key, (counters.byPath.get(key) ?? 0) + 1)
    const respond = async (): Promise<void> => {
      if (latencyMs > 0) await sleep(latencyMs)
      const index = failures.findIndex((failure) => path.startsWith(failure.path))
      const failure = failures[index]
      if (failure === undefined) {
        await answer(path, { state, request, reply, query: url.searchParams, eventListeners })
        return
      }
      failures.splice(index, 1)
      request.resume()
      reply.writeHead(failure.status, { 'Content-Type': 'application/json' })
      reply.end(JSON.stringify({ message: failure.message }))
    }
    respond().catch((error: unknown) => {
      reply.destroy(error instanceof Error ? error : new Error(String(error)))
    })
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(socket, resolve)
  })

  return {
    socket,
    host: `unix://${socket}`,
    state,
    counters,
    setLatency(milliseconds) {
      latencyMs = milliseconds
    },
    failNext(path, status, message) {
      failures.push({ path, status, message })
    },
    dropEvents() {
      for (const reply of [...eventListeners]) reply.end()
    },
    async close() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
      if (home !== null) await rm(home, { recursive: true, force: true })
    }
  }
}
