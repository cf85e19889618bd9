/**
 * The bytes of chosen files, by running through the image's archive again as far as their layers: nothing else has what a
 * later layer hides. Files come in the archive's order. Runs in the worker.
 */
import { crc32 } from 'node:zlib'
import { AppError } from '@shared/errors'
import { engineBytes } from '../docker/engine-bytes'
import { readArchive, type ArchiveSink, type Member, type ReadOptions } from './archive-reader'
import type { Assembled } from './assemble'
import { Budget } from './budget'
import { Channel } from './channel'
import { damaged } from './damage'
import { digestOfPath } from './index-archive'
import { compressionOf, makeInflater, type Compression, type Inflater } from './inflate'
import type { LayerCache } from './layer-cache'
import { readBlob } from './oci-folder'
import { SniffedMember } from './sniffed-member'
import { archiveAt, fileBytes, type Source } from './source'
import { SparseContent } from './sparse-content'
import { TarScanner, type TarEntry, type TarSink } from './tar-scanner'

/** Whoever asked for a file, and the CRC-32 its stored bytes had when the layer was indexed. */
export interface WantedFile<T> {
  readonly of: T
  readonly crc: number
}

/** By layer, by where the content begins in it. */
export type Wanted<T> = ReadonlyMap<number, ReadonlyMap<number, WantedFile<T>>>

export type ContentPiece<T> =
  | { readonly type: 'begin'; readonly of: T; readonly sizeBytes: number }
  | { readonly type: 'bytes'; readonly of: T; readonly piece: Uint8Array }
  | { readonly type: 'end'; readonly of: T }

interface Context {
  readonly cache: LayerCache
  readonly signal: AbortSignal
  /** Called with the bytes that ran by, for every chunk. */
  readonly onBytes?: (bytes: number) => void
}

export async function* readContents<T>(
  source: Source,
  assembled: Assembled,
  wanted: Wanted<T>,
  context: Context
): AsyncGenerator<ContentPiece<T>, void, undefined> {
  const { cache, signal } = context
  const stop = new AbortController()
  const both = AbortSignal.any([signal, stop.signal])
  const channel = new Channel<ContentPiece<T>>()
  const budget = new Budget({ signal: both })
  const options = { ...context, signal: both, budget }
  const sink = new ContentSink(assembled, wanted, { channel, cache, budget })
  const run =
    source.kind === 'archive' && (await archiveAt(source.path)).folder
      ? fromFolder(source.path, sink, options)
      : readArchive(bytesOf(source, both), sink, options)
  run.then(
    () => channel.close(sink.missing === 0 ? null : gone()),
    (error: unknown) => channel.close(error)
  )
  try {
    yield* channel
  } finally {
    stop.abort()
    await run.catch(() => undefined)
  }
}

function bytesOf(source: Source, signal: AbortSignal): AsyncIterable<Uint8Array> {
  return source.kind === 'archive' ? fileBytes(source.path, signal) : engineBytes(source.bytes, signal)
}

async function fromFolder<T>(folder: string, sink: ContentSink<T>, options: ReadOptions): Promise<void> {
  for (const path of sink.paths()) {
    if (!sink.done) await readBlob(folder, path, (size) => sink.member(path, size), options)
  }
}

class ContentSink<T> implements ArchiveSink {
  readonly #assembled: Assembled
  readonly #wanted: Wanted<T>
  readonly #channel: Channel<ContentPiece<T>>
  readonly #cache: LayerCache
  readonly #budget: Budget
  /** Files of the archive that were taken: one that comes again is not read again. */
  readonly #taken = new Set<string>()
  /** Files that have not come yet. */
  missing: number

  constructor(
    assembled: Assembled,
    wanted: Wanted<T>,
    { channel, cache, budget }: { channel: Channel<ContentPiece<T>>; cache: LayerCache; budget: Budget }
  ) {
    this.#assembled = assembled
    this.#wanted = wanted
    this.#channel = channel
    this.#cache = cache
    this.#budget = budget
    this.missing = [...wanted.values()].reduce((sum, files) => sum + files.size, 0)
  }

