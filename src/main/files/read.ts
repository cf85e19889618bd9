/** One file of a container: its header, and its first bytes. Called by handlers/files and write.ts. */
import type { ReadEnd } from '@shared/contract/files'
import { isWithin } from '@shared/docker/container-path'
import { AppError } from '@shared/errors'
import { openArchive } from '../docker/archive'
import type { DockerClient } from '../docker/client'
import type { TarEntry } from '../docker/tar-reader'

/** What stands for a file's content: another size or time is another content. */
export function versionOf({ size, mtime }: Pick<TarEntry, 'size' | 'mtime'>): string {
  return `${size}@${mtime}`
}

/** The header of whatever is at a path, without its content; null when nothing is. */
export async function readHeader(
  client: DockerClient,
  id: string,
  path: string,
  signal?: AbortSignal
): Promise<TarEntry | null> {
  try {
    for await (const { entry } of await openArchive(client, id, path, { signal })) return entry
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== 'NotFound') throw error
  }
  return null
}

/** The first `limit` bytes of a regular file. */
export async function* readFile(
  client: DockerClient,
  id: string,
  path: string,
  limit: number,
  signal: AbortSignal
): AsyncGenerator<Uint8Array<ArrayBuffer>, ReadEnd, undefined> {
  for await (const { entry, body } of await opened(client, id, path, signal)) {
    if (entry.type !== 'file') throw notAFile(path, entry)
    let left = Math.min(limit, entry.size)
    if (left > 0) {
      for await (const chunk of body()) {
        // A copy: the pool a chunk is cut from would be cloned whole on its way to the page.
        yield new Uint8Array(chunk.subarray(0, left))
        left -= Math.min(left, chunk.length)
        if (left === 0) break
      }
    }
    return { size: entry.size, version: versionOf(entry), truncated: entry.size > limit }
  }
  throw missing(path)
}

async function opened(client: DockerClient, id: string, path: string, signal: AbortSignal) {
  try {
    return await openArchive(client, id, path, { signal })
  } catch (error) {
    if (error instanceof AppError && error.code === 'NotFound') throw missing(path, error)
    throw error
  }
}

/** Kernel file systems are there for processes of the container only; the engine's archives do not hold them. */
const VIRTUAL = ['/proc', '/sys', '/dev']

export function missing(path: string, cause?: unknown): AppError {
  const virtual = VIRTUAL.some((folder) => isWithin(path, folder))
  return new AppError('NotFound', `The engine cannot read ${path}.`, {
    hint: virtual
      ? 'What is in /proc, /sys and /dev exists only for processes in the container: use the terminal.'
      : 'It was removed meanwhile, or is on a tmpfs, which only processes in the container see.',
    cause
  })
}

const WORDS: Readonly<Record<TarEntry['type'], string>> = {
  file: 'a file',
  hardlink: 'a file',
  directory: 'a folder',
  symlink: 'a symbolic link',
  block: 'a block device',
  character: 'a character device',
  fifo: 'a named pipe',
  other: 'not a regular file'
}

function notAFile(path: string, { type }: TarEntry): AppError {
  return new AppError('InvalidParameter', `${path} is ${WORDS[type]}: it has no content to show.`, {
    hint: 'Choose a regular file.'
  })
}
