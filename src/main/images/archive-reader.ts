/**
 * Runs once through an image archive (`docker save`, an OCI layout as tar) and hands each file in it to whoever wants it.
 * Nothing is known of the order: configuration and manifests may come before or after the layers. Used by index-archive
 * and read-contents; the pace is that of the slowest part, memory is that of a few chunks.
 */
import { setImmediate } from 'node:timers/promises'
import { AppError } from '@shared/errors'
import { Budget } from './budget'
import { damaged } from './damage'
import { fromBytes } from '../docker/path-bytes'
import { compressionOf, makeInflater, type Inflater } from './inflate'
import { Kind } from './tar-header'
import { TarScanner, type TarEntry, type TarSink } from './tar-scanner'

/** What is done with one file of the archive. */
export interface Member {
  write(piece: Uint8Array): void
  /** Resolves when more may be written. */
  drained(): Promise<void>
  /** All of the file has been written. */
  end(): Promise<void>
}

export interface ArchiveSink {
  /** Who takes the file at this path; null to skip it. */
  member(path: string, size: number): Member | null
  /** A symlink or hard link of the archive: old `docker save` links layers that are the same. */
  link(path: string, target: string): void
  /** Nothing more is wanted; the archive need not be read to its end. */
  readonly done: boolean
}

export interface ReadOptions {
  readonly signal: AbortSignal
  /** Called with the bytes read from the source, for every chunk. */
  readonly onBytes?: (bytes: number) => void
  /** What the reading may cost; its own when it is not part of another. */
  readonly budget?: Budget
}

const MAGIC_BYTES = 8
const NOTHING = Buffer.alloc(0)
/** Compressed bytes between two looks at the clock: they may be sixty-four megabytes unpacked. */
const STEP_BYTES = 64 * 1024
/** How long the thread may be kept from other queries. */
const SLICE_MS = 30

export async function readArchive(
  source: AsyncIterable<Uint8Array>,
  sink: ArchiveSink,
  options: ReadOptions
): Promise<void> {
  const files = new ArchiveFiles(sink)
  await throughInflater(
    source,
    (piece) => files.scanner.write(piece),
    () => files.settle(),
    () => sink.done,
    options
  )
  if (sink.done) return
  files.scanner.end()
  await files.settle()
  if (files.scanner.position === 0) throw damaged('it is empty')
}

/** Runs a tar that may be compressed through a sink of its own: a container's root, for example. */
export async function readTar(
  source: AsyncIterable<Uint8Array>,
  sink: TarSink,
  options: ReadOptions & {
    /** Resolves when more may be passed to the sink. */
    readonly settle?: () => Promise<void>
  }
): Promise<number> {
  const scanner = new TarScanner(sink)
  await throughInflater(
    source,
    (piece) => scanner.write(piece),
    () => options.settle?.() ?? Promise.resolve(),
    () => false,
    options
  )
  scanner.end()
  return scanner.position
}

async function throughInflater(
  source: AsyncIterable<Uint8Array>,
  out: (piece: Uint8Array) => void,
  settle: () => Promise<void>,
  done: () => boolean,
  { signal, onBytes, budget = new Budget({ signal }) }: ReadOptions
): Promise<void> {
  let inflater: Inflater | null = null
  /** The first bytes, until they are enough to tell the compression. */
  let head: Buffer = NOTHING
  let pause = performance.now() + SLICE_MS
  try {
    for await (const chunk of source) {
      signal.throwIfAborted()
      if (chunk.length === 0) continue
      head = inflater === null ? Buffer.concat([head, chunk]) : NOTHING
      if (inflater === null && head.length < MAGIC_BYTES) continue
      inflater ??= makeInflater(compressionOf(head), out, budget)
      onBytes?.(chunk.length)
      const bytes = head.length > 0 ? head : chunk
      for (let at = 0; at < bytes.length; at += STEP_BYTES) {
        inflater.write(bytes.subarray(at, at + STEP_BYTES))
        await inflater.drained()
        await settle()
        budget.check()
        if (done()) return
        if (performance.now() < pause) continue
        await setImmediate()
        signal.throwIfAborted()
        pause = performance.now() + SLICE_MS
      }
    }
    signal.throwIfAborted()
    await inflater?.end()
  } finally {
    inflater?.dispose()
  }
}

class ArchiveFiles implements TarSink {
  readonly scanner = new TarScanner(this)
  readonly #sink: ArchiveSink
  #member: Member | null = null
  /** Members that have ended and have not finished yet. */
  readonly #ending = new Set<Promise<void>>()
  #failure: unknown = null

  constructor(sink: ArchiveSink) {
    this.#sink = sink
  }

  entry({ path, link, kind, size, sparse }: TarEntry): void {
    const name = cleanName(fromBytes(path))
    this.#member = null
    if (kind === Kind.symlink || kind === Kind.hardLink) {
      const target = fromBytes(link)
      this.#sink.link(name, kind === Kind.symlink ? relativeTo(name, target) : cleanName(target))
    } else if (kind === Kind.file && size > 0 && sparse === null) this.#member = this.#sink.member(name, size)
  }

  content(piece: Uint8Array): void {
    this.#member?.write(piece)
  }

  entryEnd(): void {
    const member = this.#member
    this.#member = null
    if (member === null) return
    const ending = member
      .end()
      .catch((thrown: unknown) => {
        this.#failure ??= thrown
      })
      .finally(() => this.#ending.delete(ending))
    this.#ending.add(ending)
  }

  async settle(): Promise<void> {
    await this.#member?.drained()
    while (this.#ending.size > 0) await Promise.all(this.#ending)
    if (this.#failure !== null)
      throw this.#failure instanceof Error ? this.#failure : new AppError('Unknown', 'Reading failed.')
  }
}

/** A name of the archive without `./`, `/` and `..`: it is compared, never opened. */
function cleanName(name: string): string {
  const names: string[] = []
  for (const part of name.split('/')) {
    if (part === '..') names.pop()
    else if (part !== '' && part !== '.') names.push(part)
  }
  return names.join('/')
}

function relativeTo(name: string, target: string): string {
  return target.startsWith('/') ? cleanName(target) : cleanName(`${name}/../${target}`)
}
