// Fills resources/engine/<platform>-<arch>/{bin,cli-plugins} with the Docker Engine and everything it needs, and
// builds the sample image. The first route is upstream's static builds, pinned by checksum; where they cannot be
// reached, the distribution's packages are unpacked. The result is kept in the user's cache for other clones.
// Switches: --force (fetch again). QUAYSIDE_ENGINE_ROUTE=upstream|debian allows one route only.
import fs from 'node:fs'
import fsp from 'node:fs/promises'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { PrivateApt } from './lib/apt-private.mjs'
import { bundleProblem, readManifest, writeManifest } from './lib/engine-manifest.mjs'
import { readSpec, requiredFiles, upstreamUnavailable } from './lib/engine-spec.mjs'
import { logger, megabytes, messageOf, since } from './lib/log.mjs'
import { cacheDir, platformArch, root } from './lib/paths.mjs'
import { fetchDebian } from './lib/route-debian.mjs'
import { fetchUpstream } from './lib/route-upstream.mjs'
import { which } from './lib/run.mjs'
import { copyTree, replaceFolder } from './lib/stage.mjs'
import { whyNotHere } from './lib/starts.mjs'

const log = logger('engine')

/**
 * @typedef {import('./lib/engine-spec.mjs').EngineSpec} EngineSpec
 * @typedef {import('./lib/route-debian.mjs').Fetched} Fetched
 */

/**
 * Runs the routes in order until one fills the stage.
 * @param {EngineSpec} spec
 * @param {string} stage
 * @param {string} work
 */
async function fetchAll(spec, stage, work) {
  const only = process.env['QUAYSIDE_ENGINE_ROUTE']
  const reasons = []
  if (only !== 'debian') {
    const reason = upstreamUnavailable(spec) ?? (await upstream(spec, stage, work))
    if (typeof reason !== 'string') return { route: /** @type {const} */ ('upstream'), fetched: reason }
    log.say(`upstream's builds are not available: ${reason}`)
    reasons.push(`upstream's builds: ${reason}`)
  }
  if (only !== 'upstream') {
    if (which('apt-get') && which('dpkg-deb'))
      return { route: /** @type {const} */ ('debian'), fetched: await debian(spec, stage, work) }
    reasons.push("the distribution's packages: this machine has no apt-get and dpkg-deb")
  }
  throw new Error(`The engine cannot be fetched.\n  ${reasons.join('\n  ')}`)
}

/**
 * The upstream route; a reason instead of files when a download cannot be had.
 * @param {EngineSpec} spec
 * @param {string} stage
 * @param {string} work
 */
async function upstream(spec, stage, work) {
  /** @type {Fetched[]} */
  const fetched = []
  const list = (spec.upstream[platformArch]?.components ?? []).filter((c) => c.sha256)
  try {
    for (const [i, component] of list.entries()) {
      const say = (/** @type {string} */ m) => log.say(`${i + 1} of ${list.length}: ${m}`)
      fetched.push(await fetchUpstream(component, { stage, work, checks: spec.checks, say }))
    }
    return fetched
  } catch (error) {
    for (const name of await fsp.readdir(stage))
      if (path.join(stage, name) !== work) await fsp.rm(path.join(stage, name), { recursive: true })
    return messageOf(error)
  }
}

/**
 * The route over the distribution's packages.
 * @param {EngineSpec} spec
 * @param {string} stage
 * @param {string} work
 */
async function debian(spec, stage, work) {
  log.say("reading the lists of the distribution's packages (30 MB) …")
  const apt = PrivateApt.forThisMachine(path.join(work, 'apt'), spec.debian.suites)
  await apt.update()
  /** @type {Fetched[]} */
  const fetched = []
  const list = spec.debian.components
  for (const [i, component] of list.entries()) {
    const say = (/** @type {string} */ m) =>
      log.say(m.startsWith(' ') ? m : `${i + 1} of ${list.length}: ${m}`)
    const one = await fetchDebian(apt, component, { stage, work, checks: spec.checks, say })
    if (one) fetched.push(one)
  }
  return fetched
}

/**
 * Says whether every program of a bundle starts on this machine; the reason when one does not.
 * @param {string} folder
 * @param {EngineSpec} spec
 */
async function startProblem(folder, spec) {
  for (const name of requiredFiles(spec)) {
    const args = spec.checks[name]
    const reason = args ? await whyNotHere(path.join(folder, name), args) : null
    if (reason) return `${name} does not start here (${reason})`
  }
  return null
}

/**
 * Makes sure that the cache holds a whole bundle for this machine, and says where.
 * @param {EngineSpec} spec
 * @param {string} key
 * @param {boolean} force
 */
async function cachedBundle(spec, key, force) {
  const target = path.join(cacheDir(), 'engine', key)
  const problem = force
    ? 'asked to fetch it again'
    : ((await bundleProblem(target, key, requiredFiles(spec))) ?? (await startProblem(target, spec)))
  if (problem === null) return target
  if (fs.existsSync(target)) log.say(`the cached bundle is not used: ${problem}`)
  await replaceFolder(target, async (stage) => {
    const work = path.join(stage, '.work')
    await fsp.mkdir(work)
    const { route, fetched } = await fetchAll(spec, stage, work)
    await fsp.rm(work, { recursive: true })
    await writeManifest(stage, route, key, fetched)
  })
  return target
}

/**
 * Makes resources/engine/<platform>-<arch> whole and right.
 * @param {{ force?: boolean }} [options]
 */
export async function ensureEngine({ force = false } = {}) {
  if (process.platform !== 'linux')
    return log.say(`the bundled engine runs on Linux only; nothing to do on ${platformArch}`)
  const { spec, key } = readSpec()
  const target = path.join(root, 'resources', 'engine', platformArch)
  const start = Date.now()
  if (force || (await bundleProblem(target, key, requiredFiles(spec))) !== null) {
    const cached = await cachedBundle(spec, key, force)
    await replaceFolder(target, (stage) => copyTree(cached, stage))
    const problem = await bundleProblem(target, key, requiredFiles(spec))
    if (problem) throw new Error(`The engine bundle is not usable after copying: ${problem}`)
  }
  const manifest = readManifest(target)
  const files = manifest?.components.flatMap((c) => c.files) ?? []
  const engine = manifest?.components.find((c) => c.files.some((f) => f.path === 'bin/dockerd'))
  const size = megabytes(files.reduce((sum, file) => sum + file.bytes, 0))
  log.say(
    `Docker Engine ${engine?.version} is in place (${manifest?.route} route, ${files.length} files, ${size}, ${since(start)})`
  )
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  try {
    await ensureEngine({ force: process.argv.includes('--force') })
  } catch (error) {
    log.warn(messageOf(error))
    process.exitCode = 1
  }
}
