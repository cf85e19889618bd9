/** Images for the page. Thin: the work is in docker/ and resources/; here errors learn what was attempted. */
import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { basename } from 'node:path'
import { Transform } from 'node:stream'
import { imageName } from '@shared/docker/image'
import { shortId } from '@shared/docker/container'
import { AppError, attempted } from '@shared/errors'
import type { DockerClient } from '../docker/client'
import { loadImage, removeImage } from '../docker/images'
import { previewImageRemoval } from '../docker/removal'
import { runSample } from '../docker/sample'
import type { Handlers } from '../ipc/handler'
import type { EngineSession } from '../resources/session'
import type { RunningTask, TaskRegistry } from '../tasks/registry'

export interface ImagesHandlerDeps {
  readonly session: EngineSession
  readonly tasks: TaskRegistry
  /** Asks the user for an image archive; null when the dialog was cancelled. */
  readonly chooseArchive: () => Promise<string | null>
  /** The bundled archive of the sample image. */
  readonly sampleArchive: string
}

/** Loads an archive as a task whose progress is the bytes the engine has taken. */
function loadAsTask(
  client: DockerClient,
  tasks: TaskRegistry,
  path: string,
  title: string
): RunningTask<string[]> {
  return tasks.run(
    title,
    async (update, signal) => {
      const total = (await stat(path).catch(unreadable)).size
      let current = 0
      const counted = new Transform({
        transform(chunk: Buffer, _encoding, done) {
          current += chunk.length
          update({ progress: { current, total } })
          done(null, chunk)
        }
      })
      const file = createReadStream(path, { signal, highWaterMark: 256 * 1024 })
      file.on('error', (error) => counted.destroy(error))
      counted.on('close', () => file.destroy())
      return await loadImage(client, file.pipe(counted), (message) => update({ message }), signal)
    },
    (names) => `Loaded ${names.join(', ')}`
  )
}

function unreadable(cause: unknown): never {
  throw new AppError('NotFound', 'The file cannot be read.', {
    hint: 'Choose a file that exists and is readable.',
    cause
  })
}

export function imagesHandlers({ session, tasks, chooseArchive, sampleArchive }: ImagesHandlerDeps) {
  const nameOf = (id: string): string => {
    const image = session.images.get(id)
    return image === undefined ? shortId(id) : imageName(image)
  }
  return {
    watch: (_, { signal }) => session.watchImages(signal),
    removalPreview: async ({ ids }, { signal }) => previewImageRemoval(await session.client(), ids, signal),
    async remove({ id }) {
      const name = nameOf(id)
      try {
        await removeImage(await session.client(), id)
      } catch (error) {
        throw attempted(`Could not remove image ${name}`, error)
      }
    },
    async load() {
      const client = await session.client()
      const path = await chooseArchive()
      return path === null ? null : { taskId: loadAsTask(client, tasks, path, `Load ${basename(path)}`).id }
    },
    async runSample() {
      try {
        const client = await session.client()
        const load = () => loadAsTask(client, tasks, sampleArchive, 'Load the sample image').done
        return { id: await runSample(client, load) }
      } catch (error) {
        throw attempted('Could not run the sample', error)
      }
    }
  } satisfies Handlers['images']
}
