// Folders that are either whole or absent: filled under another name beside the target, then renamed.
// An interrupted run leaves at most a folder named *.stage-<pid>, which the next run removes.
import fs from 'node:fs'
import fsp from 'node:fs/promises'
import path from 'node:path'

/**
 * True while the process with this id exists.
 * @param {number} pid
 */
function alive(pid) {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return /** @type {NodeJS.ErrnoException} */ (error).code === 'EPERM'
  }
}

/**
 * Removes what interrupted runs left beside the target.
 * @param {string} target
 */
async function sweep(target) {
  const folder = path.dirname(target)
  const prefix = `${path.basename(target)}.stage-`
  for (const name of await fsp.readdir(folder)) {
    if (!name.startsWith(prefix)) continue
    const pid = Number(name.slice(prefix.length))
    if (pid === process.pid || !alive(pid))
      await fsp.rm(path.join(folder, name), { recursive: true, force: true })
  }
}

/**
 * Fills a fresh folder and then puts it in the target's place. When filling fails, the old target stays.
 * @template T
 * @param {string} target
 * @param {(stage: string) => Promise<T>} fill
 * @returns {Promise<T>}
 */
export async function replaceFolder(target, fill) {
  await fsp.mkdir(path.dirname(target), { recursive: true })
  await sweep(target)
  const stage = `${target}.stage-${process.pid}`
  try {
    await fsp.mkdir(stage)
    const result = await fill(stage)
    // rename() cannot replace a folder that is not empty, so the old one steps aside first.
    const old = `${stage}-old`
    if (fs.existsSync(target)) await fsp.rename(target, old)
    await fsp.rename(stage, target)
    await fsp.rm(old, { recursive: true, force: true })
    return result
  } finally {
    await fsp.rm(stage, { recursive: true, force: true })
  }
}

/**
 * Writes a file whole or not at all.
 * @param {string} file
 * @param {string | Buffer} data
 */
export async function replaceFile(file, data) {
  await fsp.mkdir(path.dirname(file), { recursive: true })
  const stage = `${file}.stage-${process.pid}`
  try {
    await fsp.writeFile(stage, data)
    await fsp.rename(stage, file)
  } finally {
    await fsp.rm(stage, { force: true })
  }
}

/**
 * Copies a tree; where the file system can share the blocks, it does. Links inside are copied as links.
 * @param {string} from
 * @param {string} to
 */
export function copyTree(from, to) {
  return fsp.cp(from, to, {
    recursive: true,
    verbatimSymlinks: true,
    preserveTimestamps: true,
    mode: fs.constants.COPYFILE_FICLONE
  })
}
