/**
 * The bytes of files in images: for a preview, to save, to compare. What the whole image shows comes from the engine by way
 * of a container that never runs; what only a layer has comes out of the image's archive, in the browsing thread.
 */
import { basename } from 'node:path'
import type { FileView } from '@shared/contract/image-files'
import { AppError } from '@shared/errors'
import { openArchive } from '../docker/archive'
import type { DockerClient } from '../docker/client'
import { temporaryContainer } from '../docker/image-files'
import type { TarItem } from '../docker/tar-reader'
import { saveFile, saveFolder } from '../files/download'
import type { TaskUpdate } from '../tasks/registry'
import type { Located } from './browse-messages'
import type { ImageBrowser } from './browser'
import type { PackedEntry, PackedItem } from './pack'
import { PreviewCache } from './preview-cache'

export interface FileAt {
  readonly handle: string
  readonly view: FileView
  readonly path: string
}

export interface FileRange extends FileAt {
  readonly offset: number
  readonly limit: number
}

export class ImageContents {
  readonly #browser: ImageBrowser
  readonly #client: () => Promise<DockerClient>
  readonly #previews = new PreviewCache()

  constructor(browser: ImageBrowser, client: () => Promise<DockerClient>) {
    this.#browser = browser
    this.#client = client
  }

  /** What is at a path, and where its bytes are. */
  locate({ handle, view, path }: FileAt, signal: AbortSignal): Promise<Located> {
    return this.#browser.one('locate', { handle, view, path }, signal)
  }

  /** A part of a file. Small ones are kept for a while: a preview is often looked at again. */
  async *read(
    range: FileRange,
    signal: AbortSignal
  ): AsyncGenerator<Uint8Array<ArrayBuffer>, { sizeBytes: number }, undefined> {
    const located = await this.locate(range, signal)
    const { entry } = located
    if (entry.kind !== 'file' && entry.kind !== 'hardlink') throw noContent(entry.path)
    const end = { sizeBytes: entry.sizeBytes }
    const bytes = Math.max(0, Math.min(range.limit, entry.sizeBytes - range.offset))
    if (bytes === 0) return end
    const known = this.#previews.get(range)
    if (known !== null) {
      yield* known
      return end
    }
    const kept = this.#previews.recorder(range, bytes)
    for await (const piece of this.#pieces(located, range, signal)) {
      kept.add(piece)
      yield piece
    }
    kept.done()
    return end
  }

  /** Saves a file as `to`, or a directory with everything in it as a folder `to`. Answers the task's last word. */
  async save(
    at: FileAt,
    to: string,
    update: (news: TaskUpdate) => void,
    signal: AbortSignal
  ): Promise<string> {
    const located = await this.locate(at, signal)
    const folder = located.entry.kind === 'directory'
    const save = folder ? saveFolder : saveFile
    return await this.#items(located, at, signal, (items) =>
      save(items, { path: at.path, to }, update, signal)
    )
  }

  forget(handle: string): void {
    this.#previews.forget(handle)
  }

  async *#pieces(
    located: Located,
    range: FileRange,
    signal: AbortSignal
  ): AsyncGenerator<Uint8Array<ArrayBuffer>, void, undefined> {
    const live = await this.#live(located, signal)
    if (live === null) {
      yield* this.#browser.ask('read', range, signal)
      return
    }
    try {
      for await (const { entry, body } of await openArchive(live.client, live.id, live.path, { signal })) {
        if (entry.type !== 'file') throw noContent(range.path)
        yield* part(body(), range)
        return
      }
    } finally {
      await live.remove()
    }
  }

  /** The engine's archive of a path, or the browsing thread's, as whoever saves takes it. */
  async #items<T>(
    located: Located,
    at: FileAt,
    signal: AbortSignal,
    work: (items: AsyncIterable<TarItem>) => Promise<T>
  ): Promise<T> {
    // A whole tree of an older layer, or of an archive, has no container it could be read from.
    const live = await this.#live(located, signal)
    if (live === null) return await work(tarItems(this.#browser.ask('pack', at, signal)))
    try {
      return await work(await openArchive(live.client, live.id, live.path, { signal }))
    } finally {
      await live.remove()
    }
  }

  async #live({ source, livePath }: Located, signal: AbortSignal) {
    if (livePath === null || source.kind === 'archive') return null
    const client = await this.#client()
    if (source.kind === 'container')
      return { client, id: source.id, path: livePath, remove: () => Promise.resolve() }
    return {
      client,
      path: livePath,
      ...(await temporaryContainer(client, `sha256:${source.imageId}`, signal))
    }
  }
}

/** A stretch of a stream; copies, because a piece travels with all it is cut from. */
async function* part(
  pieces: AsyncIterable<Uint8Array>,
  { offset, limit }: FileRange
): AsyncGenerator<Uint8Array<ArrayBuffer>, void, undefined> {
  let skip = offset
  let left = limit
  for await (const piece of pieces) {
    const from = Math.min(skip, piece.length)
    skip -= from
    const taken = new Uint8Array(piece.subarray(from, from + left))
    left -= taken.length
    if (taken.length > 0) yield taken
    if (left === 0) return
  }
}

/** The thread's entries and pieces as entries with bodies. */
async function* tarItems(
  packed: AsyncGenerator<PackedItem, undefined, undefined>
): AsyncGenerator<TarItem, void, undefined> {
  let next = await packed.next()
  async function* body(): AsyncGenerator<Buffer, void, undefined> {
    while (next.done !== true && next.value.type === 'bytes') {
      yield Buffer.from(next.value.piece)
      next = await packed.next()
    }
  }
  try {
    while (next.done !== true) {
      const item = next.value
      if (item.type === 'bytes') {
        // Nobody wanted these.
        next = await packed.next()
        continue
      }
      next = await packed.next()
      yield { entry: tarEntry(item.entry), body }
    }
  } finally {
    await packed.return(undefined)
  }
}

function tarEntry({ name, kind, sizeBytes, mode, uid, gid, mtime, link }: PackedEntry): TarItem['entry'] {
  return { name, type: kind, size: sizeBytes, mode, uid, gid, mtime: String(mtime), linkName: link, pax: {} }
}

function noContent(path: string): AppError {
  return new AppError('InvalidParameter', `${basename(path) || path} has no content to show.`, {
    hint: 'Choose a regular file.'
  })
}
