/** An OCI image layout that is a folder: its documents are read, its blobs one by one, and only those that are needed. */
import { readFile, realpath, stat } from 'node:fs/promises'
import { join, sep } from 'node:path'
import { oneLine } from '@shared/docker/text'
import type { AppError } from '@shared/errors'
import type { Member, ReadOptions } from './archive-reader'
import { Budget } from './budget'
import { damaged, tooLarge } from './damage'
import { imagesOf, type ArchivedImage } from './image-documents'
import { compressionOf } from './inflate'
import { LayerMember, type ReadLayer } from './layer-member'
import { SniffedMember } from './sniffed-member'
import { archiveAt, fileBytes } from './source'

const MAX_DOCUMENT = 4 * 1024 * 1024
const MAX_DOCUMENTS = 64 * 1024 * 1024
/** Where manifest.json has configurations. */
const CONFIG = /^(?:[\w.-]+\.json|blobs\/sha256\/[0-9a-f]{64})$/
/** An index of indexes of indexes; real ones have two. */
const MAX_LEVELS = 8

/** The documents of the layout, read when they are asked for. Paths that leave the folder are not there. */
export class FolderDocuments extends Map<string, Uint8Array> {
  readonly #folder: string
  #bytes = 0

  constructor(folder: string) {
    super()
    this.#folder = folder
  }

  /** Reads what the images need, before anybody looks. */
  async load(): Promise<ArchivedImage[]> {
    for (const name of ['manifest.json', 'index.json']) await this.#read(name)
    for (let level = 0; ; level++) {
      const images = this.size === 0 ? [] : this.#images()
      const missing = this.#mentioned().filter((path) => !this.has(path))
      const before = this.size
      for (const path of missing) await this.#read(path)
      if (this.size === before || level === MAX_LEVELS) return images.length > 0 ? images : imagesOf(this)
    }
  }

  #images(): ArchivedImage[] {
    try {
      return imagesOf(this)
    } catch {
      // Blobs that are still to be read.
      return []
    }
  }

  /** Blobs that the documents so far speak of. */
  #mentioned(): string[] {
    const paths = new Set<string>()
    for (const [, document] of this) {
      for (const [, hex] of Buffer.from(document)
        .toString('latin1')
        .matchAll(/sha256:([0-9a-f]{64})/g)) {
        paths.add(`blobs/sha256/${hex ?? ''}`)
      }
    }
    for (const { configPath } of this.#images()) if (CONFIG.test(configPath)) paths.add(configPath)
    return [...paths].slice(0, 10_000)
  }

  async #read(path: string): Promise<void> {
    const file = await inside(this.#folder, path).catch(() => null)
    const found = file === null ? null : await stat(file).catch(() => null)
    if (file === null || found?.isFile() !== true || found.size > MAX_DOCUMENT) return
    this.#bytes += found.size
    if (this.#bytes > MAX_DOCUMENTS) throw tooLarge('its descriptions alone take more than 64 MB')
    const content = await readFile(file).catch(() => null)
    const first = content?.find((byte) => byte > 32)
    if (content !== null && (first === 0x7b || first === 0x5b)) this.set(path, content)
  }
}

/** The real path of a file in the folder. What a link or `..` takes out of it is not read: it is no part of the image. */
async function inside(folder: string, path: string): Promise<string> {
  const [root, file] = await Promise.all([realpath(folder), realpath(join(folder, path)).catch(() => null)])
  if (file === null) throw damaged(`the layer ${oneLine(path, 90)} is not in it`)
  if (!file.startsWith(root.endsWith(sep) ? root : root + sep))
    throw damaged('a layer’s path leaves the folder')
  return file
}

/** Runs one blob of the folder through a member, which is made when its size is known. */
export async function readBlob(
  folder: string,
  path: string,
  make: (sizeBytes: number) => Member | null,
  { signal, onBytes, budget = new Budget({ signal }) }: ReadOptions
): Promise<void> {
  if (path.split('/').includes('..')) throw damaged('a layer’s path leaves the folder')
  const file = await inside(folder, path)
  const { bytes } = await archiveAt(file)
  const member = make(bytes)
  if (member === null) return
  for await (const chunk of fileBytes(file, signal)) {
    member.write(chunk)
    onBytes?.(chunk.length)
    await member.drained()
    budget.check()
  }
  await member.end()
}

export async function readLayerBlob(
  folder: string,
  path: string,
  options: ReadOptions
): Promise<ReadLayer | AppError> {
  const outcomes: (ReadLayer | AppError)[] = []
  const budget = options.budget ?? new Budget({ signal: options.signal })
  const choose = (head: Uint8Array): Member =>
    new LayerMember(compressionOf(head), budget, (outcome) => outcomes.push(outcome))
  await readBlob(folder, path, (size) => new SniffedMember(size, choose), { ...options, budget })
  return outcomes[0] ?? damaged('a layer in it is empty')
}
