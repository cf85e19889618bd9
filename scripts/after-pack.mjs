// Runs after electron-builder has put the app together: removes what it leaves of the copied runtime, checks that the
// engine is whole, and says (or, for a release, refuses) when the runtime is not the one that package.json wants.
import fsp from 'node:fs/promises'
import path from 'node:path'
import { electronPackage, installedVersion } from './lib/electron-dist.mjs'
import { bundleProblem } from './lib/engine-manifest.mjs'
import { engineWish, readSpec } from './lib/engine-spec.mjs'
import { logger } from './lib/log.mjs'

const log = logger('pack')

/**
 * electron-builder's hook.
 * @param {{ appOutDir: string, electronPlatformName: string }} context
 */
export default async function afterPack({ appOutDir, electronPlatformName }) {
  const resources = path.join(appOutDir, 'resources')
  // Only a runtime that starts unpackaged apps has a use for these two.
  await fsp.rm(path.join(resources, 'default_app.asar'), { force: true })
  await fsp.rm(path.join(appOutDir, 'version'), { force: true })

  if (electronPlatformName === 'linux') {
    const { spec, key } = readSpec()
    const problem = await bundleProblem(path.join(resources, 'engine'), key, engineWish(spec).required)
    if (problem)
      throw new Error(`The packaged engine is not complete: ${problem}. Run npm run setup and pack again.`)
  }

  const pkg = electronPackage()
  const version = installedVersion(pkg)
  if (version === pkg.wanted) return
  const message = `this package runs on Electron ${version}, not on ${pkg.wanted}: it is for trying out only`
  if (process.env['QUAYSIDE_RELEASE']) throw new Error(`Not a release: ${message}.`)
  log.warn(`NOTICE: ${message}`)
}
