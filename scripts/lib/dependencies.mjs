// Installs the npm packages of package-lock.json, and only when what is installed differs from it.
import fs from 'node:fs'
import path from 'node:path'
import { since } from './log.mjs'
import { root } from './paths.mjs'
import { runOrThrow } from './run.mjs'

/**
 * @typedef {{ version?: string, integrity?: string, optional?: boolean, link?: boolean }} LockedPackage
 * @typedef {{ packages?: Record<string, LockedPackage> }} Lock
 */

/** @param {string} file @returns {Lock | null} */
function readLock(file) {
  try {
    return JSON.parse(fs.readFileSync(file, 'utf8'))
  } catch {
    return null
  }
}

/**
 * How what is installed differs from the lock file, in a few words; null when it does not.
 * @param {Lock} wanted package-lock.json
 * @param {Lock | null} installed node_modules/.package-lock.json, which npm keeps
 * @param {(folder: string) => boolean} exists whether a package's folder is there
 */
export function installedDifference(wanted, installed, exists) {
  if (!installed?.packages) return 'nothing is installed yet'
  for (const [folder, { version, integrity, optional, link }] of Object.entries(wanted.packages ?? {})) {
    if (folder === '' || link) continue
    const present = installed.packages[folder]
    // Packages for other platforms are in the lock file and rightly not installed.
    if (!present && optional) continue
    const name = folder.replace(/^.*node_modules\//, '')
    if (!present || !exists(folder)) return `${name} is missing`
    if (present.version !== version || (integrity && present.integrity !== integrity))
      return `${name} has another version`
  }
  return null
}

/**
 * Runs `npm ci` when it is needed.
 * @param {import('./log.mjs').Logger} log
 * @param {string} [project]
 */
export async function ensureDependencies(log, project = root) {
  const wanted = readLock(path.join(project, 'package-lock.json'))
  if (!wanted)
    throw new Error(
      'package-lock.json is missing or damaged. Get it back with git checkout package-lock.json.'
    )
  const installed = readLock(path.join(project, 'node_modules', '.package-lock.json'))
  const difference = installedDifference(wanted, installed, (folder) =>
    fs.existsSync(path.join(project, folder, 'package.json'))
  )
  if (difference === null) return log.say('npm packages are up to date')
  const start = Date.now()
  log.say(`installing the npm packages: ${difference} …`)
  await runOrThrow('npm', ['ci', '--no-audit', '--no-fund', '--prefer-offline'], {
    cwd: project,
    timeoutMs: 20 * 60_000
  })
  log.say(`npm packages are installed (${Object.keys(wanted.packages ?? {}).length - 1}, ${since(start)})`)
}
