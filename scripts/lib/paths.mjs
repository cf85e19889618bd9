// Where things are: the project's own folders, and the cache that outlives a clone.
import os from 'node:os'
import path from 'node:path'

/** The project's root folder. */
export const root = path.resolve(import.meta.dirname, '../..')

/** `linux-x64` and so on: the name of the engine bundle's folder for this machine. */
export const platformArch = `${process.platform}-${process.arch}`

/**
 * The folder for downloads that every clone shares: $QUAYSIDE_CACHE, else quayside in the user's cache folder.
 * @param {NodeJS.ProcessEnv} [env]
 * @param {string} [home]
 */
export function cacheDir(env = process.env, home = os.homedir()) {
  if (env['QUAYSIDE_CACHE']) return path.resolve(env['QUAYSIDE_CACHE'])
  const base = env['XDG_CACHE_HOME']
  // The XDG rules say that a relative value is to be ignored.
  return path.join(base && path.isAbsolute(base) ? base : path.join(home, '.cache'), 'quayside')
}

/**
 * Resolves an archive member's name below a folder and refuses names that would leave it.
 * @param {string} folder
 * @param {string} member
 */
export function insideOf(folder, member) {
  if (member === '' || member.includes('\0') || member.includes('\\'))
    throw new Error(`Refused a strange name in an archive: ${JSON.stringify(member)}`)
  const base = path.resolve(folder)
  const target = path.resolve(base, member)
  if (path.isAbsolute(member) || !target.startsWith(base + path.sep))
    throw new Error(`Refused a path that leaves its folder: ${member}`)
  return target
}
