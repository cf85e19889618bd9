// Checksums: the hash of a file, and the refusal of one that is not what was pinned.
import { createHash } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import { pipeline } from 'node:stream/promises'

/**
 * The hash of a file's content.
 * @param {string} file
 * @param {'sha256' | 'sha512'} algorithm
 * @param {'hex' | 'base64'} encoding
 */
async function hashFile(file, algorithm, encoding) {
  const hash = createHash(algorithm)
  await pipeline(fs.createReadStream(file), hash)
  return hash.digest(encoding)
}

/**
 * A file's sha256 in hexadecimal.
 * @param {string} file
 */
export const sha256File = (file) => hashFile(file, 'sha256', 'hex')

/**
 * A file's integrity string as npm writes it (`sha512-…`).
 * @param {string} file
 */
export const integrityFile = async (file) => `sha512-${await hashFile(file, 'sha512', 'base64')}`

/**
 * The sha256 of a text or buffer in hexadecimal.
 * @param {string | Buffer} data
 */
export const sha256 = (data) => createHash('sha256').update(data).digest('hex')

/**
 * Throws unless a file has exactly the expected checksum: 64 hexadecimal digits, or `sha512-…`.
 * @param {string} file
 * @param {string} expected
 */
export async function verifyFile(file, expected) {
  const sri = expected.startsWith('sha512-')
  if (!sri && !/^[0-9a-f]{64}$/.test(expected)) throw new Error(`Not a checksum: ${JSON.stringify(expected)}`)
  const actual = sri ? await integrityFile(file) : await sha256File(file)
  if (actual !== expected)
    throw new Error(
      `${path.basename(file)} is not the file that was pinned.\n  expected ${expected}\n  received ${actual}\n` +
        'It was not used. Try again; if it stays so, the source has changed and must be looked at.'
    )
}
