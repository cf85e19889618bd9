// The log of a container that wrote a million lines, and of one that writes 20,000 a second, in one life of the app. The
// limit for reading is the same request on the raw socket. Everything is found by role and name, as a person finds it.
import fs from 'node:fs'
import http from 'node:http'
import { performance } from 'node:perf_hooks'
import { setTimeout as wait } from 'node:timers/promises'
import { startApp } from './app.mjs'
import { memoryBytes, processTree } from './processes.mjs'
import { untilQuiet } from './session.mjs'

const LINES = 1_000_000
/** A hundred bytes a line, its number included. */
const FILL = 'the quick brown fox jumps over the lazy dog and goes on to write a line of a hundred bytes'
const WRITE = `awk 'BEGIN{for(i=1;i<=${LINES};i++) printf "%08d ${FILL}\\n", i}'`
/** A thousand lines every twentieth of a second. */
const FLOOD = `while :; do awk 'BEGIN{for(i=1;i<=1000;i++) printf "%08d ${FILL}\\n", i}'; usleep 40000; done`
const FLOOD_MS = 4000
/** A busy machine takes a while for a million lines. */
const PATIENCE_MS = 120_000

/** What the page is asked for: put into it once, by name. */
const PAGE = `globalThis.quaysideLogs ??= {
  until: (check) => new Promise((done) => {
    const look = () => (check() ? done(performance.now()) : requestAnimationFrame(look))
    look()
  }),
  log: () => document.querySelector('[role="log"][aria-label="Logs"]'),
  box: () => document.querySelector('input[type="search"][aria-label="Search logs"]'),
  matches: () => Number(/\\d+/.exec(document.querySelector('[role="status"][aria-label="Matches"]')?.textContent ?? '')?.[0] ?? -1),
  type(text) {
    const box = this.box()
    Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value').set.call(box, text)
    box.dispatchEvent(new Event('input', { bubbles: true }))
  },
  async search(text, count) {
    const started = performance.now()
    this.type(text)
    return (await this.until(() => this.matches() === count)) - started
  },
  async open(hash, text, count) {
    const of = this.box()
    location.hash = hash
    const started = performance.now()
    // The box of the page before stands for a moment yet.
    await this.until(() => this.box() !== null && this.box() !== of)
    this.type(text)
    return (await this.until(() => this.matches() === count)) - started
  },
  frames(ms, each = () => undefined) {
    const frames = []
    return new Promise((done) => {
      const started = performance.now()
      let before = started
      const next = (now) => {
        frames.push(now - before)
        before = now
        each()
        if (now - started < ms) requestAnimationFrame(next)
        else done(frames.slice(1))
      }
      requestAnimationFrame(next)
    })
  },
  async scroll() {
    const log = this.log()
    log.scrollTop = 0
    let turn = 0
    return this.frames(3000, () => {
      turn += 1
      log.scrollTop = turn % 30 === 0 ? Math.random() * log.scrollHeight : log.scrollTop + 400
    })
  }
}; undefined`

/**
 * @param {import('./session.mjs').Bench} bench
 * @param {number} rounds
 */
export async function measureLogs(bench, rounds) {
  const { engine, samples, size } = bench
  const million = await runContainer(bench, 'bench-log-million', WRITE)
  await engine.call('POST', `/containers/${million}/wait`)
  const flood = await runContainer(bench, 'bench-log-flood', FLOOD, false)
  try {
    for (let round = 0; round < rounds; round++) {
      samples.add('raw API', size, { 'logs.searchable': await readRaw(engine.socket, million) })
      samples.add('quayside', size, await oneLife(bench, million, flood))
    }
  } finally {
    await engine.call('DELETE', `/containers/${million}?force=1`)
    await engine.call('DELETE', `/containers/${flood}?force=1`)
  }
}

/**
 * @param {import('./session.mjs').Bench} bench
 * @param {string} million
 * @param {string} flood
 * @returns {Promise<Record<string, number>>}
 */
async function oneLife({ display, engine, size }, million, flood) {
  const app = await startApp('quayside', { display, socket: engine.socket, rows: size })
  const ask = (/** @type {string} */ expression) => app.evaluate(`quaysideLogs.${expression}`, PATIENCE_MS)
  try {
    await untilQuiet(app.pid)
    await app.evaluate(PAGE)
    // What a log costs without lines is not the lines’.
    await ask(`open('#/containers/${flood}/logs', '', -1)`)
    await untilQuiet(app.pid)
    const before = rendererBytes(app.pid)
    // The last line's number is found once every line has been read and looked at.
    const last = String(LINES).padStart(8, '0')
    const searchable = await ask(`open('#/containers/${million}/logs', '${last}', 1)`)
    const search = await ask(`search('fox', ${LINES})`)
    const scrolled = await ask('scroll()')
    await ask(`search('', -1)`)
    await untilQuiet(app.pid)
    const memory = rendererBytes(app.pid) - before
    await engine.call('POST', `/containers/${flood}/start`)
    await ask(`open('#/containers/${flood}/logs', '', -1)`)
    await wait(500)
    const followed = await ask(`frames(${FLOOD_MS})`)
    await engine.call('POST', `/containers/${flood}/stop?t=0`)
    return {
      'logs.searchable': searchable,
      'logs.rate': LINES / (searchable / 1000),
      'logs.search': search,
      'logs.scrollFrame': Math.max(...scrolled),
      'logs.followFrame': Math.max(...followed),
      'logs.memory': memory / 1e6
    }
  } finally {
    await app.stop()
  }
}

/**
 * Memory of the page's process alone.
 * @param {number} pid
 */
function rendererBytes(pid) {
  const renderers = processTree(pid).filter((one) =>
    fs.readFileSync(`/proc/${one}/cmdline`, 'utf8').includes('--type=renderer')
  )
  return renderers.reduce((sum, one) => sum + memoryBytes(one), 0)
}

/**
 * @param {import('./session.mjs').Bench} bench
 * @param {string} name
 * @param {string} script
 */
async function runContainer({ engine }, name, script, start = true) {
  const reply = await engine.call('POST', `/containers/create?name=${name}`, {
    Image: 'busybox:test',
    Cmd: ['sh', '-c', script],
    HostConfig: { NetworkMode: 'none', LogConfig: { Type: 'json-file' } }
  })
  if (reply.status !== 201) throw new Error(`Could not create ${name}: ${reply.body}`)
  const id = JSON.parse(reply.body).Id
  if (start) await engine.call('POST', `/containers/${id}/start`)
  return id
}

/**
 * Milliseconds for the engine to send the whole log with timestamps to somebody who only counts the bytes.
 * @param {string} socketPath
 * @param {string} id
 * @returns {Promise<number>}
 */
function readRaw(socketPath, id) {
  return new Promise((resolve, reject) => {
    const started = performance.now()
    const path = `/containers/${id}/logs?stdout=1&stderr=1&timestamps=1`
    const request = http.request({ socketPath, path }, (reply) => {
      reply.on('error', reject).on('end', () => resolve(performance.now() - started))
      reply.resume()
    })
    request.on('error', reject)
    request.end()
  })
}
