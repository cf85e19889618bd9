/** Files of containers for the page. Thin: the work is in main/files; here errors learn what was attempted. */
import { asText, joinPath, parentPath } from '@shared/docker/container-path'
import { containerName, shortId } from '@shared/docker/container'
import { oneLine } from '@shared/docker/text'
import { AppError, attempted } from '@shared/errors'
import { containerChanges, isFolder, isSymlink, statPath } from '../docker/archive'
import type { DockerClient } from '../docker/client'
import { Listing } from '../files/listing'
import { missing, readFile } from '../files/read'
import { existingNames } from '../files/upload'
import { makeFolder, writeFile } from '../files/write'
import type { Handlers } from '../ipc/handler'
import type { EngineSession } from '../resources/session'
import { fileCopyHandlers, type FileCopyDeps } from './file-copies'

type Files = Handlers['files']
type CopyVerb = 'chooseUpload' | 'upload' | 'drop' | 'download'
type WriteVerb = 'write' | 'makeFolder'

export type FilesHandlerDeps = Omit<FileCopyDeps, 'tried' | 'listing' | 'nameOf' | 'resolvePath'>

const STALE_AFTER = new Set(['extract-to-dir', 'start', 'destroy'])

/** Runs one piece of work with the engine's client; a failure says what could not be done. */
export type Tried = <T>(what: string, work: (client: DockerClient) => Promise<T>) => Promise<T>

export function filesHandlers(deps: FilesHandlerDeps) {
  const listing = new Listing()
  // Somebody else's copy into the container, a start, or its end: what was kept of it is no longer true.
  deps.session.onEvent(({ type, action, id }) => {
    if (type === 'container' && STALE_AFTER.has(action)) listing.forget(id)
  })
  const tried = trying(deps.session)
  const nameOf = (id: string): string => {
    const row = deps.session.containers.get(id)
    return row === undefined ? shortId(id) : containerName(row)
  }
  return {
    ...readHandlers(deps.session, listing, tried, nameOf),
    ...writeHandlers(listing, tried),
    ...fileCopyHandlers({ ...deps, listing, tried, nameOf, resolvePath })
  } satisfies Files
}

function trying(session: EngineSession): Tried {
  return async (what, work) => {
    try {
      return await work(await session.client())
    } catch (error) {
      throw attempted(`Could not ${what}`, error)
    }
  }
}

function readHandlers(
  session: EngineSession,
  listing: Listing,
  tried: Tried,
  nameOf: (id: string) => string
): Omit<Files, CopyVerb | WriteVerb> {
  return {
    async *list({ id, path, fresh }, { signal }) {
      try {
        yield* listing.list(await session.client(), id, path, { fresh, signal })
      } catch (error) {
        if (signal.aborted) return
        throw attempted(`Could not read ${shownPath(path)}`, error)
      }
    },
    changes: ({ id }, { signal }) =>
      tried(`read what changed in ${nameOf(id)}`, (client) => containerChanges(client, id, signal)),
    resolve: ({ id, path }, { signal }) =>
      tried(`open ${shownPath(path)}`, (client) => resolvePath(client, id, path, signal)),
    existing: ({ id, path, names }, { signal }) =>
      tried(`look into ${shownPath(path)}`, (client) => existingNames(client, id, path, names, signal)),
    async *read({ id, path, limit }, { signal }) {
      try {
        return yield* readFile(await session.client(), id, path, limit, signal)
      } catch (error) {
        throw attempted(`Could not open ${shownPath(path)}`, error)
      }
    }
  }
}

function writeHandlers(listing: Listing, tried: Tried): Pick<Files, WriteVerb> {
  return {
    async write({ id, path, content, version }) {
      const saved = await tried(`save ${shownPath(path)}`, (client) =>
        writeFile(client, id, path, content, version)
      )
      listing.forget(id)
      return { version: saved }
    },
    async makeFolder({ id, path }) {
      await tried(`make the folder ${shownPath(path)}`, (client) => makeFolder(client, id, path))
      listing.forget(id)
    }
  }
}

/** A container's path for a sentence. */
export const shownPath = (path: string): string => oneLine(asText(path), 300)

/** Where a path leads inside the container; of a dangling link, an error that says so. */
async function resolvePath(client: DockerClient, id: string, path: string, signal?: AbortSignal) {
  const there = await statPath(client, id, path, signal)
  if (there === null) throw missing(path)
  if (!isSymlink(there)) return { path, directory: isFolder(there) }
  const target = there.linkTarget.startsWith('/')
    ? there.linkTarget
    : joinPath(parentPath(path), there.linkTarget)
  const end = await statPath(client, id, target, signal)
  if (end === null || isSymlink(end)) {
    throw new AppError(
      'NotFound',
      `${shownPath(path)} is a link to ${shownPath(target)}, which is not there.`,
      {
        hint: 'The link is broken, or what it leads to is only there while the container runs.'
      }
    )
  }
  return { path: target, directory: isFolder(end) }
}
