/**
 * Puts together what belongs to one image: reads its source, takes layers from the cache where they are known, and refuses
 * whatever does not have the digest it is named by. Runs in the worker.
 */
import { ImageConfig } from '@shared/docker/image-config'
import { oneLine } from '@shared/docker/text'
import { AppError } from '@shared/errors'
import { engineBytes } from '../docker/engine-bytes'
import { readTar } from './archive-reader'
import { Budget } from './budget'
import { damaged } from './damage'
import { configOf, imagesOf, parseConfig, type ArchivedImage } from './image-documents'
import { digestOfPath, indexArchive, type ArchiveContents, type ArchiveProgress } from './index-archive'
import { LayerBuilder } from './layer-builder'
import type { KnownLayer, LayerCache } from './layer-cache'
import type { LayerIndex } from './layer-index'
import type { ReadLayer } from './layer-member'
import { FolderDocuments, readLayerBlob } from './oci-folder'
import { archiveAt, fileBytes, type Source } from './source'

export interface Progress extends ArchiveProgress {
  readonly totalBytes: number | null
}

/** An image whose layers are all indexed. */
export interface Assembled {
  readonly config: ImageConfig
  readonly layers: readonly LayerIndex[]
  /** Of each layer, in hexadecimal; empty for a container. */
  readonly diffIds: readonly string[]
  /** Where each layer is in the archive; null when nothing had to be read. */
  readonly layerPaths: readonly string[] | null
  readonly archived: readonly ArchivedImage[]
  readonly chosen: number
  readonly cachedLayers: number
}

interface Context {
  readonly cache: LayerCache
  readonly signal: AbortSignal
  readonly onProgress: (progress: Progress) => void
}

export async function assemble(source: Source, context: Context): Promise<Assembled> {
  switch (source.kind) {
    case 'container':
      return await fromContainer(source, context)
    case 'image':
      return fromCache(source, context) ?? (await fromEngine(source, context))
    case 'archive':
      return await fromDisk(source, context)
  }
}

async function fromContainer(
  source: Source & { kind: 'container' },
  { signal, onProgress }: Context
): Promise<Assembled> {
  const budget = new Budget({ signal })
  const builder = new LayerBuilder({ whiteouts: false, budget })
  let bytes = 0
  const onBytes = (count: number): void => {
    bytes += count
    onProgress({ bytes, totalBytes: null, layers: 0, files: builder.count })
  }
  const tarBytes = await readTar(engineBytes(source.bytes, signal), builder, { signal, onBytes, budget })
  const layers = [builder.seal(tarBytes)]
  return {
    config: ImageConfig.parse({}),
    layers,
    diffIds: [],
    layerPaths: null,
    archived: [],
    chosen: 0,
    cachedLayers: 0
  }
}

/** Nothing is read when every layer is known, and the configuration: of an earlier time, or as the engine tells it. */
function fromCache(source: Source & { kind: 'image' }, { cache }: Context): Assembled | null {
  const { imageId, diffIds } = source
  if (diffIds.length === 0) return null
  const raw = cache.config(imageId)
  const config = (raw === null ? null : readable(raw)) ?? source.config
  if (config === null || !sameIds(config, diffIds)) return null
  const layers: LayerIndex[] = []
  for (const diffId of diffIds) {
    const index = cache.get(diffId)
    if (index === null) return null
    layers.push(index)
  }
  return { config, layers, diffIds, layerPaths: null, archived: [], chosen: 0, cachedLayers: layers.length }
}

function readable(raw: Uint8Array): ImageConfig | null {
  try {
    return parseConfig(raw)
  } catch {
    return null
  }
}

function sameIds({ rootfs }: ImageConfig, diffIds: readonly string[]): boolean {
  return (
    rootfs.diff_ids.length === diffIds.length &&
    rootfs.diff_ids.every((id, i) => id === `sha256:${diffIds[i] ?? ''}`)
  )
}

async function fromEngine(source: Source & { kind: 'image' }, context: Context): Promise<Assembled> {
  const { cache, signal, onProgress } = context
  const contents = await indexArchive(engineBytes(source.bytes, signal), {
    signal,
    known: (digest) => cache.layerOf(digest),
    onProgress: (progress) => onProgress({ ...progress, totalBytes: null })
  })
  const images = imagesOf(contents.documents, contents.oversized)
  const chosen = choose(images, contents, source)
  const assembled = await complete(images, chosen, contents, context)
  // Checked against what the engine said, because a later opening trusts it without reading.
  if (sameIds(assembled.config, source.diffIds)) {
    cache.noteConfig(source.imageId, configOf(contents.documents, images[chosen] as ArchivedImage).raw)
  }
  return assembled
}

