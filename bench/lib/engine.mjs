// The engine that all measured apps share: the real bundled one, as the integration tests start it, filled with containers
// that were created and never started. For more rows than that is quick for, the fake engine of the tests. And the raw
// requests that are the limit for everything an app shows of an engine.
import http from 'node:http'
import path from 'node:path'
import { performance } from 'node:perf_hooks'
import { runnerImport } from 'vite'
import { root } from '../../scripts/lib/paths.mjs'

/** Requests in flight while containers are created; more only queue in the engine. */
const CREATORS = 4

/**
 * @typedef {object} Reply
 * @property {number} status
 * @property {string} body
 * @property {number} headersAtMs when the engine had answered, in wall-clock milliseconds
 * @property {number} tookMs until the whole body was here
 *
 * @typedef {object} BenchEngine
 * @property {string} socket
 * @property {string} version
 * @property {(method: string, path: string, body?: object) => Promise<Reply>} call
 * @property {(index: number) => string} nameOf the name of one of its containers
 * @property {(count: number) => Promise<void>} grow creates containers until there are this many
 * @property {() => number[]} pids the engine's own processes, shims included; what runs in containers is not the engine
 * @property {() => Promise<void>} stop
 */

/**
 * Loads a module of the tests, which are TypeScript.
 * @param {string} file
 * @returns {Promise<any>}
 */
async function load(file) {
  const { module } = await runnerImport(path.join(root, file), { configFile: false, logLevel: 'error', root })
  return module
}

/**
 * The engine of the tests that has rows and no containers; it lives in this process.
 * @param {number} containers
 * @returns {Promise<BenchEngine>}
 */
export async function startScriptedEngine(containers) {
  /** @type {typeof import('../../tests/fake-engine/index')} */
  const { startFakeEngine } = await load('tests/fake-engine/index.ts')
  const engine = await startFakeEngine({ containers, images: 20 })
  return {
    socket: engine.socket,
    version: 'scripted',
    nameOf: (index) => [...engine.state.containers.values()][index]?.Name ?? '',
    call: (method, target, body) => call(engine.socket, method, target, body),
    grow: () => Promise.resolve(),
    pids: () => [],
    stop: () => engine.close()
  }
}

/** @returns {Promise<BenchEngine>} */
export async function startRealEngine() {
  /** @type {typeof import('../../tests/integration/engine-fixture')} */
  const { startEngine, processesBelow, mountsBelow } = await load('tests/integration/engine-fixture.ts')
  const engine = await startEngine()
  const { socket, home } = engine
  const stop = async () => {
    await engine.stop()
    const left = [...processesBelow(home).map(({ command }) => command), ...mountsBelow(home)]
    if (left.length > 0) throw new Error(`The engine left behind: ${left.join('; ')}`)
  }
  try {
    const image = await engine.importBusybox()
    const version = JSON.parse((await call(socket, 'GET', '/version')).body).Version
    let made = 0
    return {
      socket,
      version,
      nameOf,
      call: (method, target, body) => call(socket, method, target, body),
      async grow(count) {
        const create = async () => {
          while (made < count) await createContainer(socket, image, made++)
        }
        await Promise.all(Array.from({ length: CREATORS }, create))
      },
      pids: () => processesBelow(home).map(({ pid }) => pid),
      stop
    }
  } catch (error) {
    await stop()
    throw error
  }
}

/** @param {number} index */
const nameOf = (index) => `bench-${String(index).padStart(5, '0')}`

/**
 * @param {string} socket
 * @param {string} image
 * @param {number} index
 */
async function createContainer(socket, image, index) {
  const name = nameOf(index)
  const reply = await call(socket, 'POST', `/containers/create?name=${name}`, {
    Image: image,
    Cmd: ['sleep', '86400'],
    Labels: { 'quayside.bench': 'true' },
    HostConfig: { NetworkMode: 'none', LogConfig: { Type: 'none' } }
  })
  if (reply.status !== 201) throw new Error(`Could not create ${name}: ${reply.body}`)
}

const agent = new http.Agent({ keepAlive: true })

/**
 * One raw request to the engine.
 * @param {string} socketPath
 * @param {string} method
 * @param {string} target
 * @param {object} [body]
 * @returns {Promise<Reply>}
 */
export function call(socketPath, method, target, body) {
  return new Promise((resolve, reject) => {
    const start = performance.now()
    const headers = body === undefined ? {} : { 'content-type': 'application/json' }
    const request = http.request({ socketPath, agent, method, path: target, headers }, (reply) => {
      const headersAtMs = performance.timeOrigin + performance.now()
      let text = ''
      reply.setEncoding('utf8').on('data', (part) => (text += part))
      reply.on('error', reject)
      reply.on('end', () =>
        resolve({
          status: reply.statusCode ?? 0,
          body: text,
          headersAtMs,
          tookMs: performance.now() - start
        })
      )
    })
    request.on('error', reject)
    request.end(body === undefined ? undefined : JSON.stringify(body))
  })
}
