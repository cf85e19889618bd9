/** An OCI image layout that is a folder: its documents are read, its blobs one by one, and only those that are needed. */
import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { AppError } from '@shared/errors'
import type { Member, ReadOptions } from './archive-reader'
import { damaged } from './damage'
import { imagesOf, type ArchivedImage } from './image-documents'
import { compressionOf } from './inflate'
import { LayerMember, type ReadLayer } from './layer-member'
import { SniffedMember } from './sniffed-member'
import { archiveAt, fileBytes } from './source'

const MAX_DOCUMENT = 4 * 1024 * 1024

/** The documents of the layout, read when they are asked for. Paths that leave the folder are not there. */
export class FolderDocuments extends Map<string, Uint8Array> {
  readonly #folder: string

  constructor(folder: string) {
    super()
    this.#folder = folder
  }

  /** Reads what the images need, before anybody looks. */
  async load(): Promise<ArchivedImage[]> {
    for (const name of ['manifest.json', 'index.json']) await this.#read(name)
    for (;;) {
      const images = this.size === 0 ? [] : this.#images()
      const missing = this.#mentioned().filter((path) => !this.has(path))
      const before = this.size
      for (const path of missing) await this.#read(path)
      if (this.size === before) return images.length > 0 ? images : imagesOf(this)
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
    for (const { configPath } of this.#images()) if (/^[\w.-]+\.json$/.test(configPath)) paths.add(configPath)
    return [...paths].slice(0, 10_000)
  }

  async #read(path: string): Promise<void> {
    const file = join(this.#folder, path)
    const found = await stat(file).catch(() => null)
    if (found?.isFile() !== true || found.size > MAX_DOCUMENT) return
    const content = await readFile(file).catch(() => null)
    const first = content?.find((byte) => byte > 32)
    if (content !== null && (first === 0x7b || first === 0x5b)) this.set(path, content)
  }
}

/** Runs one blob of the folder through a member, which is made when its size is known. */
export async function readBlob(
  folder: string,
  path: string,
  make: (sizeBytes: number) => Member | null,
  { signal, onBytes }: ReadOptions
): Promise<void> {
  if (path.split('/').includes('..')) throw damaged('a layer’s path leaves the folder')
  const file = join(folder, path)
  const { bytes } = await archiveAt(file)
  const member = make(bytes)
  if (member === null) return
  for await (const chunk of fileBytes(file, signal)) {
    member.write(chunk)
    onBytes?.(chunk.length)
    await member.drained()
  }
  await member.end()
}

export async function readLayerBlob(
  folder: string,
  path: string,
  options: ReadOptions
): Promise<ReadLayer | AppError> {
  const outcomes: (ReadLayer | AppError)[] = []
  const choose = (head: Uint8Array): Member =>
    new LayerMember(compressionOf(head), (outcome) => outcomes.push(outcome))
  await readBlob(folder, path, (size) => new SniffedMember(size, choose), options)
  return outcomes[0] ?? damaged('a layer in it is empty')
}
