/** The service with its thread's side in this process, and an image opened by it. */
import type { ImageSource, OpenedImage } from '@shared/contract/image-files'
import type { EngineSession } from '../../resources/session'
import { BrowseHost } from '../browse-host'
import { makeImageFiles, type ImageFilesService } from '../service'

export interface Opened {
  readonly image: OpenedImage
  readonly close: () => Promise<void>
}

export async function openWith(service: ImageFilesService, source: ImageSource): Promise<Opened> {
  const abort = new AbortController()
  const events = service.open(source, abort.signal)
  for (;;) {
    const next = await events.next()
    if (next.done === true) throw new Error('it ended before it was ready')
    if (next.value.kind !== 'ready') continue
    const close = async (): Promise<void> => {
      const ended = events.next().catch(() => undefined)
      abort.abort()
      await ended
    }
    return { image: next.value.image, close }
  }
}

/** The service with its thread's side in this process. */
export function serviceOn(session: EngineSession, cacheDir: string): ImageFilesService {
  return makeImageFiles(() => {
    let listener: (message: never) => void = () => undefined
    const host = new BrowseHost(cacheDir, (message) => {
      queueMicrotask(() => listener(structuredClone(message) as never))
    })
    return {
      post: (message) => host.receive(structuredClone(message)),
      onMessage: (to) => {
        listener = to
      },
      onFailure: () => undefined,
      end: () => undefined
    }
  }, session)
}
