/**
 * The bytes of the files that may tell of packages, in one pass over the image: out of its layers, or out of a container's
 * root, where a running container may have moved everything since it was indexed, so that paths count there. In the worker.
 */
import { engineBytes } from '../../docker/engine-bytes'
import { fromBytes } from '../../docker/path-bytes'
import { readTar } from '../archive-reader'
import { Channel } from '../channel'
import type { LayerCache } from '../layer-cache'
import type { OpenedImage } from '../opened-image'
import { contentOf } from '../pack'
import { readContents, type ContentPiece, type WantedFile } from '../read-contents'
import type { Source } from '../source'
import { SparseContent } from '../sparse-content'
import { Kind } from '../tar-header'
import type { TarEntry, TarSink } from '../tar-scanner'
import type { PackageFile } from './wanted'

export interface ReadingContext {
  readonly cache: LayerCache
  readonly signal: AbortSignal
  /** Called with the bytes of the image that ran by, for every chunk. */
  readonly onBytes: (bytes: number) => void
}

export function packageContents(
  { source, assembled, whole }: OpenedImage,
  files: readonly PackageFile[],
  context: ReadingContext
): AsyncGenerator<ContentPiece<PackageFile>, void, undefined> {
  if (source.kind === 'container') return ofContainer(source, files, context)
  const wanted = new Map<number, Map<number, WantedFile<PackageFile>>>()
  for (const file of files) {
    const content = contentOf(whole, file.at)
    if (content === null) continue
    const layer = wanted.get(content.layer) ?? new Map<number, WantedFile<PackageFile>>()
    wanted.set(content.layer, layer)
    // A second name of the same file tells nothing new.
    if (!layer.has(content.contentAt)) layer.set(content.contentAt, { of: file, crc: content.crc })
  }
  return wanted.size === 0 ? nothing() : readContents(source, assembled, wanted, context)
}

async function* nothing(): AsyncGenerator<never, void, undefined> {
  // There is no file to read.
}

async function* ofContainer(
  source: Source & { kind: 'container' },
  files: readonly PackageFile[],
  { signal, onBytes }: ReadingContext
): AsyncGenerator<ContentPiece<PackageFile>, void, undefined> {
  const stop = new AbortController()
  const both = AbortSignal.any([signal, stop.signal])
  const channel = new Channel<ContentPiece<PackageFile>>()
  const sink = new RootSink(new Map(files.map((file) => [file.path, file])), channel)
  const run = readTar(engineBytes(source.bytes, both), sink, {
    signal: both,
    onBytes,
    settle: () => channel.drained()
  })
  run.then(
    () => channel.close(),
    (error: unknown) => channel.close(error)
  )
  try {
    yield* channel
  } finally {
    stop.abort()
    await run.catch(() => undefined)
  }
}

class RootSink implements TarSink {
  readonly #wanted: ReadonlyMap<string, PackageFile>
  readonly #channel: Channel<ContentPiece<PackageFile>>
  #current: { readonly of: PackageFile; readonly content: SparseContent } | null = null

  constructor(wanted: ReadonlyMap<string, PackageFile>, channel: Channel<ContentPiece<PackageFile>>) {
    this.#wanted = wanted
    this.#channel = channel
  }

  entry({ path, kind, realSize, sparse }: TarEntry): void {
    const of =
      kind === Kind.file ? this.#wanted.get(`/${fromBytes(path).replace(/^(\.?\/)+/, '')}`) : undefined
    if (of === undefined) return
    this.#channel.push({ type: 'begin', of, sizeBytes: realSize })
    const content = new SparseContent(sparse, realSize, (piece) => {
      this.#channel.push({ type: 'bytes', of, piece })
    })
    this.#current = { of, content }
  }

  content(piece: Uint8Array): void {
    this.#current?.content.write(piece)
  }

  entryEnd(): void {
    if (this.#current === null) return
    this.#current.content.end()
    this.#channel.push({ type: 'end', of: this.#current.of })
    this.#current = null
  }
}
