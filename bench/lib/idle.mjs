// What the apps do when nobody asks them anything: all alive at once and watched over the same seconds, first with their
// windows shown, then hidden. At rest they do not disturb one another, and what disturbs one disturbs all.
import { setTimeout as wait } from 'node:timers/promises'
import { APPS, startApp } from './app.mjs'
import { activity, between } from './processes.mjs'
import { untilQuiet } from './session.mjs'

const WINDOW_MS = 6000

/**
 * @param {import('./session.mjs').Bench} bench
 * @param {number} rounds
 */
export async function watchIdle(bench, rounds) {
  const around = { display: bench.display, socket: bench.engine.socket, rows: bench.size }
  /** @type {{ name: string, app: import('./app.mjs').RunningApp }[]} */
  const apps = []
  try {
    for (const name of /** @type {import('./app.mjs').AppName[]} */ (Object.keys(APPS))) {
      apps.push({ name, app: await startApp(name, around) })
    }
    await watch('shown')
    for (const { app } of apps) await app.tell('hide')
    await watch('hidden')
  } finally {
    for (const { app } of apps) await app.stop()
  }

  /** @param {string} state */
  async function watch(state) {
    for (const { app } of apps) await untilQuiet(app.pid)
    for (let round = 0; round < rounds; round++) {
      const before = apps.map(({ app }) => activity(app.pid))
      await wait(WINDOW_MS)
      for (const [index, { name, app }] of apps.entries()) {
        const start = before[index]
        if (start === undefined) continue
        const { cpuPercent, wakeUpsPerSecond } = between(start, activity(app.pid))
        bench.samples.add(name, bench.size, {
          [`idle.${state}Cpu`]: cpuPercent,
          [`idle.${state}WakeUps`]: wakeUpsPerSecond
        })
      }
    }
  }
}
