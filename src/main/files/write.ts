/**
 * Changes single files of a container: saves one, makes a folder. What is written keeps owner, mode and attributes, and a
 * file that changed meanwhile is not written over. Called by handlers/files.
 */
import { Readable } from 'node:stream'
import { baseName, parentPath } from '@shared/docker/container-path'
import { AppError } from '@shared/errors'
import { putArchive, statPath } from '../docker/archive'
import type { DockerClient } from '../docker/client'
import { containerLayout } from '../docker/container-layout'
import type { TarEntry } from '../docker/tar-reader'
import { TAR_END, tarHeader, tarPadding, type TarHeader } from '../docker/tar-writer'
import { readHeader, versionOf } from './read'

/** Replaces a file's content. With a `version`, only while the file still has it; answers the new one. */
export async function writeFile(
  client: DockerClient,
  id: string,
  path: string,
  content: Uint8Array,
  version: string | null
): Promise<string> {
  await refuseIfMounted(client, id, path)
  const before = await readHeader(client, id, path)
  if (version !== null) refuseIfChanged(path, before, version)
  if (before !== null && before.type !== 'file') {
    throw new AppError('InvalidParameter', `${path} is not a regular file any more.`, {
      hint: 'Read the files again.'
    })
  }
  const header: TarHeader = {
    name: baseName(path),
    type: 'file',
    size: content.byteLength,
    mode: before?.mode ?? 0o644,
    uid: before?.uid ?? 0,
    gid: before?.gid ?? 0,
    mtimeMs: Date.now(),
    pax: keptAttributes(before)
  }
  await putOne(client, id, parentPath(path), header, Buffer.from(content))
  const after = await readHeader(client, id, path)
  if (after?.size === content.byteLength) return versionOf(after)
  throw new AppError('DataLoss', `${path} does not have the content that was saved.`, {
    hint: 'Another program writes it at the same time. Look at it again.'
  })
}

/** Makes one folder in a folder that exists, and gives it that folder's owner. */
export async function makeFolder(client: DockerClient, id: string, path: string): Promise<void> {
  if ((await statPath(client, id, path)) !== null) {
    throw new AppError('Conflict', `There already is ${path}.`, { hint: 'Choose another name.' })
  }
  const parent = await readHeader(client, id, parentPath(path))
  await putOne(client, id, parentPath(path), {
    name: baseName(path),
    type: 'directory',
    size: 0,
    mode: 0o755,
    uid: parent?.uid ?? 0,
    gid: parent?.gid ?? 0,
    mtimeMs: Date.now()
  })
}

/** Docker gives every container these, each mounted by itself. */
const MADE_BY_DOCKER = ['/etc/hosts', '/etc/hostname', '/etc/resolv.conf']

/** The engine would write beside the mount, say that all is well, and nobody would see the change. */
async function refuseIfMounted(client: DockerClient, id: string, path: string): Promise<void> {
  const { mounts } = await containerLayout(client, id)
  if (!mounts.has(path) && !MADE_BY_DOCKER.includes(path)) return
  throw new AppError('Forbidden', `${path} is mounted by itself and cannot be replaced.`, {
    hint: mounts.has(path)
      ? 'Edit the file on the host that is mounted there.'
      : 'Docker makes it anew at each start: set it with --add-host, --hostname or --dns.'
  })
}

function refuseIfChanged(path: string, now: TarEntry | null, version: string): void {
  if (now !== null && versionOf(now) === version) return
  throw new AppError('Conflict', `${path} ${now === null ? 'was deleted' : 'has changed'} meanwhile.`, {
    hint: 'Save anyway to write over it, or open it again to see what is there now.',
    details: { changedMeanwhile: true }
  })
}

/** Extended attributes, but no capabilities: the kernel takes those from a file that is written. */
function keptAttributes(before: TarEntry | null): Record<string, string> {
  const entries = Object.entries(before?.pax ?? {}).filter(
    ([key]) => key.startsWith('SCHILY.xattr.') && key !== 'SCHILY.xattr.security.capability'
  )
  return Object.fromEntries(entries)
}

async function putOne(
  client: DockerClient,
  id: string,
  folder: string,
  header: TarHeader,
  content: Buffer = Buffer.alloc(0)
): Promise<void> {
  const parts = [tarHeader(header), content, tarPadding(content.length), TAR_END]
  try {
    await putArchive(client, id, folder, Readable.from(parts, { objectMode: false }))
  } catch (error) {
    throw inWords(error)
  }
}

/** What the engine says of a place that cannot be written, as a sentence. */
export function inWords(thrown: unknown): unknown {
  if (!(thrown instanceof AppError)) return thrown
  const engine = thrown.details?.['engine']
  const text = `${thrown.message} ${typeof engine === 'string' ? engine : ''}`
  const [, message, hint] = REFUSALS.find(([pattern]) => pattern.test(text)) ?? []
  return message === undefined ? thrown : new AppError('Forbidden', message, { hint, cause: thrown })
}

const REFUSALS: readonly (readonly [RegExp, string, string])[] = [
  [
    /rootfs is marked read-only/i,
    'The container’s file system is read-only.',
    'It was created with --read-only: write to one of its volumes, or create it without.'
  ],
  [
    /(volume|mount\w*) is (marked )?read-only|read-only file system/i,
    'What is mounted there is read-only.',
    'It was mounted with :ro or readonly: mount it without.'
  ]
]
