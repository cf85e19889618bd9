// What is counted rather than timed: requests to the engine and messages to the page, for a launch, for a start and at rest.
// The same on every machine, so the results are comparable between any two of them.
import { mkdtemp, rm } from 'node:fs/promises'
import { setTimeout as wait } from 'node:timers/promises'
import { startApp } from './app.mjs'
import { startCountingProxy } from './counting-proxy.mjs'
import { changeRow, idleName, untilQuiet } from './session.mjs'

const IDLE_MS = 10_000
/** Late requests of one start (inspect, statistics) arrive well within this. */
const AFTERMATH_MS = 1500

/**
 * @param {import('./session.mjs').Bench} bench
 * @returns {Promise<Record<string, readonly string[]>>} the requests behind the counts, for results.json
 */
export async function countOnce(bench) {
  const folder = await mkdtemp('/tmp/qb-')
  const proxy = await startCountingProxy(bench.engine.socket, `${folder}/docker.sock`)
  try {
    const around = { display: bench.display, socket: proxy.socket, rows: bench.size }
    const app = await startApp('quayside', around, { countMessages: true })
    try {
      return await countInside(app, bench, proxy)
    } finally {
      await app.stop()
    }
  } finally {
    await proxy.stop()
    await rm(folder, { recursive: true, force: true })
  }
}

/**
 * The beginnings of the messages that came between two counts.
 * @param {{ messages: number, last: string[] }} after
 * @param {{ messages: number }} before
 */
function since({ messages, last }, before) {
  return messages === before.messages ? [] : last.slice(before.messages - messages)
}

/**
 * @param {import('./app.mjs').RunningApp} app
 * @param {import('./session.mjs').Bench} bench
 * @param {Awaited<ReturnType<typeof startCountingProxy>>} proxy
 */
async function countInside(app, bench, proxy) {
  const counts = () => app.evaluate('quaysideBench.counts()')
  await untilQuiet(app.pid)
  const launch = { requests: proxy.take(), ...(await counts()) }
  const name = await idleName(app)

  await changeRow(app, bench, name, 'start', 'Running')
  await wait(AFTERMATH_MS)
  const started = { requests: proxy.take(), ...(await counts()) }

  await changeRow(app, bench, name, 'stop', 'Exited')
  await untilQuiet(app.pid)
  proxy.take()
  await wait(IDLE_MS)
  const idle = proxy.take()

  await app.tell('hide')
  await untilQuiet(app.pid)
  const before = await counts()
  await bench.engine.call('POST', `/containers/${name}/start`)
  await wait(AFTERMATH_MS)
  const hidden = await counts()
  await bench.engine.call('POST', `/containers/${name}/stop?t=0`)

  bench.samples.add('quayside', bench.size, {
    'count.launchRequests': launch.requests.length,
    'count.launchBytes': launch.bytes,
    'count.startRequests': started.requests.length,
    'count.startMessages': started.messages - launch.messages,
    'count.startPatches': started.patches - launch.patches,
    'count.idleRequests': idle.length,
    'count.hiddenMessages': hidden.messages - before.messages
  })
  return {
    launch: launch.requests,
    start: started.requests,
    startMessages: since(started, launch),
    idle,
    hiddenMessages: since(hidden, before)
  }
}
