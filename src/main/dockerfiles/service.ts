/**
 * Dockerfiles that are being edited: opened where the user allowed it, saved as they were found (mode, owner, line ends,
 * mark), and never over a change of somebody else. Plain Node; handlers/dockerfiles.ts is in front of it.
 */
import { createHash, randomUUID } from 'node:crypto'
import { constants } from 'node:fs'
import { access, readdir, realpath } from 'node:fs/promises'
import { dirname, isAbsolute, join } from 'node:path'
import type { OpenedDockerfile, SavedDockerfile } from '@shared/contract/dockerfiles'
import { MOST_DOCKERFILE_BYTES } from '@shared/docker/dockerfile-limits'
import { AppError } from '@shared/errors'
import { bytesOf, textOf } from './file-text'
import { Grants, isWithin } from './grants'
import { inWords, placeOf, placeOfFile, readWhole, tooLarge, type Place } from './places'
import { replaceFile } from './replace-file'

/** As many files as somebody edits one after the other; the oldest are forgotten and have to be opened again. */
const MOST_OPEN = 50
const MOST_NAMES = 1000

interface Open {
  readonly path: string
  readonly bom: boolean
  readonly crlf: boolean
  /** Of what was read or written last; null while there is no file. */
  version: string | null
}

export interface DockerfileDialogs {
  readonly chooseFile: () => Promise<string | null>
  /** Whether a file outside the folders that were chosen may be edited. */
  readonly agree: (path: string) => Promise<boolean>
}

export class Dockerfiles {
  /** The file with changes that only the page has. */
  unsaved: string | null = null
  readonly #open = new Map<string, Open>()
  readonly #grants = new Grants()
  readonly #dialogs: DockerfileDialogs

  constructor(dialogs: DockerfileDialogs) {
    this.#dialogs = dialogs
  }

  /** A folder was chosen in a dialog: its Dockerfiles may be edited. */
  async chosen(folder: string): Promise<void> {
    const path = await realpath(folder).catch(() => null)
    if (path !== null) this.#grants.folder(path)
  }

  /** @throws AppError `Cancelled` when the user did not agree. */
  async open(context: string, dockerfile: string): Promise<OpenedDockerfile> {
    const place = await placeOf(context, dockerfile)
    if (!this.#grants.mayEdit(place.path)) {
      if (!(await this.#dialogs.agree(place.path))) throw new AppError('Cancelled', 'Cancelled.')
      this.#grants.file(place.path)
    }
    return await this.#read(place)
  }

  async choose(): Promise<OpenedDockerfile | null> {
    const chosen = await this.#dialogs.chooseFile()
    if (chosen === null) return null
    const place = await placeOfFile(chosen)
    this.#grants.file(place.path)
    return await this.#read(place)
  }

  async save(id: string, content: Uint8Array, overwrite: boolean): Promise<SavedDockerfile> {
    const file = this.#open.get(id)
    if (file === undefined) {
      throw new AppError('NotFound', 'This file is not open any more.', {
        hint: 'Copy your text, open the file again and paste it.'
      })
    }
    const bytes = bytesOf(new TextDecoder('utf-8', { ignoreBOM: true }).decode(content), file)
    if (bytes.length > MOST_DOCKERFILE_BYTES) throw tooLarge(file.path)
    if (!overwrite) {
      const now = await versionAt(file.path)
      if (now !== file.version) return { saved: false, meanwhile: now === null ? 'deleted' : 'changed' }
    }
    await this.#refuseIfMoved(file.path)
    try {
      if (file.version !== null) await access(file.path, constants.W_OK).catch(ignoreMissing)
      await replaceFile(file.path, bytes)
    } catch (cause) {
      throw inWords(cause, file.path)
    }
    file.version = versionOf(bytes)
    return { saved: true }
  }

  /** Nothing of a folder that was not chosen, nor of what a link leads to outside of it. */
  async names(context: string, folder: string): Promise<string[]> {
    if (!isAbsolute(context)) return []
    try {
      const root = await realpath(context)
      const path = await realpath(join(root, folder))
      if (!isWithin(path, root) || !this.#grants.mayList(path)) return []
      const entries = await readdir(path, { withFileTypes: true })
      return entries
        .slice(0, MOST_NAMES)
        .map((entry) => (entry.isDirectory() ? `${entry.name}/` : entry.name))
        .sort()
    } catch {
      return []
    }
  }

  async #read(place: Place): Promise<OpenedDockerfile> {
    const bytes = place.exists ? await readWhole(place.path) : null
    const { text, bom, crlf } = textOf(bytes ?? new Uint8Array(), place.path)
    const id = randomUUID()
    this.#open.set(id, { path: place.path, bom, crlf, version: bytes === null ? null : versionOf(bytes) })
    const [oldest] = this.#open.keys()
    if (this.#open.size > MOST_OPEN && oldest !== undefined) this.#open.delete(oldest)
    return {
      id,
      ...place,
      text,
      bom,
      crlf,
      readOnly: await obstacleOf(place),
      ignore: await ignoreFileOf(place)
    }
  }

  /** The folder became a link to somewhere else: that is not what was agreed to. */
  async #refuseIfMoved(path: string): Promise<void> {
    const folder = await realpath(dirname(path)).catch((cause: unknown) => {
      throw inWords(cause, dirname(path))
    })
    if (folder === dirname(path) && (await realpath(path).catch(() => path)) === path) return
    throw new AppError('Conflict', `${path} leads somewhere else now.`, { hint: 'Open the file again.' })
  }
}

function ignoreMissing(error: unknown): void {
  if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
}

function versionOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}

/** null when there is no file. */
async function versionAt(path: string): Promise<string | null> {
  try {
    return versionOf(await readWhole(path))
  } catch (thrown) {
    if (thrown instanceof AppError && thrown.code === 'NotFound') return null
    // It cannot be read any more, or became too large: whatever it is, it is not what was read.
    return 'other'
  }
}

/** Saving replaces the file, so its folder has to be writable too. */
async function obstacleOf({ path, exists }: Place): Promise<string> {
  try {
    if (exists) await access(path, constants.W_OK)
    await access(dirname(path), constants.W_OK)
    return ''
  } catch (cause) {
    return inWords(cause, path).message
  }
}

/** `<Dockerfile>.dockerignore` goes before the one of the context. */
async function ignoreFileOf({ context, dockerfile }: Place): Promise<OpenedDockerfile['ignore']> {
  const own = isAbsolute(dockerfile) ? dockerfile : join(context, dockerfile)
  const folder = await realpath(context).catch(() => null)
  for (const path of [`${own}.dockerignore`, join(context, '.dockerignore')]) {
    try {
      const file = await realpath(path)
      if (folder === null || !isWithin(file, folder)) continue
      const name = path.startsWith(join(context, '/')) ? path.slice(join(context, '/').length) : path
      return { name, text: textOf(await readWhole(file), file).text }
    } catch {
      // Not there, or no text: the next.
    }
  }
  return null
}
