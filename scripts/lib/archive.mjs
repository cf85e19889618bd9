// Reads archives in JavaScript, without tar or unzip on the machine: one member of a .tgz, and a whole
// .zip. Names that leave the target folder and symbolic links are refused.
import fs from 'node:fs'
import fsp from 'node:fs/promises'
import path from 'node:path'
import { pipeline } from 'node:stream/promises'
import { createGunzip } from 'node:zlib'
import { extract } from 'tar-stream'
import yauzl from 'yauzl'
import { insideOf } from './paths.mjs'

/**
 * Writes members of a gzipped tar archive to files, in one pass.
 * @param {string} tgz
 * @param {Map<string, string>} wanted name in the archive (without a leading `./`) -> file to write
 */
export async function tgzMembers(tgz, wanted) {
  const left = new Set(wanted.keys())
  const members = extract()
  const reading = pipeline(fs.createReadStream(tgz), createGunzip(), members)
  // Leaving the loop early ends the pipeline with an error that means nothing; a real one is thrown by the loop.
  reading.catch(() => undefined)
  for await (const entry of members) {
    const name = entry.header.name.replace(/^\.\//, '')
    const out = left.has(name) ? wanted.get(name) : undefined
    if (out === undefined) {
      entry.resume()
      continue
    }
    if (entry.header.type !== 'file') throw new Error(`${name} in ${path.basename(tgz)} is not a plain file.`)
    await pipeline(entry, fs.createWriteStream(out))
    left.delete(name)
    if (left.size === 0) return
  }
  throw new Error(`${path.basename(tgz)} does not hold ${[...left].join(', ')}.`)
}

/**
 * @typedef {object} UnzipOptions
 * @property {(name: string) => string | null} [rename] the name below the target folder, or null to leave it out
 * @property {(done: { files: number, bytes: number }) => void} [onFile]
 */

/**
 * Unpacks a zip file into a folder.
 * @param {string} zip
 * @param {string} folder
 * @param {UnzipOptions} [options]
 */
export async function unzip(zip, folder, options = {}) {
  const file = await yauzl.openPromise(zip, { strictFileNames: true })
  const done = { files: 0, bytes: 0 }
  try {
    for await (const entry of file.eachEntry()) {
      const name = options.rename ? options.rename(entry.fileName) : entry.fileName
      if (name === null || name.endsWith('/')) continue
      const target = insideOf(folder, name)
      const mode = entry.externalFileAttributes >>> 16
      if ((mode & 0o170000) === 0o120000)
        throw new Error(`Refused a symbolic link in ${path.basename(zip)}: ${name}`)
      await fsp.mkdir(path.dirname(target), { recursive: true })
      // 'wx': a name that comes twice is an attempt to write through the first one.
      const out = fs.createWriteStream(target, { mode: mode & 0o777 || 0o644, flags: 'wx' })
      await pipeline(await file.openReadStreamPromise(entry), out)
      done.files++
      done.bytes += entry.uncompressedSize
      options.onFile?.(done)
    }
  } finally {
    file.close()
  }
  return done
}
