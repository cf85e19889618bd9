// What the figures of running containers cost: in the app that shows them, and in the engine that has to make them; held
// against the docker CLI, which streams the same. The list first, then a page that shows none of them, then no window.
import { spawn } from 'node:child_process'
import path from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { root } from '../../scripts/lib/paths.mjs'
import { startApp } from './app.mjs'
import { activity, activityOf, between } from './processes.mjs'
import { untilQuiet } from './session.mjs'

/** Containers that run, as many as fit on a screen. */
export const RUNNING = 30
const WINDOW_MS = 12_000
/** As long as the app takes from one round of readings of this many containers to the next (docs/decisions/0420). */
const REST_MS = RUNNING * 1000
const HIDDEN_MS = RUNNING * 4000
/** Streams take a moment to open, and the first reading of a container is a whole interval away. */
const SETTLE_MS = 12_000
const docker = path.join(root, `resources/engine/${process.platform}-${process.arch}/bin/docker`)

/**
 * @param {import('./session.mjs').Bench} bench
 * @param {number} rounds
 */
export async function watchStats(bench, rounds) {
  const { engine, samples } = bench
  for (let index = 0; index < RUNNING; index++) {
    const reply = await engine.call('POST', `/containers/${engine.nameOf(index)}/start`)
    if (reply.status !== 204) throw new Error(`Could not start a container: ${reply.body}`)
  }
  await wait(2000)
  const add = (/** @type {string} */ who, /** @type {Record<string, number>} */ measured) =>
    samples.add(who, RUNNING, measured)
  const engineAlone = (await use(engine, [], WINDOW_MS)).engine
  for (let round = 0; round < rounds; round++) {
    const cli = await besideCli(engine)
    add('docker stats', { 'stats.listCpu': cli.app, 'stats.listEngineCpu': cli.engine - engineAlone })
  }
  const around = { display: bench.display, socket: engine.socket, rows: RUNNING }
  const floor = await startApp('floor', around)
  const app = await startApp('quayside', around)
  try {
    for (const { state, windowMs, times, before } of [
      { state: 'list', windowMs: WINDOW_MS, times: rounds, before: () => Promise.resolve() },
      {
        state: 'rest',
        windowMs: REST_MS,
        times: 1,
        before: () => app.evaluate("location.hash = '#/settings'")
      },
      {
        state: 'hidden',
        windowMs: HIDDEN_MS,
        times: 1,
        before: () => Promise.all([app.tell('hide'), floor.tell('hide')])
      }
    ]) {
      await before()
      await wait(SETTLE_MS)
      await untilQuiet(floor.pid)
      for (let round = 0; round < times; round++) {
        const used = await use(engine, [app.pid, floor.pid], windowMs)
        add('quayside', {
          [`stats.${state}Cpu`]: used.apps[0] ?? 0,
          [`stats.${state}EngineCpu`]: used.engine - engineAlone
        })
        if (state !== 'list') add('floor', { [`stats.${state}Cpu`]: used.apps[1] ?? 0 })
      }
    }
  } finally {
    await app.stop()
    await floor.stop()
  }
}

/** @param {import('./engine.mjs').BenchEngine} engine */
async function besideCli(engine) {
  const child = spawn(docker, ['-H', `unix://${engine.socket}`, 'stats', '--format', 'json'], {
    stdio: ['ignore', 'ignore', 'inherit']
  })
  try {
    await wait(SETTLE_MS / 4)
    const { apps, engine: engineCpu } = await use(engine, [child.pid ?? -1], WINDOW_MS)
    return { app: apps[0] ?? 0, engine: engineCpu }
  } finally {
    child.kill('SIGKILL')
    await new Promise((done) => child.once('exit', done))
  }
}

/**
 * CPU of process trees and of the engine over the same time, in percent of one core.
 * @param {import('./engine.mjs').BenchEngine} engine
 * @param {readonly number[]} pids
 * @param {number} windowMs
 */
async function use(engine, pids, windowMs) {
  const measure = () => ({ engine: activityOf(engine.pids()), apps: pids.map(activity) })
  const before = measure()
  await wait(windowMs)
  const after = measure()
  return {
    engine: between(before.engine, after.engine).cpuPercent,
    apps: after.apps.map((one, index) => between(before.apps[index] ?? one, one).cpuPercent)
  }
}
