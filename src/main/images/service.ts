/**
 * Images as files, for the handlers: opens them in the browsing thread, and reads contents from wherever they are nearest.
 * What the whole image shows is asked of the engine, by a container that is created and never started; what only a layer
 * has is read out of the image's archive (docs/decisions/0502).
 */
import type { ImageSource, OpenEvent, TextDiff } from '@shared/contract/image-files'
import { containerName, shortId } from '@shared/docker/container'
import { AppError } from '@shared/errors'
import type { DockerClient } from '../docker/client'
import type { EngineSession } from '../resources/session'
import { ImageBrowser, type StartBrowseThread } from './browser'
import { ImageContents } from './contents'
import { ImageSources } from './sources'
import { MAX_DIFF_BYTES } from './diff-limit'

/** The service on an engine session; `start` starts the browsing thread. */
export function makeImageFiles(start: StartBrowseThread, session: EngineSession): ImageFilesService {
  const client = (): Promise<DockerClient> => session.client()
  const browser = new ImageBrowser(start)
  const nameOf = (id: string): string => {
    const row = session.containers.get(id)
    return row === undefined ? shortId(id) : containerName(row)
  }
  return new ImageFilesService(browser, new ImageSources(client, nameOf), new ImageContents(browser, client))
}

export class ImageFilesService {
  readonly browser: ImageBrowser
  readonly sources: ImageSources
  readonly contents: ImageContents

  constructor(browser: ImageBrowser, sources: ImageSources, contents: ImageContents) {
    this.browser = browser
    this.sources = sources
    this.contents = contents
  }

  /** Progress, then the image, then nothing until it is closed: the handle lives as long as the stream. */
  async *open(source: ImageSource, signal: AbortSignal): AsyncGenerator<OpenEvent, void, undefined> {
    const handle = this.browser.reserve()
    try {
      const resolved = await this.sources.resolve(source, signal)
      yield* this.browser.ask('open', { handle, source: resolved }, signal)
      await this.browser.untilLost(signal)
    } finally {
      this.browser.close(handle)
      this.contents.forget(handle)
    }
  }

  /** The lines of one path that differ between two images; a side that does not have it is empty. */
  async textDiff(before: string, after: string, path: string, signal: AbortSignal): Promise<TextDiff> {
    const texts: Uint8Array[] = []
    for (const handle of [before, after]) {
      const bytes = await this.#wholeText(handle, path, signal)
      if (bytes === null) return { kind: 'too-large', hunks: [] }
      texts.push(bytes)
    }
    const [a, b] = texts as [Uint8Array, Uint8Array]
    return await this.browser.one('textDiff', { before: a, after: b }, signal)
  }

  async #wholeText(handle: string, path: string, signal: AbortSignal): Promise<Uint8Array | null> {
    const view = await this.browser.one('wholeView', { handle }, signal)
    const range = { handle, view, path, offset: 0, limit: MAX_DIFF_BYTES }
    const located = await this.contents.locate(range, signal).catch((error: unknown) => {
      if (error instanceof AppError && error.code === 'NotFound') return null
      throw error
    })
    if (located === null) return new Uint8Array(0)
    if (located.entry.sizeBytes > MAX_DIFF_BYTES) return null
    const pieces: Uint8Array[] = []
    for await (const piece of this.contents.read(range, signal)) pieces.push(piece)
    return Buffer.concat(pieces)
  }
}
