// The two ways to the same programs: upstream's static builds first, then the distribution's packages.
import fs from 'node:fs'
import fsp from 'node:fs/promises'
import path from 'node:path'
import { PrivateApt } from './apt-private.mjs'
import { messageOf } from './log.mjs'
import { cacheDir } from './paths.mjs'
import { fetchDebian } from './route-debian.mjs'
import { fetchUpstream } from './route-upstream.mjs'
import { which } from './run.mjs'

/**
 * @typedef {import('./route-debian.mjs').Fetched} Fetched
 *
 * @typedef {object} Wish
 * @property {import('./engine-spec.mjs').UpstreamComponent[]} upstream
 * @property {string | null} upstreamUnavailable why the first route cannot be used
 * @property {import('./engine-spec.mjs').DebianComponent[]} debian
 * @property {string[]} suites
 * @property {Record<string, string[]>} checks
 *
 * @typedef {object} Place
 * @property {string} stage where the files go
 * @property {string} work a folder for the meantime, inside or outside the stage
 * @property {import('./log.mjs').Logger} log
 */

/**
 * Runs the routes in order until one fills the stage.
 * @param {Wish} wish
 * @param {Place} place
 * @param {string} [only] allow one route: QUAYSIDE_ENGINE_ROUTE
 * @returns {Promise<{ route: 'upstream' | 'debian', fetched: Fetched[] }>}
 */
export async function fetchByRoutes(wish, place, only = process.env['QUAYSIDE_ENGINE_ROUTE']) {
  if (only && only !== 'upstream' && only !== 'debian')
    throw new Error(`QUAYSIDE_ENGINE_ROUTE is "${only}"; it may be upstream or debian.`)
  const reasons = []
  if (only !== 'debian') {
    const result = wish.upstreamUnavailable ?? (await upstream(wish, place))
    if (typeof result !== 'string') return { route: 'upstream', fetched: result }
    place.log.say(`upstream's builds cannot be used here: ${result}`)
    reasons.push(`upstream's builds: ${result}`)
  }
  if (only !== 'upstream') {
    if (which('apt-get') && which('dpkg-deb')) return { route: 'debian', fetched: await debian(wish, place) }
    reasons.push("the distribution's packages: this machine has no apt-get and dpkg-deb")
  }
  throw new Error(`The engine's programs cannot be fetched:\n  ${reasons.join('\n  ')}`)
}

/**
 * The files of upstream's builds, or the reason why they cannot be had.
 * @param {Wish} wish
 * @param {Place} place
 */
async function upstream(wish, { stage, work, log }) {
  /** @type {Fetched[]} */
  const fetched = []
  for (const [i, component] of wish.upstream.entries()) {
    const say = (/** @type {string} */ message) => log.say(`${i + 1} of ${wish.upstream.length}: ${message}`)
    try {
      fetched.push(await fetchUpstream(component, { stage, work, checks: wish.checks, say }))
    } catch (error) {
      for (const name of Object.keys(component.files)) await fsp.rm(path.join(stage, name), { force: true })
      if (component.optional) say(`${component.name}: left out (${messageOf(error)})`)
      else {
        for (const name of fetched.flatMap((one) => one.paths))
          await fsp.rm(path.join(stage, name), { force: true })
        return messageOf(error)
      }
    }
  }
  return fetched
}

/** apt with its lists read, once for the engine and the sample. @type {Promise<PrivateApt> | undefined} */
let apt

/**
 * Reads the package lists into a folder that goes when this process ends.
 * @param {string[]} suites
 * @param {import('./log.mjs').Logger} log
 */
async function readyApt(suites, log) {
  log.say("reading the lists of the distribution's packages (30 MB) …")
  await fsp.mkdir(cacheDir(), { recursive: true })
  const folder = await fsp.mkdtemp(path.join(cacheDir(), 'apt-'))
  process.once('exit', () => fs.rmSync(folder, { recursive: true, force: true }))
  const ready = PrivateApt.forThisMachine(folder, suites)
  await ready.update()
  return ready
}

/**
 * The files of the distribution's packages.
 * @param {Wish} wish
 * @param {Place} place
 */
async function debian(wish, { stage, work, log }) {
  apt ??= readyApt(wish.suites, log)
  const ready = await apt
  /** @type {Fetched[]} */
  const fetched = []
  for (const [i, component] of wish.debian.entries()) {
    const number = `${i + 1} of ${wish.debian.length}: `
    const say = (/** @type {string} */ message) =>
      log.say(message.startsWith(' ') ? message : number + message)
    const one = await fetchDebian(ready, component, { stage, work, checks: wish.checks, say })
    if (one) fetched.push(one)
  }
  return fetched
}
