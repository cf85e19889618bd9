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

/** Names some content for this platform. @param {unknown} content */
const keyOf = (content) => sha256(`${platformArch}\n${JSON.stringify(content)}`).slice(0, 16)

/**
 * Reads the description; the keys name its content for this platform.
 * @param {string} [file]
 * @returns {{ spec: EngineSpec, key: string, sampleKey: string }}
 */
export function readSpec(file = specFile) {
  const spec = /** @type {EngineSpec} */ (JSON.parse(fs.readFileSync(file, 'utf8')))
  if (spec.schema !== 1) throw new Error(`${file} has schema ${spec.schema}; these scripts understand 1.`)
  const here = spec.upstream[platformArch]
  return {
    spec,
    key: keyOf([here?.components, spec.debian.suites, spec.debian.components, spec.checks]),
    sampleKey: keyOf([here?.sample, spec.debian.suites, spec.debian.sample])
  }
}

/**
 * Every file that a component list must provide.
 * @param {DebianComponent[]} components
 */
const requiredOf = (components) =>
  components.filter((c) => c.optional !== true).flatMap((c) => Object.keys(c.files))

/**
 * Why upstream's downloads cannot be used, or null when they can: each must be pinned, and together they must
 * provide every required file.
 * @param {UpstreamComponent[]} components
 * @param {string[]} required
 */
export function upstreamUnavailable(components, required) {
  if (components.length === 0) return `no downloads are listed for ${platformArch}`
  const unpinned = components.filter((c) => !/^[0-9a-f]{64}$/.test(c.sha256 ?? ''))
  if (unpinned.length > 0) return `no checksum is known for ${unpinned.map((c) => c.name).join(', ')}`
  const offered = new Set(components.flatMap((c) => Object.keys(c.files)))
  const missing = required.filter((file) => !offered.has(file))
  return missing.length > 0 ? `they do not provide ${missing.join(', ')}` : null
}

/**
 * What to fetch for one component list.
 * @param {EngineSpec} spec
 * @param {UpstreamComponent[]} upstream
 * @param {DebianComponent[]} debian
 */
function wish(spec, upstream, debian) {
  const required = requiredOf(debian)
  const unavailable = upstreamUnavailable(upstream, required)
  return {
    upstream,
    upstreamUnavailable: unavailable,
    debian,
    suites: spec.debian.suites,
    checks: spec.checks,
    required
  }
}

/**
 * What the engine bundle needs on a platform.
 * @param {EngineSpec} spec
 * @param {string} [platform]
 */
export const engineWish = (spec, platform = platformArch) =>
  wish(spec, spec.upstream[platform]?.components ?? [], spec.debian.components)

/**
 * What the sample image needs on a platform.
 * @param {EngineSpec} spec
 * @param {string} [platform]
 */
export function sampleWish(spec, platform = platformArch) {
  const upstream = spec.upstream[platform]?.sample
  return wish(spec, upstream ? [upstream] : [], [spec.debian.sample])
}
