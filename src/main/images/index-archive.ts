/**
 * What is taken out of an image archive in one run: its small JSON files as they are, its layers as indexes. Layers that are
 * known already are skipped. Which of them make up an image is decided afterwards, by image-documents.
 */
import { oneLine } from '@shared/docker/text'
import { AppError } from '@shared/errors'
import { readArchive, type ArchiveSink, type Member, type ReadOptions } from './archive-reader'
import { Budget } from './budget'
import { damaged, tooLarge } from './damage'
import { compressionOf } from './inflate'
import type { KnownLayer } from './layer-cache'
import { LayerMember, type ReadLayer } from './layer-member'
import { SniffedMember } from './sniffed-member'
import { BLOCK, checksumMatches, isZeroBlock } from './tar-header'

/** Configurations and manifests have some kilobytes; the largest with every history are below one megabyte. */
const MAX_DOCUMENT = 4 * 1024 * 1024
const MAX_DOCUMENTS = 64 * 1024 * 1024
const MAX_FILES = 100_000
const MAX_NAME_BYTES = 64 * 1024 * 1024

export interface ArchiveProgress {
  /** Read from the source so far. */
  readonly bytes: number
  readonly layers: number
  readonly files: number
}

export interface ArchiveOptions extends ReadOptions {
  readonly onProgress: (progress: ArchiveProgress) => void
  /** The layer with this digest when it need not be read. */
  readonly known: (digest: string) => KnownLayer | null
}

export interface ArchiveContents {
  readonly documents: ReadonlyMap<string, Uint8Array>
  readonly layers: ReadonlyMap<string, ReadLayer | AppError>
  /** Layers that were skipped, by their paths. */
  readonly skipped: ReadonlyMap<string, KnownLayer>
  readonly links: ReadonlyMap<string, string>
  /** Documents that are too large to be any: told when one of them is needed. */
  readonly oversized: ReadonlySet<string>
}

export async function indexArchive(
  source: AsyncIterable<Uint8Array>,
  { onProgress, known, signal, onBytes, budget = new Budget({ signal }) }: ArchiveOptions
): Promise<ArchiveContents> {
  let bytes = 0
  const sink = new IndexSink(known, budget)
  await readArchive(source, sink, {
    signal,
    budget,
    onBytes: (count) => {
      bytes += count
      onBytes?.(count)
      onProgress({ bytes, layers: sink.layers.size, files: sink.files })
    }
  })
  return sink
}

/** The digest a path of an OCI layout names; null for any other path. */
export function digestOfPath(path: string): string | null {
  return /^(?:.*\/)?blobs\/sha256\/([0-9a-f]{64})$/.exec(path)?.[1] ?? null
}

class IndexSink implements ArchiveSink {
  readonly documents = new Map<string, Uint8Array>()
  readonly layers = new Map<string, ReadLayer | AppError>()
  readonly skipped = new Map<string, KnownLayer>()
  readonly links = new Map<string, string>()
  readonly oversized = new Set<string>()
  readonly done = false
  readonly #known: (digest: string) => KnownLayer | null
  readonly #budget: Budget
  #nameBytes = 0
  #documentBytes = 0
  #filesBefore = 0
  #current: LayerMember | null = null

  constructor(known: (digest: string) => KnownLayer | null, budget: Budget) {
    this.#known = known
    this.#budget = budget
  }

  get files(): number {
    return this.#filesBefore + (this.#current?.count ?? 0)
  }

  member(path: string, size: number): Member | null {
    this.#guard(path.length)
    const digest = digestOfPath(path)
    const known = digest === null ? null : this.#known(digest)
    if (known !== null) {
      this.skipped.set(path, known)
      return null
    }
    return new SniffedMember(size, (head) => this.#choose(path, size, head))
  }

  link(path: string, target: string): void {
    this.#guard(path.length + target.length)
    this.links.set(path, target)
  }

  #guard(nameBytes: number): void {
    this.#nameBytes += nameBytes
    if (this.#nameBytes > MAX_NAME_BYTES) throw tooLarge('its names alone take more than 64 MB')
    if (this.layers.size + this.documents.size + this.links.size > MAX_FILES) {
      throw tooLarge('it holds more than a hundred thousand files that could be layers')
    }
  }

  #choose(path: string, size: number, head: Uint8Array): Member | null {
    if (isJson(head)) {
      if (size > MAX_DOCUMENT) {
        if (path.length < 100) this.oversized.add(path)
        return null
      }
      this.#documentBytes += size
      if (this.#documentBytes > MAX_DOCUMENTS) throw tooLarge('its descriptions alone take more than 64 MB')
      return new DocumentMember(size, (content) => this.#document(path, content))
    }
    const compression = compressionOf(head)
    if (compression === 'none' && !isTar(head)) return null
    const member = new LayerMember(compression, this.#budget, (outcome) => {
      this.#layer(path, outcome)
      this.#filesBefore += member.count
      if (this.#current === member) this.#current = null
    })
    this.#current = member
    return member
  }

  /** Tools differ in which of two files of one name they take: only when both are the same does it not matter. */
  #document(path: string, content: Uint8Array): void {
    const before = this.documents.get(path)
    if (before !== undefined && Buffer.compare(before, content) !== 0) throw twice(path)
    this.documents.set(path, content)
  }

  #layer(path: string, outcome: ReadLayer | AppError): void {
    const before = this.layers.get(path)
    const digestOf = (read: ReadLayer | AppError | undefined): string | null =>
      read === undefined || read instanceof AppError ? null : read.digest
    this.layers.set(
      path,
      before === undefined || digestOf(before) === digestOf(outcome) ? outcome : twice(path)
    )
  }
}

function twice(path: string): AppError {
  return damaged(`it has ${oneLine(path, 90)} twice, with different contents`)
}

function isJson(head: Uint8Array): boolean {
  const first = head.find((byte) => byte !== 32 && byte !== 9 && byte !== 10 && byte !== 13)
  return first === 0x7b || first === 0x5b
}

function isTar(head: Uint8Array): boolean {
  return head.length >= BLOCK && (isZeroBlock(head, 0) || checksumMatches(head, 0))
}

class DocumentMember implements Member {
  readonly #content: Uint8Array
  readonly #onDone: (content: Uint8Array) => void
  #filled = 0

  constructor(size: number, onDone: (content: Uint8Array) => void) {
    this.#content = new Uint8Array(size)
    this.#onDone = onDone
  }

  write(piece: Uint8Array): void {
    this.#content.set(piece, this.#filled)
    this.#filled += piece.length
  }

  drained(): Promise<void> {
    return Promise.resolve()
  }

  end(): Promise<void> {
    this.#onDone(this.#content)
    return Promise.resolve()
  }
}
