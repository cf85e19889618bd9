// Knows the electron package's folder: which version is wanted, which runtime is really there, and how a
// prepared runtime is put in its place.
import { createPackage } from '@electron/asar'
import fs from 'node:fs'
import fsp from 'node:fs/promises'
import path from 'node:path'
import { root } from './paths.mjs'
import { copyTree, replaceFile, replaceFolder } from './stage.mjs'

/** Name of the program inside a dist folder. */
export const program =
  { darwin: 'Electron.app/Contents/MacOS/Electron', win32: 'electron.exe' }[
    /** @type {string} */ (process.platform)
  ] ?? 'electron'

const defaultApp = path.resolve(import.meta.dirname, '../default-app')

/**
 * The electron package below a project folder.
 * @param {string} [project]
 */
export function electronPackage(project = root) {
  const folder = path.join(project, 'node_modules', 'electron')
  return {
    folder,
    dist: path.join(folder, 'dist'),
    /** The version package.json asks for. */
    wanted: /** @type {string} */ (
      JSON.parse(fs.readFileSync(path.join(folder, 'package.json'), 'utf8')).version
    )
  }
}

/** @typedef {ReturnType<typeof electronPackage>} ElectronPackage */

/**
 * The version of the runtime in place, or null when there is none that can be started.
 * @param {ElectronPackage} pkg
 */
export function installedVersion(pkg) {
  try {
    const file = path.join(pkg.dist, fs.readFileSync(path.join(pkg.folder, 'path.txt'), 'utf8'))
    if (!fs.existsSync(file)) return null
    return fs.readFileSync(path.join(pkg.dist, 'version'), 'utf8').trim().replace(/^v/, '')
  } catch {
    return null
  }
}

/**
 * The program to start: the supplied runtime's, else the one in node_modules.
 * @param {string} [project]
 * @param {NodeJS.ProcessEnv} [env]
 */
export function electronProgram(project = root, env = process.env) {
  const supplied = env['ELECTRON_OVERRIDE_DIST_PATH']
  return path.join(supplied ?? path.join(project, 'node_modules', 'electron', 'dist'), program)
}

/**
 * Copies a prepared runtime into the package, with our default app, and tells the package where it is.
 * @param {ElectronPackage} pkg
 * @param {string} prepared
 */
export async function installDist(pkg, prepared) {
  await replaceFolder(pkg.dist, async (stage) => {
    await copyTree(prepared, stage)
    await fsp.mkdir(path.join(stage, 'resources'), { recursive: true })
    await createPackage(defaultApp, path.join(stage, 'resources', 'default_app.asar'))
  })
  await replaceFile(path.join(pkg.folder, 'path.txt'), program)
}
