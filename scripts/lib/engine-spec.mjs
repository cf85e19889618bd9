// Reads resources/engine.json, which says what the engine bundle consists of, and where each route takes it from.
import fs from 'node:fs'
import path from 'node:path'
import { sha256 } from './hash.mjs'
import { platformArch, root } from './paths.mjs'

/**
 * @typedef {Record<string, string[]>} FileMap path in the bundle -> where the source may have it, first hit counts
 *
 * @typedef {object} DebianComponent
 * @property {string} name
 * @property {boolean} [optional] the bundle is complete without it
 * @property {string[]} packages the names that distributions give it, the one to prefer first
 * @property {FileMap} files
 * @property {FileMap} [extras] files taken when they are there
 *
 * @typedef {object} UpstreamComponent
 * @property {string} name
 * @property {string} version
 * @property {string} url
 * @property {string | null} sha256 of the download; without it the route cannot be used
 * @property {'tgz' | 'file'} kind
 * @property {boolean} [optional]
 * @property {FileMap} files
 *
 * @typedef {object} UpstreamPlatform
 * @property {UpstreamComponent[]} components
 * @property {UpstreamComponent} [sample]
 *
 * @typedef {object} EngineSpec
 * @property {number} schema
 * @property {Record<string, string[]>} checks path in the bundle -> arguments with which it must start
 * @property {Record<string, UpstreamPlatform>} upstream
 * @property {{ suites: string[], components: DebianComponent[], sample: DebianComponent }} debian
 */

/** The bundle's description. */
export const specFile = path.join(root, 'resources', 'engine.json')

/**
 * Reads the description; `key` names its content for this platform.
 * @param {string} [file]
 * @returns {{ spec: EngineSpec, key: string }}
 */
export function readSpec(file = specFile) {
  const text = fs.readFileSync(file, 'utf8')
  const spec = /** @type {EngineSpec} */ (JSON.parse(text))
  if (spec.schema !== 1) throw new Error(`${file} has schema ${spec.schema}; these scripts understand 1.`)
  return { spec, key: sha256(`${platformArch}\n${JSON.stringify(spec)}`).slice(0, 16) }
}

/**
 * Every file that a complete bundle has.
 * @param {EngineSpec} spec
 */
export function requiredFiles(spec) {
  return spec.debian.components.filter((c) => c.optional !== true).flatMap((c) => Object.keys(c.files))
}

/**
 * Why the upstream route cannot be used on a platform, or null when it can: every download must be pinned.
 * @param {EngineSpec} spec
 * @param {string} [platform]
 */
export function upstreamUnavailable(spec, platform = platformArch) {
  const entry = spec.upstream[platform]
  if (!entry || entry.components.length === 0) return `no upstream downloads are listed for ${platform}`
  const unpinned = entry.components.filter(
    (c) => c.optional !== true && !/^[0-9a-f]{64}$/.test(c.sha256 ?? '')
  )
  if (unpinned.length > 0) return `no checksum is known for ${unpinned.map((c) => c.name).join(', ')}`
  const offered = new Set(entry.components.flatMap((c) => Object.keys(c.files)))
  const missing = requiredFiles(spec).filter((file) => !offered.has(file))
  return missing.length > 0 ? `nothing upstream provides ${missing.join(', ')}` : null
}