  get done(): boolean {
    return this.missing === 0
  }

  /** Where the wanted layers are, when that is known. */
  paths(): string[] {
    return [...this.#wanted.keys()].map((layer) => this.#assembled.layerPaths?.[layer] ?? '')
  }

  link(): void {
    // Links lead to layers that are there under another path.
  }

  member(path: string, size: number): Member | null {
    const files = new Map<number, WantedFile<T>>()
    for (const [layer, those] of this.#wanted) {
      if (this.#isLayer(path, layer)) for (const [at, file] of those) files.set(at, file)
    }
    if (files.size === 0 || this.#taken.has(path)) return null
    this.#taken.add(path)
    const onFile = (): void => {
      this.missing -= 1
    }
    return new SniffedMember(
      size,
      (head) =>
        new ContentMember(compressionOf(head), files, {
          channel: this.#channel,
          budget: this.#budget,
          onFile
        })
    )
  }

  #isLayer(path: string, layer: number): boolean {
    const known = this.#assembled.layerPaths?.[layer]
    if (known !== undefined) return known === path
    const digest = digestOfPath(path)
    const diffId = this.#assembled.diffIds[layer]
    return digest !== null && (digest === diffId || this.#cache.layerOf(digest)?.diffId === diffId)
  }
}

class ContentMember<T> implements Member, TarSink {
  readonly #files: Map<number, WantedFile<T>>
  readonly #channel: Channel<ContentPiece<T>>
  readonly #onFile: () => void
  readonly #scanner = new TarScanner(this)
  readonly #inflater: Inflater
  #current: { readonly file: WantedFile<T>; readonly content: SparseContent } | null = null
  #crc = 0

  constructor(
    compression: Compression,
    files: Map<number, WantedFile<T>>,
    { channel, budget, onFile }: { channel: Channel<ContentPiece<T>>; budget: Budget; onFile: () => void }
  ) {
    this.#inflater = makeInflater(compression, (piece) => this.#scanner.write(piece), budget)
    this.#files = files
    this.#channel = channel
    this.#onFile = onFile
  }

  write(piece: Uint8Array): void {
    if (!this.#served) this.#inflater.write(piece)
  }

  async drained(): Promise<void> {
    if (!this.#served) await this.#inflater.drained()
    await this.#channel.drained()
  }

  async end(): Promise<void> {
    if (!this.#served) await this.#inflater.end()
    this.#inflater.dispose()
    await this.#channel.drained()
  }

  /** Everything that was wanted of this layer has come. */
  get #served(): boolean {
    return this.#files.size === 0 && this.#current === null
  }

  entry({ contentAt, realSize, sparse }: TarEntry): void {
    const file = this.#files.get(contentAt)
    if (file === undefined) return
    const { of } = file
    this.#files.delete(contentAt)
    this.#crc = 0
    this.#channel.push({ type: 'begin', of, sizeBytes: realSize })
    const content = new SparseContent(sparse, realSize, (piece) => {
      this.#channel.push({ type: 'bytes', of, piece })
    })
    this.#current = { file, content }
  }

  content(piece: Uint8Array): void {
    if (this.#current === null) return
    this.#crc = crc32(piece, this.#crc)
    this.#current.content.write(piece)
  }

  entryEnd(): void {
    if (this.#current === null) return
    const { file, content } = this.#current
    // The layer is known by its digest, its bytes come from wherever the archive has them now.
    if (this.#crc !== file.crc) throw damaged('a file in it is not the one its layer had when it was read')
    content.end()
    this.#channel.push({ type: 'end', of: file.of })
    this.#current = null
    this.#onFile()
  }
}

function gone(): AppError {
  return new AppError('NotFound', 'The image’s archive does not have this file any more.', {
    hint: 'Open the image again.'
  })
}
