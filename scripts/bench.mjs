// `npm run bench [-- names…] [--rounds n]`: measures Quayside against its limits (bench/README.md), prints one table and
// writes bench/results.json. It never fails a build: a missed target or a machine that cannot measure is told, exit 0.
import { createRequire } from 'node:module'
import os from 'node:os'
import path from 'node:path'
import fs from 'node:fs'
import { PARTS, USUAL_PARTS } from '../bench/figures.mjs'
import { runBenchmarks, SIZES } from '../bench/run.mjs'
import { ensureElectron } from './electron-runtime.mjs'
import { root } from './lib/paths.mjs'
import { runOrThrow } from './lib/run.mjs'

const say = (/** @type {string} */ line) => console.error(`bench: ${line}`)

/** @param {readonly string[]} args */
function optionsOf(args) {
  let rounds = 5
  /** @type {Set<(typeof PARTS)[number]>} */
  const parts = new Set()
  for (let i = 0; i < args.length; i++) {
    const part = PARTS.find((name) => name === args[i])
    if (args[i] === '--rounds') rounds = Math.max(1, Number(args[++i]) || 1)
    else if (part !== undefined) parts.add(part)
    else throw new Error(`There is no benchmark "${args[i]}"; the names are ${PARTS.join(', ')}.`)
  }
  return { rounds, parts: parts.size > 0 ? parts : new Set(USUAL_PARTS) }
}

/** Why nothing can be measured here, or null. */
function obstacle() {
  if (process.platform !== 'linux') return 'The figures are read from /proc, which only Linux has.'
  if (process.getuid?.() !== 0) return 'The engine of the benchmarks needs root, as the integration tests do.'
  return null
}

/** Builds the app when its source is newer than what is built. */
async function buildIfStale() {
  const built = path.join(root, 'out/main/index.js')
  const builtAt = fs.existsSync(built) ? fs.statSync(built).mtimeMs : 0
  const source = fs.readdirSync(path.join(root, 'src'), { recursive: true, withFileTypes: true })
  const newest = Math.max(
    ...source
      .filter((entry) => entry.isFile())
      .map((entry) => fs.statSync(path.join(entry.parentPath, entry.name)).mtimeMs)
  )
  if (builtAt > newest) return
  say('building the app …')
  const require = createRequire(import.meta.url)
  const builder = path.join(
    path.dirname(require.resolve('electron-vite/package.json')),
    'bin/electron-vite.js'
  )
  await runOrThrow(process.execPath, [builder, 'build'], { cwd: root })
}

async function versions() {
  const require = createRequire(import.meta.url)
  const electron = await runOrThrow(require('electron'), ['--version'], {
    env: { ...process.env, ELECTRON_RUN_AS_NODE: '1' }
  })
  return {
    quayside: require(path.join(root, 'package.json')).version,
    node: process.version,
    electronNode: electron.stdout.trim(),
    kernel: os.release()
  }
}

/** @param {readonly string[]} args */
async function main(args) {
  const options = optionsOf(args)
  const why = obstacle()
  if (why !== null) return say(`nothing was measured. ${why}`)
  await ensureElectron()
  await buildIfStale()
  const stop = new AbortController()
  for (const name of /** @type {const} */ (['SIGINT', 'SIGTERM'])) {
    process.once(name, () => {
      say('stopping after what is under way …')
      stop.abort(new Error(`Ended by ${name}`))
    })
  }
  const surroundings = { sizes: SIZES, versions: await versions(), say, signal: stop.signal }
  const { text, faults, seconds } = await runBenchmarks({ ...options, ...surroundings })
  console.log(text)
  for (const fault of faults) console.log(`\nNot measured: ${fault}`)
  console.log(
    `\n${seconds} s, ${options.rounds} rounds, load ${os
      .loadavg()
      .map((n) => n.toFixed(1))
      .join(' ')}`
  )
}

try {
  await main(process.argv.slice(2))
} catch (error) {
  say(error instanceof Error ? error.message : String(error))
}
