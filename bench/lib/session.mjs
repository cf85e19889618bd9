// One life of one app: started, looked at, used, ended. Everything that can be measured in the same life is, so that a
// round is short and the three apps really take turns.
import { performance } from 'node:perf_hooks'
import { setTimeout as wait } from 'node:timers/promises'
import { startApp } from './app.mjs'
import { activity, between, memoryBytes } from './processes.mjs'
import { median } from './statistics.mjs'

const SCROLL_PX = 96
const SCROLL_FRAMES = 120
export const LONG_FRAME_MS = 50
const STARTS = 2
/** What an app still does after the row is right (statistics, redraws) counts for it too. */
const AFTERMATH_MS = 500

/**
 * @typedef {import('./app.mjs').RunningApp} RunningApp
 * @typedef {import('../figures.mjs').Part} Part
 * @typedef {object} Bench
 * @property {string} display
 * @property {import('./engine.mjs').BenchEngine} engine
 * @property {number} size
 * @property {import('./samples.mjs').Samples} samples
 * @property {(what: string, measure: () => Promise<unknown>) => Promise<unknown>} attempt notes a failure and goes on
 */

/**
 * Waits until an app has done what it does after its start, at most five seconds.
 * @param {number} pid
 */
export async function untilQuiet(pid) {
  const deadline = performance.now() + 5000
  let before = activity(pid)
  for (let quiet = 0; quiet < 3 && performance.now() < deadline;) {
    await wait(200)
    const now = activity(pid)
    quiet = between(before, now).cpuPercent < 5 ? quiet + 1 : 0
    before = now
  }
}

/**
 * Runs one app once and adds what it measured.
 * @param {import('./app.mjs').AppName} name
 * @param {Bench} bench
 * @param {ReadonlySet<Part>} parts
 */
export async function session(name, bench, parts) {
  const around = { display: bench.display, socket: bench.engine.socket, rows: bench.size }
  const app = await startApp(name, around)
  const add = (/** @type {Record<string, number>} */ measured) =>
    bench.samples.add(name, bench.size, measured)
  try {
    if (parts.has('startup')) {
      add({
        'startup.usable': app.startMs,
        'startup.cpu': app.startCpuSeconds,
        'startup.longestTask': app.startLongestTaskMs
      })
    }
    await untilQuiet(app.pid)
    if (parts.has('startup')) add({ 'startup.memory': memoryBytes(app.pid) / 1e6 })
    const attempt = (
      /** @type {string} */ what,
      /** @type {() => Promise<Record<string, number>>} */ measure
    ) => bench.attempt(`${name}, ${what}`, async () => add(await measure()))
    if (name !== 'floor' && parts.has('list')) {
      await attempt('nodes', () => countNodes(app))
      await attempt('search', () => search(app, bench))
      await attempt('scrolling', () => scroll(app))
    }
    if (name === 'quayside' && parts.has('list')) await attempt('coming back', () => revisit(app, bench))
    if (name !== 'floor' && parts.has('row')) await attempt('starting', () => startRows(app, bench))
  } finally {
    await app.stop()
  }
}

/** @param {RunningApp} app */
async function countNodes(app) {
  return { 'list.nodes': (await app.evaluate('quaysideBench.nodes()')).list }
}

/**
 * @param {RunningApp} app
 * @param {Bench} bench
 */
async function search(app, { engine, size }) {
  const wanted = engine.nameOf(Math.floor(size * 0.77))
  const typed = await app.evaluate(`quaysideBench.search(${JSON.stringify(wanted)})`)
  const cleared = await app.evaluate(`quaysideBench.search('')`)
  return { 'list.search': typed, 'list.clear': cleared }
}

/** @param {RunningApp} app */
async function scroll(app) {
  /** @type {number[]} */
  const frames = await app.evaluate(`quaysideBench.scroll(${SCROLL_PX}, ${SCROLL_FRAMES})`)
  return { 'list.longFrames': (100 * frames.filter((ms) => ms > LONG_FRAME_MS).length) / frames.length }
}

/**
 * Leaves the list and comes back, in turn with the raw call that no list can be faster than when it has to ask.
 * @param {RunningApp} app
 * @param {Bench} bench
 */
async function revisit(app, { engine, samples, size }) {
  const visits = []
  const calls = []
  for (let i = 0; i < 3; i++) {
    calls.push((await engine.call('GET', '/containers/json?all=1')).tookMs)
    await app.evaluate(`quaysideBench.visit('Images')`)
    visits.push(await app.evaluate(`quaysideBench.visit('Containers')`))
  }
  samples.add('raw API', size, { 'list.visit': median(calls) })
  return { 'list.visit': median(visits) }
}

/**
 * Starts a container behind the app's back, waits for its row, and puts it back.
 * @param {RunningApp} app
 * @param {Bench} bench
 */
async function startRows(app, bench) {
  const running = []
  const cpu = []
  for (let i = 0; i < STARTS; i++) {
    const name = await idleName(app)
    await untilQuiet(app.pid)
    const before = activity(app.pid)
    running.push(await changeRow(app, bench, name, 'start', 'Running'))
    await wait(AFTERMATH_MS)
    cpu.push(between(before, activity(app.pid)).cpuSeconds)
    await changeRow(app, bench, name, 'stop', 'Exited')
  }
  return { 'row.running': median(running), 'row.cpu': median(cpu) }
}

/**
 * A container in view that can be started; not the first ones, whose place a sort by state could change.
 * @param {RunningApp} app
 * @returns {Promise<string>}
 */
export async function idleName(app) {
  /** @type {string[]} */
  const names = await app.evaluate('quaysideBench.idleNames()')
  const name = names[Math.min(3, names.length - 1)]
  if (name === undefined) throw new Error('No container that could be started is in view')
  return name
}

/**
 * One verb by the raw API; milliseconds from the engine's answer until the row says the word.
 * @param {RunningApp} app
 * @param {Bench} bench
 * @param {string} name
 * @param {'start' | 'stop'} verb
 * @param {string} word
 * @returns {Promise<number>}
 */
export async function changeRow(app, bench, name, verb, word) {
  await app.evaluate(`quaysideBench.watchRow(${JSON.stringify(name)}, ${JSON.stringify(word)})`)
  const reply = await bench.engine.call('POST', `/containers/${name}/${verb}${verb === 'stop' ? '?t=0' : ''}`)
  if (reply.status !== 204) throw new Error(`Could not ${verb} ${name}: ${reply.body}`)
  return (await app.evaluate('quaysideBench.watched()')) - reply.headersAtMs
}
