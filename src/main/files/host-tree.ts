/**
 * What is to be uploaded: files and folders of the host, walked without following a symlink, and sent as one tar stream that
 * is read only as fast as the engine takes it. Called by upload.ts.
 */
import { constants } from 'node:fs'
import { lstat, open, readdir, readlink } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { AppError } from '@shared/errors'
import { TAR_END, tarHeader, tarPadding } from '../docker/tar-writer'
import type { Skipped } from './progress'

export interface HostItem {
  readonly path: string
  /** Relative to the folder it goes to. */
  readonly name: string
  readonly type: 'file' | 'directory' | 'symlink'
  readonly size: number
  readonly mode: number
  readonly mtimeMs: number
  readonly target: string
}

export interface HostTree {
  readonly items: readonly HostItem[]
  readonly totalBytes: number
  readonly skipped: readonly Skipped[]
}

/** Everything at and below the paths; folders before what is in them. */
export async function walkHost(paths: readonly string[], signal: AbortSignal): Promise<HostTree> {
  const items: HostItem[] = []
  const skipped: Skipped[] = []
  const pending = paths.map((path) => ({ path, name: basename(path) })).reverse()
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    signal.throwIfAborted()
    const { path, name } = next
    try {
      const item = await itemAt(path, name)
      if (item === null) skipped.push({ name, why: 'neither file nor folder' })
      else items.push(item)
      if (item?.type !== 'directory') continue
      const names = (await readdir(path)).sort().reverse()
      for (const child of names) pending.push({ path: join(path, child), name: `${name}/${child}` })
    } catch {
      skipped.push({ name, why: 'cannot be read' })
    }
  }
  const totalBytes = items.reduce((sum, { size }) => sum + size, 0)
  return { items, totalBytes, skipped }
}

async function itemAt(path: string, name: string): Promise<HostItem | null> {
  const stats = await lstat(path)
  const type = stats.isFile()
    ? 'file'
    : stats.isDirectory()
      ? 'directory'
      : stats.isSymbolicLink()
        ? 'symlink'
        : null
  if (type === null) return null
  return {
    path,
    name,
    type,
    size: type === 'file' ? stats.size : 0,
    mode: stats.mode & 0o7777,
    mtimeMs: stats.mtimeMs,
    target: type === 'symlink' ? await readlink(path) : ''
  }
}

/** The items as a tar stream, owned by root as `docker cp` makes them. */
export async function* tarOfHost(
  items: readonly HostItem[],
  onBytes: (bytes: number) => void,
  onDone: () => void,
  signal: AbortSignal
): AsyncGenerator<Buffer, void, undefined> {
  for (const item of items) {
    signal.throwIfAborted()
    yield tarHeader({ ...item, linkName: item.target, uid: 0, gid: 0 })
    if (item.type !== 'file') continue
    for await (const chunk of contentOf(item)) {
      onBytes(chunk.length)
      yield chunk
    }
    yield tarPadding(item.size)
    onDone()
  }
  yield TAR_END
}

const CHUNK_BYTES = 256 * 1024

/** Exactly as many bytes as the header said: a file that shrank meanwhile would shift everything after it. */
async function* contentOf(item: HostItem): AsyncGenerator<Buffer, void, undefined> {
  const file = await open(item.path, constants.O_RDONLY | constants.O_NOFOLLOW)
  try {
    for (let left = item.size; left > 0;) {
      const { bytesRead, buffer } = await file.read(Buffer.allocUnsafe(Math.min(CHUNK_BYTES, left)))
      if (bytesRead === 0) throw shrank(item.name)
      left -= bytesRead
      yield buffer.subarray(0, bytesRead)
    }
  } finally {
    await file.close()
  }
}

function shrank(name: string): AppError {
  return new AppError('Conflict', `${name} became smaller while it was read.`, {
    hint: 'Close the program that writes it, then upload it again.'
  })
}
