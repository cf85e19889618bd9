// Runs the chosen benchmarks at every size, judges them and writes the table and results.json. Only a fault of the harness
// itself is an error; a target that is missed, or an app that does not start, is a result.
import { writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { performance } from 'node:perf_hooks'
import { root } from '../scripts/lib/paths.mjs'
import { FIGURES, PARTS } from './figures.mjs'
import { APPS } from './lib/app.mjs'
import { measureBuilds } from './lib/builds.mjs'
import { countOnce } from './lib/counts.mjs'
import { startDisplay } from './lib/display.mjs'
import { startRealEngine, startScriptedEngine } from './lib/engine.mjs'
import { watchIdle } from './lib/idle.mjs'
import { measureImages } from './lib/images.mjs'
import { measureLogs } from './lib/logs.mjs'
import { judge, Samples } from './lib/samples.mjs'
import { session } from './lib/session.mjs'
import { RUNNING, watchStats } from './lib/stats.mjs'
import { tableText } from './lib/table.mjs'

/**
 * Ten times apart: what grows with the number of containers shows between them. Each has a share of the time, as the part of
 * the whole by which it ends; no round begins later, and what is there is judged.
 */
export const SIZES = [
  { size: 100, engine: 'real', until: 0.4 },
  { size: 1000, engine: 'real', until: 0.88 },
  { size: 5000, engine: 'scripted', until: 1, rounds: 2 }
]
const BUDGET_MS = 8.5 * 60_000
/** A life with a log of a million lines, or with images of a gigabyte, takes long, and its figures differ little. */
const LONG_ROUNDS = 2
/** The parts that are the same at every size, in one life each. */
const SIZELESS = ['logs', 'images', 'builds']

/**
 * @typedef {object} Options
 * @property {ReadonlySet<import('./figures.mjs').Part>} parts
 * @property {number} rounds
 * @property {typeof SIZES} sizes
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
  const counted = {}
  const display = await startDisplay()
  try {
    if (options.parts.has('stats')) await runStats(display.name, options, samples, faults)
    for (const kind of ['real', 'scripted']) {
      const sizes = sizesOf(options, kind)
      if (sizes.length === 0) continue
      const engine = await (kind === 'real'
        ? startRealEngine()
        : startScriptedEngine(Math.max(...sizes.map(({ size }) => size))))
      if (kind === 'real') options.versions['engine'] = engine.version
      try {
        for (const { size, until, rounds = options.rounds } of sizes) {
          options.say(`${size} containers of a ${kind} engine …`)
          await engine.grow(size)
          const bench = { display: display.name, engine, size, samples, attempt: attemptAt(faults, size) }
          const limits = { rounds: Math.min(rounds, options.rounds), deadline: started + until * BUDGET_MS }
          counted[size] = await atSize(bench, options, limits, faults)
        }
      } finally {
        await engine.stop()
      }
    }
  } finally {
    await display.stop()
  }
  const sizes = [RUNNING, ...options.sizes.map(({ size }) => size)]
  const rows = judge(FIGURES, sizes, samples)
  const seconds = Math.round((performance.now() - started) / 1000)
  await writeResults({ rows, faults, counted, samples: samples.all(), seconds }, options)
  return { text: tableText(rows), faults, seconds }
}

/**
 * The sizes at which a kind of engine is to be measured: logs, images and builds are the same at all of them, and figures have an engine of their
 * own.
 * @param {Options} options
 * @param {string} kind
 */
function sizesOf({ parts, sizes }, kind) {
  const others = [...parts].filter((part) => part !== 'stats')
  if (others.length === 0) return []
  const wanted = others.every((part) => SIZELESS.includes(part)) ? sizes.slice(0, 1) : sizes
  return wanted.filter(({ engine }) => engine === kind)
}

/**
 * On an engine of its own, whose containers run. Two rounds are enough for shares of a core over seconds.
 * @param {string} display
 * @param {Options} options
 * @param {Samples} samples
 * @param {string[]} faults
 */
async function runStats(display, { rounds, say, versions }, samples, faults) {
  say(`${RUNNING} running containers …`)
  const engine = await startRealEngine()
  versions['engine'] = engine.version
  try {
    await engine.grow(RUNNING)
    const attempt = attemptAt(faults, RUNNING)
    const bench = { display, engine, size: RUNNING, samples, attempt }
    await attempt('figures', () => watchStats(bench, Math.min(rounds, 2)))
  } finally {
    await engine.stop()
  }
}

/**
 * @param {import('./lib/session.mjs').Bench} bench
 * @param {Options} options
 * @param {{ rounds: number, deadline: number }} limits
 * @param {string[]} faults
 */
async function atSize(bench, { parts, sizes, say, signal }, { rounds, deadline }, faults) {
  const step = (/** @type {string} */ what, /** @type {() => Promise<unknown>} */ measure) => {
    signal.throwIfAborted()
    say(`${bench.size} containers: ${what}`)
    return bench.attempt(what, measure)
  }
  const largest = sizes.filter(({ engine }) => engine === 'real').at(-1)?.size
  const counted = parts.has('count') ? await step('counting', () => countOnce(bench)) : undefined
  if (parts.has('idle') && bench.size === largest) await step('at rest', () => watchIdle(bench, rounds))
  if (parts.has('logs') && bench.size === sizes[0]?.size) {
    await step('logs', () => measureLogs(bench, Math.min(rounds, LONG_ROUNDS)))
  }
  if (parts.has('images') && bench.size === sizes[0]?.size) {
    await step('images', () => measureImages(bench, Math.min(rounds, LONG_ROUNDS)))
  }
  if (parts.has('builds') && bench.size === sizes[0]?.size) {
    await step('builds', () => measureBuilds(bench, rounds))
  }
  const lives = PARTS.filter(
    (part) => parts.has(part) && !['count', 'idle', 'stats', ...SIZELESS].includes(part)
  )
  const names = /** @type {import('./lib/app.mjs').AppName[]} */ (Object.keys(APPS))
  for (let round = 1; round <= rounds && lives.length > 0; round++) {
    if (performance.now() > deadline) {
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
