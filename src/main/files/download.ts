/**
 * Copies from a container to the host, as tasks. A copy has its name only when it is whole: until then it is a hidden
 * neighbour, which goes when the copy fails or is cancelled. Called by handlers/files.
 */
import { randomUUID } from 'node:crypto'
import { lstat, mkdtemp, rename, rm, chmod } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { humanSize } from '@shared/docker/size'
import { AppError } from '@shared/errors'
import { openArchive } from '../docker/archive'
import type { DockerClient } from '../docker/client'
import type { TarItem } from '../docker/tar-reader'
import type { TaskUpdate } from '../tasks/registry'
import { extract, writeNew } from './extract'
import { CopyProgress, countText, skippedText } from './progress'
import { missing } from './read'

export interface Download {
  readonly id: string
  /** In the container; no symlink. */
  readonly path: string
  /** On the host: the file, or the folder that is going to be made. */
  readonly to: string
}

type Update = (news: TaskUpdate) => void

/** One file, written over what `to` is; the dialog has asked. Answers the task's last word. */
export async function downloadFile(
  client: DockerClient,
  { id, path, to }: Download,
  update: Update,
  signal: AbortSignal
): Promise<string> {
  const archive = openArchive(client, id, path, { signal })
  return await saveFile(await archive, { path, to }, update, signal)
}

/** A folder with everything in it, under a name that was free. Answers the task's last word. */
export async function downloadFolder(
  client: DockerClient,
  { id, path, to }: Download,
  update: Update,
  signal: AbortSignal
): Promise<string> {
  const archive = openArchive(client, id, path, { signal })
  return await saveFolder(await archive, { path, to }, update, signal)
}

/** The first entry of an archive, a file, as {@link downloadFile} does it. Images are saved by these two as well. */
export async function saveFile(
  items: AsyncIterable<TarItem>,
  { path, to }: Omit<Download, 'id'>,
  update: Update,
  signal: AbortSignal
): Promise<string> {
  const partial = join(dirname(to), `.${basename(to).slice(0, 100)}.${randomUUID().slice(0, 8)}.part`)
  try {
    for await (const { entry, body } of items) {
      if (entry.type !== 'file') throw changedKind(path)
      const progress = new CopyProgress(update, entry.size)
      await writeNew(partial, entry, body(), (bytes) => progress.add(bytes))
      signal.throwIfAborted()
      await rename(partial, to)
      return `Downloaded ${basename(to)} (${humanSize(entry.size)})`
    }
    throw missing(path)
  } catch (error) {
    await rm(partial, { force: true })
    throw diskError(error, signal)
  }
}

export async function saveFolder(
  items: AsyncIterable<TarItem>,
  { to }: Omit<Download, 'id'>,
  update: Update,
  signal: AbortSignal
): Promise<string> {
  let partial: string | null = null
  try {
    partial = await mkdtemp(join(dirname(to), '.quayside-'))
    const progress = new CopyProgress(update, null)
    const skipped = await extract(items, partial, progress, signal)
    signal.throwIfAborted()
    await chmod(partial, 0o755)
    const name = await renameToFree(partial, to)
    return `Downloaded ${basename(name)} (${countText(progress.files)}).${skippedText(skipped)}`
  } catch (error) {
    if (partial !== null) await rm(partial, { recursive: true, force: true })
    throw diskError(error, signal)
  }
}

/** `etc`, or `etc (2)` when there is one: what is there already is never touched. */
async function renameToFree(from: string, to: string): Promise<string> {
  for (let count = 1; count < 1000; count += 1) {
    const name = count === 1 ? to : `${to} (${count})`
    if ((await lstat(name).catch(() => null)) !== null) continue
    await rename(from, name)
    return name
  }
  throw new AppError('Conflict', `There are too many folders named ${basename(to)}.`, {
    hint: 'Choose another folder to save to.'
  })
}

const DISK: Readonly<Record<string, readonly [string, string]>> = {
  ENOSPC: ['The disk is full.', 'Free some space, or save somewhere else.'],
  EDQUOT: ['Your quota on this disk is used up.', 'Free some space, or save somewhere else.'],
  EACCES: ['You may not write to this folder.', 'Choose a folder of your own.'],
  EPERM: ['You may not write to this folder.', 'Choose a folder of your own.'],
  EROFS: ['This disk is read-only.', 'Save somewhere else.'],
  ENOENT: ['The folder to save to is gone.', 'Choose another one.'],
  EISDIR: ['There is a folder of that name.', 'Choose another name.'],
  EFBIG: ['The file is too large for this disk.', 'Save somewhere else.']
}

/** A failure of the host's disk in words; every other one as it is. */
export function diskError(thrown: unknown, signal: AbortSignal): unknown {
  if (signal.aborted) return new AppError('Cancelled', 'Cancelled.', { cause: thrown })
  if (thrown instanceof AppError || !(thrown instanceof Error) || !('code' in thrown)) return thrown
  const [message, hint] = DISK[String(thrown.code)] ?? []
  return message === undefined ? thrown : new AppError('System', message, { hint, cause: thrown })
}

function changedKind(path: string): AppError {
  return new AppError('Conflict', `${path} is not a regular file any more.`, {
    hint: 'Read the files again.'
  })
}
