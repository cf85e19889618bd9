// resources/engine/<platform>/manifest.json: what the bundle consists of, where each part came from, and the
// hash of every file. The app checks these hashes before it starts the engine.
import fs from 'node:fs'
import fsp from 'node:fs/promises'
import path from 'node:path'
import { sha256File } from './hash.mjs'
import { insideOf } from './paths.mjs'

/**
 * @typedef {object} ManifestFile
 * @property {string} path
 * @property {string} sha256
 * @property {number} bytes
 *
 * @typedef {object} ManifestComponent
 * @property {string} name
 * @property {string} version
 * @property {string} [package]
 * @property {string} [suite]
 * @property {string} [url]
 * @property {string} sha256
 * @property {ManifestFile[]} files
 *
 * @typedef {object} Manifest
 * @property {'upstream' | 'debian'} route
 * @property {string} key names the description (resources/engine.json) that this bundle was made from
 * @property {string} createdAt
 * @property {ManifestComponent[]} components
 */

/**
 * Describes what was fetched into a folder and writes its manifest.json.
 * @param {string} folder
 * @param {Manifest['route']} route
 * @param {string} key
 * @param {import('./route-debian.mjs').Fetched[]} fetched
 * @returns {Promise<Manifest>}
 */
export async function writeManifest(folder, route, key, fetched) {
  /** @type {ManifestComponent[]} */
  const components = []
  for (const { paths, ...about } of fetched) {
    const files = []
    for (const name of paths) {
      const file = insideOf(folder, name)
      files.push({ path: name, sha256: await sha256File(file), bytes: (await fsp.stat(file)).size })
    }
    components.push({ ...about, files })
  }
  /** @type {Manifest} */
  const manifest = { route, key, createdAt: new Date().toISOString(), components }
  await fsp.writeFile(path.join(folder, 'manifest.json'), `${JSON.stringify(manifest, null, 2)}\n`)
  return manifest
}

/**
 * The manifest in a folder, or null when there is none that can be read.
 * @param {string} folder
 * @returns {Manifest | null}
 */
export function readManifest(folder) {
  try {
    return JSON.parse(fs.readFileSync(path.join(folder, 'manifest.json'), 'utf8'))
  } catch {
    return null
  }
}

/**
 * Why a bundle is not what its manifest says and the description asks for; null when it is.
 * @param {string} folder
 * @param {string} key
 * @param {string[]} required
 */
export async function bundleProblem(folder, key, required) {
  const manifest = readManifest(folder)
  if (!manifest) return 'there is none'
  if (manifest.key !== key) return 'its description has changed'
  const files = manifest.components.flatMap((component) => component.files)
  const missing = required.find((name) => !files.some((file) => file.path === name))
  if (missing) return `${missing} is not part of it`
  for (const file of files) {
    const full = insideOf(folder, file.path)
    const info = await fsp.lstat(full).catch(() => null)
    if (!info?.isFile()) return `${file.path} is missing`
    if ((info.mode & 0o111) === 0) return `${file.path} cannot be executed`
    if (info.size !== file.bytes || (await sha256File(full)) !== file.sha256)
      return `${file.path} has been changed`
  }
  return null
}
