/** Reading and writing small files safely. Used by main/platform and main/engine; must not know what is in them. */
import {
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeSync
} from 'node:fs'
import { dirname } from 'node:path'

/**
 * Replaces a file as a whole or not at all: temporary file beside it, fsync, rename, fsync of the folder.
 *
 * Throws what the file system says; the old content is then untouched.
 */
export function writeFileAtomically(path: string, content: string, mode = 0o600): void {
  const temporary = `${path}.${process.pid}.tmp`
  try {
    const file = openSync(temporary, 'w', mode)
    try {
      writeAll(file, Buffer.from(content))
      fsyncSync(file)
    } finally {
      closeSync(file)
    }
    renameSync(temporary, path)
  } catch (error) {
    rmSync(temporary, { force: true })
    throw error
  }
  syncFolder(dirname(path))
}

function writeAll(file: number, bytes: Buffer): void {
  for (let at = 0; at < bytes.length;) at += writeSync(file, bytes, at)
}

function syncFolder(path: string): void {
  try {
    const folder = openSync(path, 'r')
    try {
      fsyncSync(folder)
    } finally {
      closeSync(folder)
    }
  } catch {
    // Windows cannot open folders; the rename is done all the same.
  }
}

/** The file's text, or null when there is no such file; other failures are thrown. */
export function readIfThere(path: string): string | null {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code
    if (code === 'ENOENT' || code === 'ENOTDIR') return null
    throw error
  }
}

/**
 * Creates a folder and what is missing above it. Not `mkdirSync`'s `recursive`: that never returns for a place where
 * the file system answers ENOENT to every mkdir, such as /proc (seen with Node 20).
 */
export function makeFolder(path: string, mode = 0o700): void {
  try {
    mkdirSync(path, { mode })
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code
    if (code === 'EEXIST' && statSync(path).isDirectory()) return
    if (code !== 'ENOENT' || statSync(dirname(path), { throwIfNoEntry: false })) throw error
    makeFolder(dirname(path), mode)
    mkdirSync(path, { mode })
  }
}
