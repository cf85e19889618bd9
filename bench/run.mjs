// Runs the chosen benchmarks at every size, judges them and writes the table and results.json. Only a fault of the harness
// itself is an error; a target that is missed, or an app that does not start, is a result.
import { writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { performance } from 'node:perf_hooks'
import { root } from '../scripts/lib/paths.mjs'
import { FIGURES, PARTS } from './figures.mjs'
import { APPS } from './lib/app.mjs'
import { countOnce } from './lib/counts.mjs'
import { startDisplay } from './lib/display.mjs'
import { startBenchEngine } from './lib/engine.mjs'
import { watchIdle } from './lib/idle.mjs'
import { judge, Samples } from './lib/samples.mjs'
import { session } from './lib/session.mjs'
import { tableText } from './lib/table.mjs'

/** Ten times apart: what grows with the number of containers shows between them. */
export const SIZES = [100, 1000]
/** After this no further round begins; what is there is judged. */
const BUDGET_MS = 9 * 60_000

/**
 * @typedef {object} Options
 * @property {ReadonlySet<import('./figures.mjs').Part>} parts
 * @property {number} rounds
 * @property {readonly number[]} sizes
 * @property {Record<string, string>} versions
 * @property {(line: string) => void} say
 * @property {AbortSignal} signal
 */

/** @param {Options} options */
export async function runBenchmarks(options) {
  const started = performance.now()
  const samples = new Samples()
  /** @type {string[]} */
  const faults = []
  /** @type {Record<string, unknown>} */
  const requests = {}
  const display = await startDisplay()
  try {
    const engine = await startBenchEngine()
    try {
      for (const size of options.sizes) {
        options.say(`creating containers until there are ${size} …`)
        await engine.grow(size)
        const bench = { display: display.name, engine, size, samples, attempt: attemptAt(faults, size) }
        requests[size] = await atSize(bench, options, faults, started)
      }
    } finally {
      await engine.stop()
    }
    options.versions['engine'] = engine.version
  } finally {
    await display.stop()
  }
  const rows = judge(FIGURES, options.sizes, samples)
  const seconds = Math.round((performance.now() - started) / 1000)
  await writeResults({ rows, faults, requests, samples: samples.all(), seconds }, options)
  return { text: tableText(rows), faults, seconds }
}

/**
 * @param {import('./lib/session.mjs').Bench} bench
 * @param {Options} options
 * @param {string[]} faults
 * @param {number} started
 */
async function atSize(bench, options, faults, started) {
  const { parts, rounds, say, signal } = options
  const step = (/** @type {string} */ what, /** @type {() => Promise<unknown>} */ measure) => {
    signal.throwIfAborted()
    say(`${bench.size} containers: ${what}`)
    return bench.attempt(what, measure)
  }
  const counted = parts.has('count') ? await step('counting', () => countOnce(bench)) : undefined
  if (parts.has('idle') && bench.size === Math.max(...options.sizes)) {
    await step('at rest', () => watchIdle(bench, rounds))
  }
  const lives = PARTS.filter((part) => parts.has(part) && part !== 'count' && part !== 'idle')
  const names = /** @type {import('./lib/app.mjs').AppName[]} */ (Object.keys(APPS))
  for (let round = 1; round <= rounds && lives.length > 0; round++) {
    if (performance.now() - started > BUDGET_MS) {
      faults.push(`${bench.size} containers: no time for round ${round} and later`)
      break
    }
    for (const name of names) {
      if (name === 'floor' && !parts.has('startup')) continue
      await step(`${name}, round ${round} of ${rounds}`, () => session(name, bench, parts))
    }
  }
  return counted
}

/**
 * @param {string[]} faults
 * @param {number} size
 * @returns {import('./lib/session.mjs').Bench['attempt']}
 */
function attemptAt(faults, size) {
  return async (what, measure) => {
    try {
      return await measure()
    } catch (error) {
      faults.push(`${size} containers, ${what}: ${error instanceof Error ? error.message : String(error)}`)
      return undefined
    }
  }
}

/**
 * @param {object} results
 * @param {Options} options
 */
async function writeResults(results, { versions, rounds }) {
  const machine = { cores: os.cpus().length, platform: process.platform, arch: process.arch }
  const all = { date: new Date().toISOString(), versions, machine, rounds, ...results }
  await writeFile(path.join(root, 'bench/results.json'), `${JSON.stringify(all, null, 2)}\n`)
}
