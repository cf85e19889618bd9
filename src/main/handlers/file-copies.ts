/** Copies between a container and the host, as tasks; part of handlers/files. Paths of the host never reach the page. */
import { join } from 'node:path'
import { baseName } from '@shared/docker/container-path'
import { oneLine } from '@shared/docker/text'
import type { DockerClient } from '../docker/client'
import { downloadFile, downloadFolder } from '../files/download'
import { DropProgress, tarOfDrop } from '../files/drop'
import { suggestedName } from '../files/host-names'
import type { Listing } from '../files/listing'
import { CopyProgress, countText } from '../files/progress'
import { Choices, existingNames, namesOf, putTar, uploadChosen } from '../files/upload'
import type { Handlers } from '../ipc/handler'
import type { EngineSession } from '../resources/session'
import type { TaskRegistry, Work } from '../tasks/registry'
import { shownPath, type Tried } from './files'

type Files = Handlers['files']

export interface FileCopyDeps {
  readonly session: EngineSession
  readonly tasks: TaskRegistry
  /** Native dialogs; each answers null when it was cancelled. */
  readonly dialogs: {
    readonly chooseFiles: (what: 'files' | 'folder') => Promise<readonly string[] | null>
    readonly chooseTarget: (name: string) => Promise<string | null>
    readonly chooseTargetFolder: () => Promise<string | null>
  }
  readonly listing: Listing
  readonly tried: Tried
  readonly nameOf: (id: string) => string
  readonly resolvePath: (client: DockerClient, id: string, path: string) => Promise<Resolved>
}

interface Resolved {
  readonly path: string
  readonly directory: boolean
}

export function fileCopyHandlers(deps: FileCopyDeps) {
  return { ...uploadHandlers(deps), ...dropHandlers(deps), ...downloadHandlers(deps) }
}

/** A copy into a container as a task; what was kept of the container is read again after it. */
function intoContainer(
  { tasks, listing }: FileCopyDeps,
  title: string,
  id: string,
  work: Work<string>
): string {
  const forgetting: Work<string> = async (update, signal) => {
    try {
      return await work(update, signal)
    } finally {
      listing.forget(id)
    }
  }
  return tasks.run(title, forgetting, (word) => word).id
}

function uploadTitle(first: string, others: number, container: string): string {
  return `Upload ${oneLine(first, 200)}${others > 0 ? ` and ${others} more` : ''} to ${container}`
}

function uploadHandlers(deps: FileCopyDeps): Pick<Files, 'chooseUpload' | 'upload'> {
  const choices = new Choices()
  const { session, dialogs, tried, nameOf } = deps
  return {
    async chooseUpload({ id, path, what }, { signal }) {
      const paths = await dialogs.chooseFiles(what)
      if (paths === null || paths.length === 0) return null
      const names = namesOf({ paths })
      const existing = await tried(`look into ${shownPath(path)}`, (client) =>
        existingNames(client, id, path, names, signal)
      )
      return { token: choices.add({ id, folder: path, paths }), names, existing }
    },
    async upload({ token }) {
      const chosen = choices.take(token)
      const client = await session.client()
      const [first = '', ...others] = namesOf(chosen)
      const title = uploadTitle(first, others.length, nameOf(chosen.id))
      const work: Work<string> = (update, signal) => uploadChosen(client, chosen, update, signal)
      return { taskId: intoContainer(deps, title, chosen.id, work) }
    }
  }
}

function dropHandlers(deps: FileCopyDeps): Pick<Files, 'drop'> {
  return {
    async *drop({ id, path, title, totalBytes, count }, { signal, inputs }) {
      const client = await deps.session.client()
      const taken = new DropProgress()
      const work: Work<string> = async (update, cancel) => {
        try {
          const progress = new CopyProgress(update, totalBytes)
          const archive = tarOfDrop(inputs, progress, (bytes) => taken.add(bytes))
          await putTar(client, id, path, archive, AbortSignal.any([signal, cancel]))
          return `Uploaded ${countText(progress.files)} to ${shownPath(path)}.`
        } finally {
          taken.finish()
        }
      }
      intoContainer(deps, uploadTitle(title, count - 1, deps.nameOf(id)), id, work)
      for await (const takenBytes of taken.follow(signal)) yield { takenBytes }
    }
  }
}

function downloadHandlers({ session, tasks, dialogs, tried, nameOf, resolvePath }: FileCopyDeps) {
  return {
    async download({ id, path }) {
      const client = await session.client()
      const found = await tried(`download ${shownPath(path)}`, (api) => resolvePath(api, id, path))
      const name = suggestedName(path === '/' ? nameOf(id) : baseName(path))
      const to = await (found.directory ? folderIn(dialogs, name) : dialogs.chooseTarget(name))
      if (to === null) return null
      const copy = found.directory ? downloadFolder : downloadFile
      const task = tasks.run(
        `Download ${name} from ${nameOf(id)}`,
        (update, signal) => copy(client, { id, path: found.path, to }, update, signal),
        (word) => word
      )
      return { taskId: task.id }
    }
  } satisfies Pick<Files, 'download'>
}

async function folderIn(dialogs: FileCopyDeps['dialogs'], name: string): Promise<string | null> {
  const folder = await dialogs.chooseTargetFolder()
  return folder === null ? null : join(folder, name)
}
