/**
 * Reads tar headers out of a byte stream and passes content on without copying it (docs/decisions/0500). Called by the
 * layer and archive readers. Push-based and synchronous: whoever feeds it decides the pace. Bounded memory: one header,
 * or one extended header of at most a mebibyte.
 */
import { damaged, tooLarge, truncated } from './damage'
import { BLOCK, checksumMatches, isZeroBlock, Kind, magicAt, nameAt, numberAt, textAt } from './tar-header'
import { SparseExtension, sparseInHeader, type Sparse } from './tar-sparse'
import { Overrides } from './tar-overrides'

/** One entry. The object and its byte views are used again: copy what is to be kept. */
export interface TarEntry {
  path: Uint8Array
  link: Uint8Array
  kind: Kind
  /** Permission bits with setuid, setgid and sticky. */
  mode: number
  uid: number
  gid: number
  /** Seconds since the epoch, with a fraction. */
  mtime: number
  /** Bytes that follow in the archive. */
  size: number
  /** Bytes of the file once it is unpacked; more than `size` for a sparse file. */
  realSize: number
  /** `major:minor` of a device. */
  device: string
  /** Where its content begins, counted from the start of the archive. */
  contentAt: number
  sparse: Sparse | null
  /** It carries extended attributes, for example file capabilities. */
  attributes: boolean
}

export interface TarSink {
  entry(entry: TarEntry): void
  /** A piece of the entry's content; the view is valid during the call only. */
  content(piece: Uint8Array): void
  /** All of the entry's content has been passed on. */
  entryEnd(): void
}

/** PATH_MAX of Linux: nothing could unpack a longer path, or follow a longer link. */
const MAX_PATH_BYTES = 4096
/** Seconds that a calendar of JavaScript reaches, before and after 1970. */
const MAX_TIME = 8.64e12
/** GNU long names and PAX headers; no real one is near this. */
const MAX_META_BYTES = 1024 * 1024
/** Bodies that a header announces and that describe the next entry. */
const META = new Set(['x', 'g', 'L', 'K'])

const KINDS: Readonly<Record<string, Kind>> = {
  '1': Kind.hardLink,
  '2': Kind.symlink,
  '3': Kind.character,
  '4': Kind.block,
  '5': Kind.directory,
  '6': Kind.fifo
}

type State = 'header' | 'meta' | 'sparse' | 'content' | 'padding' | 'end'

const NOTHING = new Uint8Array(0)

export class TarScanner {
  readonly #sink: TarSink
  readonly #entry: TarEntry = emptyEntry()
  readonly #overrides = new Overrides()
  readonly #scratch = new Uint8Array(BLOCK)
  #state: State = 'header'
  #filled = 0
  /** Bytes seen in the chunks before the current one. */
  #base = 0
  #left = 0
  #padding = 0
  #meta: { readonly type: string; readonly bytes: Uint8Array; filled: number } | null = null
  #sparse: SparseExtension | null = null
  #zeroBlocks = 0

  constructor(sink: TarSink) {
    this.#sink = sink
  }

  /** Bytes read so far. */
  get position(): number {
    return this.#base
  }

  /** The two zero blocks that close an archive have been seen; what follows is ignored. */
  get ended(): boolean {
    return this.#state === 'end'
  }