/** The image whose layers the engine named; else the one of its platform; else the first. */
function choose(
  images: readonly ArchivedImage[],
  { documents }: ArchiveContents,
  source: Source & { kind: 'image' }
): number {
  const configs = images.map((image) => configOf(documents, image).config)
  const same = configs.findIndex((config) => source.diffIds.length > 0 && sameIds(config, source.diffIds))
  if (same >= 0) return same
  return Math.max(
    0,
    configs.findIndex(({ os, architecture }) => `${os}/${architecture}` === source.platform)
  )
}

async function fromDisk(source: Source & { kind: 'archive' }, context: Context): Promise<Assembled> {
  const { cache, signal, onProgress } = context
  const { bytes: totalBytes, folder } = await archiveAt(source.path)
  if (folder) return await fromFolder(source, context)
  const contents = await indexArchive(fileBytes(source.path, signal), {
    signal,
    known: (digest) => cache.layerOf(digest),
    onProgress: (progress) => onProgress({ ...progress, totalBytes })
  })
  const images = imagesOf(contents.documents, contents.oversized)
  return await complete(images, chosenOf(source, images), contents, context)
}

function chosenOf({ image }: Source & { kind: 'archive' }, images: readonly ArchivedImage[]): number {
  if ((image ?? 0) < images.length) return image ?? 0
  throw new AppError('NotFound', 'The archive does not hold that image.', { hint: 'Open the archive again.' })
}

async function fromFolder(source: Source & { kind: 'archive' }, context: Context): Promise<Assembled> {
  const { cache, signal, onProgress } = context
  const documents = new FolderDocuments(source.path)
  const images = await documents.load()
  const chosen = chosenOf(source, images)
  const layers = new Map<string, ReadLayer | AppError>()
  const skipped = new Map<string, KnownLayer>()
  const budget = new Budget({ signal })
  let bytes = 0
  let files = 0
  for (const path of images[chosen]?.layerPaths ?? []) {
    const digest = digestOfPath(path)
    if (layers.has(path) || skipped.has(path)) continue
    const known = digest === null ? null : cache.layerOf(digest)
    if (known !== null) skipped.set(path, known)
    else {
      const onBytes = (count: number): void => {
        bytes += count
        onProgress({ bytes, totalBytes: null, layers: layers.size, files })
      }
      const outcome = await readLayerBlob(source.path, path, { signal, onBytes, budget })
      layers.set(path, outcome)
      files += outcome instanceof AppError ? 0 : outcome.index.count
    }
  }
  return await complete(
    images,
    chosen,
    { documents, layers, skipped, links: new Map(), oversized: new Set() },
    context
  )
}

/** The chosen image's layers, each checked against its name and the configuration. */
async function complete(
  images: readonly ArchivedImage[],
  chosen: number,
  contents: ArchiveContents,
  { cache }: Context
): Promise<Assembled> {
  const image = images[chosen] as ArchivedImage
  const { config } = configOf(contents.documents, image)
  const wanted = config.rootfs.diff_ids
  if (wanted.length !== image.layerPaths.length) {
    throw damaged(`its manifest names ${image.layerPaths.length} layers, its configuration ${wanted.length}`)
  }
  const layers: LayerIndex[] = []
  const layerPaths: string[] = []
  const kept = new Set<string>()
  let cachedLayers = 0
  for (const [i, path] of image.layerPaths.entries()) {
    const diffId = (wanted[i] ?? '').replace(/^sha256:/, '')
    const at = followed(path, contents)
    layerPaths.push(at)
    const read = contents.layers.get(at)
    const known = contents.skipped.get(at)
    if (known !== undefined) cachedLayers += 1
    const index = known === undefined ? checked(read, at, diffId) : expected(known, diffId)
    layers.push(index)
    if (read !== undefined && !(read instanceof AppError) && !kept.has(at)) {
      kept.add(at)
      await cache.put(diffId, read.index)
      cache.noteBlob(read.digest, diffId)
    }
  }
  await cache.trim()
  const diffIds = wanted.map((id) => id.replace(/^sha256:/, ''))
  return { config, layers, diffIds, layerPaths, archived: images, chosen, cachedLayers }
}

function expected(known: KnownLayer, diffId: string): LayerIndex {
  if (known.diffId === diffId) return known.index
  throw damaged('a layer in it does not have the digest its configuration names')
}

/** Old `docker save` links layers that are the same. */
function followed(path: string, { links }: ArchiveContents): string {
  let at = path
  for (let i = 0; i < 16 && links.has(at); i++) at = links.get(at) as string
  return at
}

function checked(read: ReadLayer | AppError | undefined, path: string, diffId: string): LayerIndex {
  if (read === undefined) throw damaged(`the layer ${oneLine(path, 90)} is not in it`)
  if (read instanceof AppError) throw read
  const named = digestOfPath(path)
  if (named !== null && read.digest !== named) {
    throw damaged(`the layer ${named.slice(0, 12)} does not have the digest it is named by`)
  }
  if (read.diffId !== diffId) throw damaged('a layer in it does not have the digest its configuration names')
  return read.index
}
