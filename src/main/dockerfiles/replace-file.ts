/**
 * Replaces a file that belongs to somebody: as a whole or not at all, with the mode and the owner it had. Beside
 * platform/files.ts, whose files are Quayside's own. Used by service.ts.
 */
import { randomBytes } from 'node:crypto'
import { open, rename, rm, stat, type FileHandle } from 'node:fs/promises'
import { dirname } from 'node:path'

const NEW_FILE = 0o666

/** Throws what the file system says; the file is then as it was. */
export async function replaceFile(path: string, content: Uint8Array): Promise<void> {
  const before = await stat(path).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw error
  })
  const temporary = `${path}.${randomBytes(6).toString('hex')}.tmp`
  // Made anew, never followed: a link of that name is somebody's trap.
  const file = await open(temporary, 'wx', before === null ? NEW_FILE : 0o600)
  try {
    try {
      await file.writeFile(content)
      if (before !== null) await likeBefore(file, before)
      await file.sync()
    } finally {
      await file.close()
    }
    await rename(temporary, path)
  } catch (error) {
    await rm(temporary, { force: true })
    throw error
  }
  await syncFolder(dirname(path))
}

interface Owned {
  readonly mode: number
  readonly uid: number
  readonly gid: number
}

/** The owner first: changing it takes bits of the mode away. */
async function likeBefore(file: FileHandle, { mode, uid, gid }: Owned): Promise<void> {
  const made = await file.stat()
  if (made.uid !== uid || made.gid !== gid) await file.chown(uid, gid)
  await file.chmod(mode & 0o7777)
}

async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r').catch(() => null)
  await folder?.sync().catch(() => undefined)
  await folder?.close()
}