  /** The next bytes. Throws DataLoss when they cannot be a tar archive's. */
  write(chunk: Uint8Array): void {
    let at = 0
    while (at < chunk.length && this.#state !== 'end') at = this.#step(chunk, at)
    this.#base += chunk.length
  }

  /** There is no more. An archive without its closing zero blocks is accepted, one that ends inside an entry is not. */
  end(): void {
    if (this.#state === 'end') return
    if (this.#state === 'header' && this.#filled === 0 && !this.#overrides.any) return
    // Some writers leave out the padding of the last entry.
    if (this.#state === 'padding') return
    throw truncated(this.#state === 'content' ? 'a file' : 'a header')
  }

  #step(chunk: Uint8Array, at: number): number {
    switch (this.#state) {
      case 'header':
      case 'sparse':
        return this.#block(chunk, at)
      case 'content': {
        const count = Math.min(this.#left, chunk.length - at)
        this.#sink.content(chunk.subarray(at, at + count))
        this.#left -= count
        if (this.#left === 0) this.#finishEntry()
        return at + count
      }
      case 'meta':
        return this.#metaBytes(chunk, at)
      case 'padding': {
        const count = Math.min(this.#padding, chunk.length - at)
        this.#padding -= count
        if (this.#padding === 0) this.#state = 'header'
        return at + count
      }
      case 'end':
        return chunk.length
    }
  }

  /** A whole block is read where it lies; one that is cut by a chunk's end is put together first. */
  #block(chunk: Uint8Array, at: number): number {
    if (this.#filled === 0 && chunk.length - at >= BLOCK) {
      this.#readBlock(chunk, at, this.#base + at + BLOCK)
      return at + BLOCK
    }
    const count = Math.min(BLOCK - this.#filled, chunk.length - at)
    this.#scratch.set(chunk.subarray(at, at + count), this.#filled)
    this.#filled += count
    if (this.#filled === BLOCK) {
      this.#filled = 0
      this.#readBlock(this.#scratch, 0, this.#base + at + count)
    }
    return at + count
  }

  #readBlock(bytes: Uint8Array, at: number, next: number): void {
    if (this.#sparse !== null) {
      if (this.#sparse.block(bytes, at)) return
      this.#entry.sparse = { map: this.#sparse.map, inContent: false }
      this.#entry.contentAt = next
      this.#sparse = null
      this.#emit()
      return
    }
    if (isZeroBlock(bytes, at)) {
      this.#zeroBlocks += 1
      if (this.#zeroBlocks === 2) this.#state = 'end'
      return
    }
    this.#zeroBlocks = 0
    if (!checksumMatches(bytes, at)) {
      throw damaged(`the header at byte ${next - BLOCK} has a wrong checksum`, { byte: next - BLOCK })
    }
    this.#readHeader(bytes, at, next)
  }

  #readHeader(bytes: Uint8Array, at: number, next: number): void {
    const size = numberAt(bytes, at + 124, 12)
    if (!(size >= 0)) throw damaged(`the header at byte ${next - BLOCK} has an impossible size`)
    const type = String.fromCharCode(bytes[at + 156] as number)
    if (META.has(type)) {
      if (size > MAX_META_BYTES) throw tooLarge(`a name or header in it claims ${size} bytes`)
      this.#meta = { type, bytes: new Uint8Array(size), filled: 0 }
      this.#padding = padding(size)
      this.#state = 'meta'
      if (size === 0) this.#finishMeta()
      return
    }
    this.#fill(bytes, at, type, size)
    this.#entry.contentAt = next
    if (type === 'S') {
      const { map, realSize, extended } = sparseInHeader(bytes, at)
      this.#entry.realSize = realSize
      this.#entry.sparse = { map, inContent: false }
      if (extended) {
        this.#sparse = new SparseExtension(map)
        this.#state = 'sparse'
        return
      }
    }
    this.#emit()
  }

  #fill(bytes: Uint8Array, at: number, type: string, size: number): void {
    const entry = this.#entry
    entry.path = nameAt(bytes, at)
    entry.link = textAt(bytes, at + 157, 100)
    entry.mode = orZero(numberAt(bytes, at + 100, 8)) & 0o7777
    entry.uid = orZero(numberAt(bytes, at + 108, 8))
    entry.gid = orZero(numberAt(bytes, at + 116, 8))
    entry.mtime = orZero(numberAt(bytes, at + 136, 12))
    entry.kind = KINDS[type] ?? Kind.file
    entry.size = size
    entry.realSize = size
    entry.sparse = null
    entry.attributes = false
    entry.device = ''
    this.#overrides.apply(entry)
    const longest = Math.max(entry.path.length, entry.link.length)
    if (longest > MAX_PATH_BYTES) throw tooLarge(`a name in it has ${longest} bytes`)
    entry.mtime = Math.max(-MAX_TIME, Math.min(MAX_TIME, entry.mtime))
    // Before 1988 a directory was a file whose name ends in a slash.
    if ((type === '0' || type === '\0') && entry.path.at(-1) === 47) entry.kind = Kind.directory
    if (entry.kind !== Kind.file) {
      // Whatever such a header says of its size, nothing follows it (as Go reads it, which unpacks images).
      entry.size = 0
      entry.realSize = 0
    }
    if (entry.kind === Kind.character || entry.kind === Kind.block) {
      const numbers =
        magicAt(bytes, at) === 'old' ? [0, 0] : [numberAt(bytes, at + 329, 8), numberAt(bytes, at + 337, 8)]
      entry.device = numbers.map((n) => orZero(n)).join(':')
    }
    // A volume's label is no file.
    if (type === 'V') entry.path = NOTHING
  }

  #emit(): void {
    const { size } = this.#entry
    this.#sink.entry(this.#entry)
    this.#left = size
    this.#padding = padding(size)
    this.#state = 'content'
    if (size === 0) this.#finishEntry()
  }

  #finishEntry(): void {
    this.#sink.entryEnd()
    this.#overrides.clear()
    this.#state = this.#padding === 0 ? 'header' : 'padding'
  }

  #metaBytes(chunk: Uint8Array, at: number): number {
    const meta = this.#meta
    if (meta === null) throw new Error('no extended header is being read')
    const count = Math.min(meta.bytes.length - meta.filled, chunk.length - at)
    meta.bytes.set(chunk.subarray(at, at + count), meta.filled)
    meta.filled += count
    if (meta.filled === meta.bytes.length) this.#finishMeta()
    return at + count
  }

  #finishMeta(): void {
    if (this.#meta !== null) this.#overrides.add(this.#meta.type, this.#meta.bytes)
    this.#meta = null
    this.#state = this.#padding === 0 ? 'header' : 'padding'
  }
}

function padding(size: number): number {
  return (BLOCK - (size % BLOCK)) % BLOCK
}

function orZero(value: number): number {
  return Number.isNaN(value) ? 0 : value
}

function emptyEntry(): TarEntry {
  return {
    path: NOTHING,
    link: NOTHING,
    kind: Kind.file,
    mode: 0,
    uid: 0,
    gid: 0,
    mtime: 0,
    size: 0,
    realSize: 0,
    device: '',
    contentAt: 0,
    sparse: null,
    attributes: false
  }
}
