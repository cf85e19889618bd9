/** Where the Dockerfile that a form names really is, and whether that is a place to edit. Used by service.ts. */
import { open, realpath } from 'node:fs/promises'
import { basename, dirname, isAbsolute, join, relative } from 'node:path'
import { MOST_DOCKERFILE_BYTES } from '@shared/docker/dockerfile-limits'
import { AppError } from '@shared/errors'
import { dockerfileName } from '../builds/read-dockerfile'
import { isWithin } from './grants'

export interface Place {
  /** Links followed. */
  readonly path: string
  readonly exists: boolean
  readonly context: string
  /** As the form of a build takes it. */
  readonly dockerfile: string
}

/** @throws AppError for a folder that is not there, and for a link out of the context, which BuildKit does not follow either. */
export async function placeOf(context: string, dockerfile: string): Promise<Place> {
  const name = dockerfileName({ dockerfile })
  const inside = !isAbsolute(name)
  if (inside && !isAbsolute(context)) {
    throw new AppError('InvalidParameter', 'A Dockerfile can be edited in a folder of this machine only.', {
      hint: 'Choose a folder as the context.'
    })
  }
  const asked = inside ? join(context, name) : name
  const { path, exists } = await followed(asked)
  if (inside && !isWithin(path, await real(context))) {
    throw new AppError('Forbidden', `${asked} leads out of the context, to ${path}.`, {
      hint: 'BuildKit does not follow it. To edit it all the same, open the file itself.'
    })
  }
  return { path, exists, context: inside ? context : context || dirname(path), dockerfile: name }
}

/** The place of a file that was chosen: its folder is the context. */
export async function placeOfFile(chosen: string): Promise<Place> {
  const { path, exists } = await followed(chosen)
  return { path, exists, context: dirname(chosen), dockerfile: relative(dirname(chosen), chosen) }
}

async function followed(path: string): Promise<{ readonly path: string; readonly exists: boolean }> {
  try {
    return { path: await realpath(path), exists: true }
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'ENOENT') throw inWords(cause, path)
  }
  return { path: join(await real(dirname(path)), basename(path)), exists: false }
}

async function real(folder: string): Promise<string> {
  try {
    return await realpath(folder)
  } catch (cause) {
    throw inWords(cause, folder)
  }
}

/** The bytes of a regular file of a size to edit. */
export async function readWhole(path: string): Promise<Buffer> {
  try {
    const file = await open(path, 'r')
    try {
      const info = await file.stat()
      if (!info.isFile()) throw Object.assign(new Error('no file'), { code: 'EISDIR' })
      if (info.size > MOST_DOCKERFILE_BYTES) throw tooLarge(path)
      return await file.readFile()
    } finally {
      await file.close()
    }
  } catch (cause) {
    throw cause instanceof AppError ? cause : inWords(cause, path)
  }
}

export function tooLarge(path: string): AppError {
  return new AppError('InvalidParameter', `${path} is larger than 1 MB.`, {
    hint: 'What a Dockerfile copies belongs in files of the context.'
  })
}

const WORDS: Readonly<Record<string, readonly [string, string]>> = {
  ENOENT: ['is not there', 'Choose another place, or make the folder first.'],
  EACCES: ['may not be read or written by you', 'Change its permissions, or choose another file.'],
  EPERM: ['may not be changed by you', 'Change its owner or its permissions, or choose another file.'],
  EROFS: ['is on a read-only file system', 'Copy it to a place that can be written.'],
  EISDIR: ['is no file', 'Choose a file.'],
  ENOTDIR: ['is not there: a part of its path is a file', 'Choose another place.'],
  ELOOP: ['is a link that leads to itself', 'Choose another file.'],
  ENOSPC: ['cannot be saved: the disk is full', 'Free some space and save again; nothing was written.'],
  EDQUOT: ['cannot be saved: your quota is used up', 'Free some space and save again; nothing was written.']
}

/** What the file system says, as a sentence. */
export function inWords(thrown: unknown, path: string): AppError {
  if (thrown instanceof AppError) return thrown
  const code = (thrown as NodeJS.ErrnoException).code ?? ''
  const [what, hint] = WORDS[code] ?? [`cannot be used (${code})`, 'Choose another file.']
  return new AppError(
    code === 'ENOENT' || code === 'ENOTDIR' ? 'NotFound' : 'Forbidden',
    `${path} ${what}.`,
    {
      hint,
      cause: thrown
    }
  )
}
