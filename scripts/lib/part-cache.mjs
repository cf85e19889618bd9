// Fetched programs, kept in the user's cache under the name of the description that they were fetched for. A
// clone copies from here, without the network; what is not whole, not right or does not start is fetched anew.
import fs from 'node:fs'
import fsp from 'node:fs/promises'
import path from 'node:path'
import { bundleProblem, writeManifest } from './engine-manifest.mjs'
import { cacheDir } from './paths.mjs'
import { fetchByRoutes } from './routes.mjs'
import { replaceFolder } from './stage.mjs'
import { whyNotHere } from './starts.mjs'

/**
 * Why one of the required programs does not start on this machine, or null.
 * @param {string} folder
 * @param {string[]} required
 * @param {Record<string, string[]>} checks
 */
export async function startProblem(folder, required, checks) {
  for (const name of required) {
    const args = checks[name]
    const reason = args ? await whyNotHere(path.join(folder, name), args) : null
    if (reason) return `${name} does not start here (${reason})`
  }
  return null
}

/**
 * The folder in the cache that holds the wished files and their manifest.
 * @param {string} name folder in the cache
 * @param {string} key names the description
 * @param {import('./routes.mjs').Wish & { required: string[] }} wish
 * @param {{ log: import('./log.mjs').Logger, force?: boolean }} options
 */
export async function cachedParts(name, key, wish, { log, force = false }) {
  const target = path.join(cacheDir(), name, key)
  if (!force) {
    const problem =
      (await bundleProblem(target, key, wish.required)) ??
      (await startProblem(target, wish.required, wish.checks))
    if (problem === null) return target
    if (fs.existsSync(target)) log.say(`what the cache holds is not used: ${problem}`)
  }
  await replaceFolder(target, async (stage) => {
    const work = path.join(stage, '.work')
    await fsp.mkdir(work)
    const { route, fetched } = await fetchByRoutes(wish, { stage, work, log })
    await fsp.rm(work, { recursive: true })
    await writeManifest(stage, route, key, fetched)
  })
  return target
}
