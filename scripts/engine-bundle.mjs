// Fills resources/engine/<platform>-<arch>/{bin,cli-plugins} with the Docker Engine and everything it needs, and
// builds the sample image. The first route is upstream's static builds, pinned by checksum; where they cannot be
// reached, the distribution's packages are unpacked. The result is kept in the user's cache for other clones.
// Switches: --force (fetch again). QUAYSIDE_ENGINE_ROUTE=upstream|debian allows one route only.
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { bundleProblem, readManifest } from './lib/engine-manifest.mjs'
import { engineWish, readSpec, sampleWish } from './lib/engine-spec.mjs'
import { logger, megabytes, messageOf, since } from './lib/log.mjs'
import { cachedParts } from './lib/part-cache.mjs'
import { platformArch, root } from './lib/paths.mjs'
import { writeSampleImage } from './lib/sample-image.mjs'
import { copyTree, replaceFolder } from './lib/stage.mjs'

const log = logger('engine')

/**
 * Makes resources/engine/<platform>-<arch> whole and right.
 * @param {{ force?: boolean }} [options]
 */
export async function ensureEngine({ force = false } = {}) {
  if (process.platform !== 'linux')
    return log.say(`the bundled engine runs on Linux only; nothing to do on ${platformArch}`)
  const start = Date.now()
  const { spec, key } = readSpec()
  const wish = engineWish(spec)
  const target = path.join(root, 'resources', 'engine', platformArch)
  if (force || (await bundleProblem(target, key, wish.required)) !== null) {
    const cached = await cachedParts('engine', key, wish, { log, force })
    await replaceFolder(target, (stage) => copyTree(cached, stage))
    const problem = await bundleProblem(target, key, wish.required)
    if (problem) throw new Error(`The engine bundle is not usable after copying: ${problem}.`)
  }
  const manifest = readManifest(target)
  const files = manifest?.components.flatMap((c) => c.files) ?? []
  const engine = manifest?.components.find((c) => c.files.some((f) => f.path === 'bin/dockerd'))
  const size = megabytes(files.reduce((sum, file) => sum + file.bytes, 0))
  log.say(
    `Docker Engine ${engine?.version} is in place (${manifest?.route}, ${files.length} files, ${size}, ${since(start)})`
  )
}

/**
 * Makes resources/sample/quayside-sample.tar from its sources.
 * @param {{ force?: boolean }} [options]
 */
export async function ensureSample({ force = false } = {}) {
  if (process.platform !== 'linux') return
  const start = Date.now()
  const { spec, sampleKey } = readSpec()
  const parts = await cachedParts('sample', sampleKey, sampleWish(spec), { log, force })
  const { file, bytes } = await writeSampleImage(path.join(parts, 'busybox'))
  log.say(`sample image ${path.relative(root, file)} is in place (${megabytes(bytes)}, ${since(start)})`)
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const force = process.argv.includes('--force')
  try {
    await ensureEngine({ force })
    await ensureSample({ force })
  } catch (error) {
    log.warn(messageOf(error))
    process.exitCode = 1
  }
}
