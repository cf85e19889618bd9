/** Images as archives of the host, as tasks; part of handlers/images. Paths of the host never reach the page. */
import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { basename } from 'node:path'
import { Transform, type Readable } from 'node:stream'
import { shortId } from '@shared/docker/container'
import { humanSize } from '@shared/docker/size'
import { AppError, attempted } from '@shared/errors'
import type { DockerClient } from '../docker/client'
import { importImage, repoTag, saveImages } from '../docker/image-archives'
import { loadImage } from '../docker/images'
import { suggestedName } from '../files/host-names'
import { saveStream } from '../files/save-stream'
import type { Handlers } from '../ipc/handler'
import type { RunningTask, TaskRegistry, TaskUpdate } from '../tasks/registry'
import type { ImagesHandlerDeps } from './images'

/** Hands a file to `take` and counts the bytes the engine has taken. */
async function withFile<R>(
  path: string,
  update: (news: TaskUpdate) => void,
  signal: AbortSignal,
  take: (archive: Readable) => Promise<R>
): Promise<R> {
  const found = await stat(path).catch(unreadable)
  let current = 0
  const counted = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      current += chunk.length
      update({ progress: { current, total: found.size } })
      done(null, chunk)
    }
  })
  const file = createReadStream(path, { signal, highWaterMark: 256 * 1024 })
  file.on('error', (error) => counted.destroy(error))
  counted.on('close', () => file.destroy())
  return await take(file.pipe(counted))
}

function unreadable(cause: unknown, message = 'The file cannot be read.'): never {
  throw new AppError('NotFound', message, { hint: 'Choose a file that exists and is readable.', cause })
}

/** Loads an archive as a task whose progress is the bytes the engine has taken. */
export function loadAsTask(
  client: DockerClient,
  tasks: TaskRegistry,
  path: string,
  title: string
): RunningTask<string[]> {
  return tasks.run(
    title,
    (update, signal) =>
      withFile(path, update, signal, (archive) =>
        loadImage(client, archive, (message) => update({ message }), signal)
      ),
    (names) => `Loaded ${names.join(', ')}`
  )
}

export function imageArchiveHandlers({ session, tasks, chooseArchive, chooseTarget }: ImagesHandlerDeps) {
  return {
    async load() {
      const client = await session.client()
      const path = await chooseArchive('Load')
      return path === null ? null : { taskId: loadAsTask(client, tasks, path, `Load ${basename(path)}`).id }
    },
    async save({ names }) {
      const client = await session.client()
      const to = await chooseTarget(archiveName(names), 'Save images')
      if (to === null) return null
      const task = tasks.run(
        names.length === 1 ? `Save ${nameOf(names[0])}` : `Save ${names.length} images`,
        (update, signal) => saveAs(client, names, to, update, signal),
        (bytes) => `Saved ${basename(to)} (${humanSize(bytes)})`
      )
      return { taskId: task.id }
    },
    async importArchive({ name }) {
      try {
        if (name !== '') repoTag(name)
        const client = await session.client()
        const path = await chooseArchive('Import')
        if (path === null) return null
        const found = await stat(path).catch(unreadable)
        // The engine would make an image without a file of it.
        if (found.size === 0) unreadable(null, 'The file is empty.')
        const task = tasks.run(
          `Import ${basename(path)}`,
          (update, signal) =>
            withFile(path, update, signal, (archive) =>
              importImage(client, archive, name, (message) => update({ message }), signal)
            ),
          (id) => `Imported ${name === '' ? shortId(id) : name}`
        )
        return { taskId: task.id }
      } catch (error) {
        throw attempted('Could not import', error)
      }
    }
  } satisfies Pick<Handlers['images'], 'load' | 'save' | 'importArchive'>
}

/** The engine does not say how long the archive will be. */
async function saveAs(
  client: DockerClient,
  names: readonly string[],
  to: string,
  update: (news: TaskUpdate) => void,
  signal: AbortSignal
): Promise<number> {
  let told = 0
  const onBytes = (bytes: number): void => {
    if (bytes - told < 1_000_000) return
    told = bytes
    update({ message: `${humanSize(bytes, 3)} written` })
  }
  return await saveStream(saveImages(client, names, signal), to, onBytes, signal)
}

function nameOf(name = ''): string {
  return /^sha256:[0-9a-f]{64}$/.test(name) ? shortId(name) : name
}

function archiveName(names: readonly string[]): string {
  return `${suggestedName(names.length === 1 ? nameOf(names[0]) : `${names.length} images`)}.tar`
}
