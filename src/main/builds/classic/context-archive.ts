/**
 * The context of a build as one tar archive, for an engine that cannot ask for single files: everything that the ignore
 * file does not leave out, owned by root, as `docker build` without BuildKit sends it.
 */
import { randomBytes } from 'node:crypto'
import type { Stats } from 'node:fs'
import { lstat, open, readFile, readlink } from 'node:fs/promises'
import { isAbsolute, join, relative, sep } from 'node:path'
import { AppError } from '@shared/errors'
import { TAR_END, tarHeader, tarPadding, type TarHeader } from '../../docker/tar-writer'
import { contextEntries, readIgnoreFile } from '../context-files'
import { dockerfileName } from '../read-dockerfile'

const PIECE = 256 * 1024
const IGNORE_FILE = '.dockerignore'

export interface ContextArchive {
  /** The Dockerfile's name within the archive. */
  readonly dockerfile: string
  readonly bytes: AsyncGenerator<Buffer, void, undefined>
}

/**
 * `dockerfileText`: one that was typed, else null. A Dockerfile from elsewhere goes along under a name of its own, which
 * the ignore file then leaves out of what COPY sees.
 *
 * @throws AppError for an ignore file or a Dockerfile that cannot be read; while it is read, for a file that cannot.
 */
export async function contextArchive(
  context: string,
  { dockerfile, dockerfileText }: { readonly dockerfile: string; readonly dockerfileText: string | null }
): Promise<ContextArchive> {
  const { text, rules } = await readIgnoreFile(context, dockerfile)
  const name = dockerfileText === null ? nameWithin(context, dockerfile) : null
  if (name !== null) {
    const always = new Set([name, IGNORE_FILE])
    return { dockerfile: name, bytes: archive(context, rules, always, new Map()) }
  }
  const ours = `.dockerfile.${randomBytes(10).toString('hex')}`
  const added = new Map([
    [ours, Buffer.from(dockerfileText ?? (await readDockerfile(dockerfile)))],
    [IGNORE_FILE, Buffer.from(`${text}\n${ours}\n${text === '' ? `${IGNORE_FILE}\n` : ''}`)]
  ])
  return { dockerfile: ours, bytes: archive(context, rules, new Set(), added) }
}

/** null for one outside of the context. */
function nameWithin(context: string, dockerfile: string): string | null {
  const given = dockerfileName({ dockerfile })
  const name = isAbsolute(given) ? relative(context, given) : given
  const outside = name === '..' || name.startsWith(`..${sep}`) || isAbsolute(name)
  return outside ? null : name.split(sep).join('/')
}

async function readDockerfile(path: string): Promise<Buffer> {
  try {
    return await readFile(path)
  } catch (cause) {
    throw new AppError('NotFound', `The Dockerfile ${path} cannot be read.`, {
      hint: 'Check the field Dockerfile.',
      cause
    })
  }
}

/** `always` goes over whatever the rules say; `added` replaces what the folder has. */
async function* archive(
  root: string,
  rules: Parameters<typeof contextEntries>[1],
  always: ReadonlySet<string>,
  added: ReadonlyMap<string, Buffer>
): AsyncGenerator<Buffer, void, undefined> {
  for await (const { path, kind, ignoredAt } of contextEntries(root, rules)) {
    if ((ignoredAt !== null && !always.has(path)) || added.has(path) || kind === 'other') continue
    if (kind === 'unreadable') throw unreadable(path)
    try {
      yield* entry(root, path, kind)
    } catch (cause) {
      throw cause instanceof AppError ? cause : unreadable(path, cause)
    }
  }
  for (const [name, content] of added) {
    yield tarHeader({ ...OWNED, name, type: 'file', size: content.length, mode: 0o600, mtimeMs: 0 })
    yield content
    yield tarPadding(content.length)
  }
  yield TAR_END
}

const OWNED = { uid: 0, gid: 0 }

async function* entry(
  root: string,
  path: string,
  kind: TarHeader['type']
): AsyncGenerator<Buffer, void, undefined> {
  const place = join(root, path)
  const info = await lstat(place)
  const common = { ...OWNED, name: path, mode: modeOf(info), mtimeMs: info.mtimeMs }
  if (kind === 'directory') yield tarHeader({ ...common, type: kind, size: 0 })
  else if (kind === 'symlink') {
    yield tarHeader({ ...common, type: kind, size: 0, linkName: await readlink(place) })
  } else {
    yield tarHeader({ ...common, type: kind, size: info.size })
    yield* content(place, path, info.size)
    yield tarPadding(info.size)
  }
}

/** Windows keeps no modes: there everything may be run, as the CLI sends it. */
function modeOf({ mode }: Stats): number {
  return process.platform === 'win32' ? 0o755 : mode & 0o7777
}

/** Exactly as many bytes as the header says. */
async function* content(place: string, path: string, size: number): AsyncGenerator<Buffer, void, undefined> {
  const file = await open(place, 'r')
  try {
    for (let at = 0; at < size;) {
      const length = Math.min(PIECE, size - at)
      const { bytesRead, buffer } = await file.read(Buffer.allocUnsafe(length), 0, length, at)
      if (bytesRead === 0) {
        throw new AppError('Conflict', `${path} became shorter while it was sent.`, {
          hint: 'Wait until nothing writes to the context, then choose Rebuild.'
        })
      }
      yield buffer.subarray(0, bytesRead)
      at += bytesRead
    }
  } finally {
    await file.close()
  }
}

function unreadable(path: string, cause?: unknown): AppError {
  return new AppError('Forbidden', `${path} may not be read.`, {
    hint: 'Make it readable for you, or leave it out with the ignore file (.dockerignore).',
    cause
  })
}
