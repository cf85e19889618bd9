/** Images for the page. Thin: the work is in docker/ and resources/; here errors learn what was attempted. */
import { imageName } from '@shared/docker/image'
import { shortId } from '@shared/docker/container'
import { humanSize } from '@shared/docker/size'
import { attempted } from '@shared/errors'
import { tagImage } from '../docker/image-archives'
import { platformReader } from '../docker/image-platforms'
import { previewPrune, pruneImages, type Pruned } from '../docker/image-prune'
import { imagesUsage } from '../docker/image-usage'
import { removeImage } from '../docker/images'
import type { Credentials } from '../docker/registry-credentials'
import { previewImageRemoval } from '../docker/removal'
import { runSample } from '../docker/sample'
import type { Handlers } from '../ipc/handler'
import type { EngineSession } from '../resources/session'
import type { TaskRegistry } from '../tasks/registry'
import { imageArchiveHandlers, loadAsTask } from './image-archives'
import { imageTransferHandlers } from './image-transfers'

export interface ImagesHandlerDeps {
  readonly session: EngineSession
  readonly tasks: TaskRegistry
  /** Asks the user for an archive; null when the dialog was cancelled. */
  readonly chooseArchive: (verb: 'Load' | 'Import') => Promise<string | null>
  /** Asks where to save an archive under a suggested name; null when the dialog was cancelled. */
  readonly chooseTarget: (name: string, title: string) => Promise<string | null>
  /** The bundled archive of the sample image. */
  readonly sampleArchive: string
  /** What the CLI knows of a registry. */
  readonly credentials: Credentials
}

export function imagesHandlers(deps: ImagesHandlerDeps) {
  const { session, tasks, sampleArchive } = deps
  const platforms = platformReader()
  const nameOf = (id: string): string => {
    const image = session.images.get(id)
    return image === undefined ? shortId(id) : imageName(image)
  }
  return {
    watch: (_, { signal }) => session.watchImages(signal),
    removalPreview: async ({ ids }, { signal }) => previewImageRemoval(await session.client(), ids, signal),
    async remove({ id, tags, force }) {
      const name = nameOf(id)
      try {
        await removeImage(await session.client(), id, { tags, force })
      } catch (error) {
        throw attempted(`Could not remove image ${tags?.[0] ?? name}`, error)
      }
    },
    async *usage(_, { signal }) {
      try {
        yield await imagesUsage(await session.client(), signal)
      } catch (error) {
        throw attempted('Could not measure the images', error)
      }
    },
    platforms: async ({ ids }, { signal }) => platforms(await session.client(), ids, signal),
    ...pruneHandlers(deps),
    async tag({ id, name }) {
      try {
        await tagImage(await session.client(), id, name)
      } catch (error) {
        throw attempted(`Could not tag image ${nameOf(id)}`, error)
      }
    },
    ...imageArchiveHandlers(deps),
    ...imageTransferHandlers(deps),
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

function pruneHandlers({ session, tasks }: ImagesHandlerDeps) {
  return {
    async prunePreview({ kind }, { signal }) {
      try {
        return await previewPrune(await session.client(), kind, signal)
      } catch (error) {
        throw attempted('Could not find out what would go', error)
      }
    },
    async prune({ images }) {
      const client = await session.client()
      const count = images.length === 1 ? '1 image' : `${images.length} images`
      const task = tasks.run(
        `Prune ${count}`,
        (update, signal) => {
          const total = images.length
          return pruneImages(client, images, (current) => update({ progress: { current, total } }), signal)
        },
        prunedText
      )
      return { taskId: task.id }
    }
  } satisfies Pick<Handlers['images'], 'prunePreview' | 'prune'>
}

/** "Removed 3 images, 12MB freed. 1 stayed: web:1 (It is used by now.)" */
export function prunedText({ removed, stayed, freedBytes, exact }: Pruned): string {
  const freed =
    freedBytes > 0 || exact ? `, ${exact ? '' : 'at least '}${humanSize(freedBytes, 3)} freed` : ''
  const done = `Removed ${removed} ${removed === 1 ? 'image' : 'images'}${freed}.`
  if (stayed.length === 0) return done
  const named = stayed.slice(0, 3).map(({ name, why }) => `${name} (${why})`)
  return `${done} ${stayed.length} stayed: ${named.join(', ')}${stayed.length > 3 ? ' …' : ''}`
}
