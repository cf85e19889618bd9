// Starts one of the measured apps, talks to it and ends it. Every app gets its own fresh home, which is also its mark:
// what still runs or lies there afterwards is a fault and is said.
import { spawn } from 'node:child_process'
import { cp, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import path from 'node:path'
import { performance } from 'node:perf_hooks'
import { root } from '../../scripts/lib/paths.mjs'
import { cpuSeconds, killAll, processTree } from './processes.mjs'

const START_TIMEOUT_MS = 60_000
const QUIT_TIMEOUT_MS = 20_000

/** The folders of the three apps; of ours, the page that shows the list, and that it is to run as its users run it. */
export const APPS = {
  floor: { folder: path.join(root, 'bench/floor'), list: false },
  reference: { folder: path.join(root, 'bench/reference'), list: true },
  quayside: { folder: root, list: true, probe: { route: '#/containers', packaged: true } }
}

/**
 * @typedef {keyof typeof APPS} AppName
 * @typedef {object} Surroundings
 * @property {string} display
 * @property {string} socket the engine's
 * @property {number} rows containers there are
 * @property {Record<string, string>} [env] more of the environment
 *
 * @typedef {object} RunningApp
 * @property {number} pid
 * @property {number} startMs from spawn until the window was usable
 * @property {number} startCpuSeconds
 * @property {number} startLongestTaskMs
 * @property {(expression: string, timeoutMs?: number) => Promise<any>} evaluate runs in the page
 * @property {(verb: 'hide' | 'show') => Promise<void>} tell
 * @property {() => Promise<void>} stop
 */

/** @returns {string} */
function electronBinary() {
  return createRequire(import.meta.url)('electron')
}

const now = () => performance.timeOrigin + performance.now()

/**
 * @param {AppName} name
 * @param {Surroundings} around
 * @param {string} home
 * @param {object} probe
 */
function spawnApp(name, around, home, probe) {
  const app = APPS[name]
  const config = {
    ...(app.list ? { rows: around.rows } : {}),
    ...('probe' in app ? app.probe : {}),
    ...probe
  }
  const hook = path.join(import.meta.dirname, 'hook.cjs')
  const args = [...(process.getuid?.() === 0 ? ['--no-sandbox'] : []), '-r', hook, app.folder]
  const env = {
    ...process.env,
    ...around.env,
    // What would lead elsewhere than to this screen and this engine.
    DOCKER_CONTEXT: undefined,
    WAYLAND_DISPLAY: undefined,
    ELECTRON_RUN_AS_NODE: undefined,
    DISPLAY: around.display,
    HOME: home,
    QUAYSIDE_HOME: home,
    DOCKER_HOST: `unix://${around.socket}`,
    QUAYSIDE_BENCH_PROBE: JSON.stringify(config)
  }
  return spawn(electronBinary(), args, { env, detached: true, stdio: ['ignore', 'pipe', 'pipe', 'ipc'] })
}

/**
 * What lies beside a packed app, its engine under the name that it has there.
 * @param {string} home
 */
async function packedResources(home) {
  const folder = path.join(home, 'resources')
  await cp(path.join(root, 'resources'), folder, {
    recursive: true,
    filter: (source) => source !== path.join(root, 'resources/engine')
  })
  await symlink(
    path.join(root, `resources/engine/${process.platform}-${process.arch}`),
    path.join(folder, 'engine')
  )
  return folder
}

/**
 * Starts an app and waits until its window is usable.
 * @param {AppName} name
 * @param {Surroundings} around
 * @param {object} [probe] more settings for probe.js
 * @returns {Promise<RunningApp>}
 */
export async function startApp(name, around, probe = {}) {
  const home = await mkdtemp('/tmp/qb-')
  await writeFile(path.join(home, 'settings.json'), JSON.stringify({ engine: { source: 'context' } }))
  const resources = await packedResources(home)
  const startedAt = now()
  const child = spawnApp(name, around, home, { ...probe, resources })
  const pid = child.pid ?? -1
  let said = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (text) => (said = (said + text).slice(-3000)))
  }
  const channel = new Channel(child)
  try {
    const ready = await channel.ready
    const startCpuSeconds = cpuSeconds(pid)
    return {
      pid,
      startMs: ready.atMs - startedAt,
      startCpuSeconds,
      startLongestTaskMs: ready.longestTask,
      evaluate: (expression, timeoutMs) => channel.ask('evaluate', expression, timeoutMs),
      tell: async (verb) => void (await channel.ask(verb, '')),
      stop: () => stopApp(child, channel, home)
    }
  } catch (error) {
    await stopApp(child, channel, home)
    throw new Error(`${name} did not show its list: ${String(error)}\n${said}`, { cause: error })
  }
}

/** The harness' end of the message channel to hook.cjs. */
class Channel {
  /** @type {Map<number, { resolve(value: any): void, reject(error: Error): void }>} */
  #waiting = new Map()
  #nextId = 1
  #child

  /** @param {import('node:child_process').ChildProcess} child */
  constructor(child) {
    this.#child = child
    /** @type {Promise<{ atMs: number, longestTask: number }>} */
    this.ready = new Promise((resolve, reject) => {
      const timer = setTimeout(
        () => reject(new Error(`not ready after ${START_TIMEOUT_MS} ms`)),
        START_TIMEOUT_MS
      )
      child.once('error', reject)
      child.once('exit', (code) => {
        clearTimeout(timer)
        reject(new Error(`it ended with ${code}`))
        for (const { reject: fail } of this.#waiting.values()) fail(new Error('the app ended'))
      })
      child.on('message', (/** @type {any} */ message) => {
        if (message.type === 'answer') return this.#answer(message)
        clearTimeout(timer)
        if (message.type === 'ready') resolve(message.value)
        else reject(new Error(message.value))
      })
    })
  }

  /** @param {{ id: number, value?: any, error?: string }} message */
  #answer({ id, value, error }) {
    const call = this.#waiting.get(id)
    this.#waiting.delete(id)
    if (error === undefined) call?.resolve(value)
    else call?.reject(new Error(error))
  }

  /**
   * @param {string} verb
   * @param {string} argument
   * @returns {Promise<any>}
   */
  ask(verb, argument, timeoutMs = 30_000) {
    const id = this.#nextId++
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`no answer to ${verb} ${argument}`)), timeoutMs)
      const settle = (/** @type {(value: any) => void} */ then) => (/** @type {any} */ value) => {
        clearTimeout(timer)
        then(value)
      }
      this.#waiting.set(id, { resolve: settle(resolve), reject: settle(reject) })
      if (this.#child.connected) this.#child.send({ id, verb, argument })
      else settle(reject)(new Error('the app is gone'))
    })
  }
}

/**
 * @param {import('node:child_process').ChildProcess} child
 * @param {Channel} channel
 * @param {string} home
 */
async function stopApp(child, channel, home) {
  const family = child.pid === undefined ? [] : processTree(child.pid)
  if (child.exitCode === null && child.signalCode === null) {
    const ended = new Promise((done) => child.once('exit', done))
    // Quitting ends the channel before it can answer.
    channel.ask('quit', '', QUIT_TIMEOUT_MS).catch(() => undefined)
    const timer = setTimeout(() => child.kill('SIGKILL'), QUIT_TIMEOUT_MS)
    await ended
    clearTimeout(timer)
  }
  const stubborn = await killAll(family)
  await rm(home, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 })
  if (stubborn.length > 0) throw new Error(`Processes outlived their app: ${stubborn.join(', ')}`)
}
