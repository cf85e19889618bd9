/**
 * Builds a layer's index while its tar runs by: a sink of tar-scanner. Takes any order, directories that only their
 * children imply, entries that come twice (the last one counts), and names that try to leave the root (never followed).
 */
import { crc32 } from 'node:zlib'
import { Budget } from './budget'
import { damaged } from './damage'
import { LayerIndex, Flag } from './layer-index'
import { PairTable, TextTable } from './columns'
import { sealColumns } from './layer-seal'
import { NodeColumns, DEAD } from './node-columns'
import { Kind } from './tar-header'
import type { TarEntry, TarSink } from './tar-scanner'

const SLASH = 47
const DOT = 46
const WHITEOUT = Buffer.from('.wh.')
const AUFS = Buffer.from('.wh..wh.')
const OPAQUE = Buffer.from('.wh..wh..opq')

export interface BuilderOptions {
  /** False for a container's root, where `.wh.x` is a file like any other. */
  readonly whiteouts?: boolean
  /** What all layers of an image may cost together. */
  readonly budget?: Budget
}

export class LayerBuilder implements TarSink {
  readonly #nodes = new NodeColumns()
  readonly #texts = new TextTable()
  readonly #found = new PairTable(
    (node) => this.#nodes.parent[node] as number,
    (node) => this.#nodes.name[node] as number
  )
  readonly #whiteouts: boolean
  readonly #budget: Budget
  #damagedNames = 0
  /** The entry whose content is running by; -1 for one that is not kept. */
  #current = -1
  #crc = 0
  /** The folder of the entry before: most tars list a folder's files one after another. */
  #lastFolder = new Uint8Array(256)
  #lastFolderLength = -1
  #lastFolderNode = 0
  #lastFolderEscaped = false
  /** The path that was walked last tried to leave the root. */
  #escaped = false

  constructor({ whiteouts = true, budget = new Budget() }: BuilderOptions = {}) {
    this.#whiteouts = whiteouts
    this.#budget = budget
    const root = this.#nodes.add(0, 0)
    this.#nodes.kind[root] = Kind.directory
    this.#nodes.flags[root] = Flag.implied
    this.#nodes.mode[root] = 0o755
  }

  /** Entries kept so far. */
  get count(): number {
    return this.#nodes.count
  }

  entry(entry: TarEntry): void {
    this.#crc = 0
    this.#current = -1
    const { path } = entry
    this.#budget.entry()
    let end = path.length
    while (end > 0 && path[end - 1] === SLASH) end -= 1
    const start = lastSlash(path, end) + 1
    if (end - start === 0 || isDots(path, start, end)) {
      this.#dotsEntry(entry, end)
      return
    }
    const folder = this.#folderOf(path, start)
    if (this.#whiteouts && startsWith(path, start, end, WHITEOUT)) this.#whiteout(path, start, end, folder)
    else this.#place(entry, folder, this.#text(path, start, end))
    if (!this.#escaped) return
    if (this.#current >= 0) this.#markDamaged(this.#current)
    else this.#damagedNames += 1
  }

  content(piece: Uint8Array): void {
    if (this.#current >= 0) this.#crc = crc32(piece, this.#crc)
  }

  entryEnd(): void {
    if (this.#current >= 0) this.#nodes.crc[this.#current] = this.#crc
  }

  /** The index of all that came; the builder is not used any more. */
  seal(tarBytes: number): LayerIndex {
    return sealColumns(this.#nodes, this.#texts.seal(), { damagedNames: this.#damagedNames, tarBytes })
  }

  /** `./`, `/`, or a name that ends in `..`: the root or a folder by another name. */
  #dotsEntry(entry: TarEntry, end: number): void {
    if (entry.kind !== Kind.directory) {
      if (entry.path.length > 0) this.#damagedNames += 1
      return
    }
    const node = this.#walk(entry.path, 0, end)
    this.#describe(node, entry)
    if (this.#escaped) this.#markDamaged(node)
  }

  #text(source: Uint8Array, start: number, end: number): number {
    const before = this.#texts.count
    const text = this.#texts.add(source, start, end)
    if (this.#texts.count > before) this.#budget.text(end - start)
    return text
  }

  /** The node of the folder that the first `length` bytes name, made if need be. */
  #folderOf(path: Uint8Array, length: number): number {
    if (length === this.#lastFolderLength && sameBytes(path, this.#lastFolder, length)) {
      this.#escaped = this.#lastFolderEscaped
      return this.#lastFolderNode
    }
    const node = this.#walk(path, 0, length)
    if (length > this.#lastFolder.length) this.#lastFolder = new Uint8Array(length * 2)
    this.#lastFolder.set(path.subarray(0, length))
    this.#lastFolderLength = length
    this.#lastFolderNode = node
    this.#lastFolderEscaped = this.#escaped
    return node
  }

  #walk(path: Uint8Array, from: number, to: number): number {
    let node = 0
    this.#escaped = false
    for (let start = from; start < to;) {
      let end = start
      while (end < to && path[end] !== SLASH) end += 1
      if (end - start === 2 && path[start] === DOT && path[start + 1] === DOT) {
        // Like a path below a root that cannot be left; a whole name never needs it.
        node = this.#nodes.parent[node] as number
        this.#escaped = true
      } else if (end > start && !(end - start === 1 && path[start] === DOT)) {
        node = this.#enter(node, this.#text(path, start, end))
      }
      start = end + 1
    }
    return node
  }

  #enter(folder: number, name: number): number {
    const found = this.#found.get(folder, name)
    if (found !== 0 && this.#nodes.kind[found] === Kind.directory) return found
    let node = found
    if (found === 0) node = this.#add(folder, name)
    else if (this.#nodes.kind[found] !== Kind.none) {
      // A file cannot hold files: an honest archive has no such name.
      this.#markDamaged(found)
    }
    this.#nodes.kind[node] = Kind.directory
    this.#nodes.flags[node] = (this.#nodes.flags[node] as number) | Flag.implied
    this.#nodes.mode[node] = 0o755
    this.#nodes.size[node] = 0
    return node
  }

  #add(folder: number, name: number): number {
    this.#budget.node()
    const node = this.#nodes.add(folder, name)
    this.#found.set(folder, name, node)
    return node
  }

  #markDamaged(node: number): void {
    this.#damagedNames += 1
    this.#nodes.flags[node] = (this.#nodes.flags[node] as number) | Flag.damaged
  }

  #whiteout(path: Uint8Array, start: number, end: number, folder: number): void {
    if (equals(path, start, end, OPAQUE)) {
      this.#nodes.flags[folder] = (this.#nodes.flags[folder] as number) | Flag.opaque
      return
    }
    // aufs kept its own books under such names; they hide nothing.
    if (startsWith(path, start, end, AUFS)) return
    const from = start + WHITEOUT.length
    if (from === end || isDots(path, from, end)) {
      this.#damagedNames += 1
      return
    }
    const name = this.#text(path, from, end)
    const found = this.#found.get(folder, name)
    const node = found === 0 ? this.#add(folder, name) : found
    this.#nodes.flags[node] = (this.#nodes.flags[node] as number) | Flag.whiteout
  }

  #place(entry: TarEntry, folder: number, name: number): void {
    const found = this.#found.get(folder, name)
    const node = found === 0 ? this.#add(folder, name) : this.#replace(found, entry.kind)
    this.#describe(node, entry)
    this.#current = node
  }

  /** An entry that comes again replaces the one before, with everything below; a directory keeps its children. */
  #replace(found: number, kind: Kind): number {
    const nodes = this.#nodes
    if (nodes.kind[found] !== Kind.directory || kind === Kind.directory) return found
    this.#budget.node()
    const node = nodes.add(nodes.parent[found] as number, nodes.name[found] as number)
    nodes.flags[node] = (nodes.flags[found] as number) & Flag.whiteout
    nodes.flags[found] = DEAD
    this.#found.set(nodes.parent[node] as number, nodes.name[node] as number, node)
    this.#lastFolderLength = -1
    return node
  }

  #describe(node: number, entry: TarEntry): void {
    const nodes = this.#nodes
    const keep = (nodes.flags[node] as number) & (Flag.whiteout | Flag.opaque | Flag.damaged)
    nodes.flags[node] =
      keep | (entry.attributes ? Flag.attributes : 0) | (entry.sparse === null ? 0 : Flag.sparse)
    nodes.kind[node] = entry.kind
    nodes.mode[node] = entry.mode
    nodes.uid[node] = entry.uid >>> 0
    nodes.gid[node] = entry.gid >>> 0
    nodes.mtime[node] = entry.mtime
    nodes.size[node] = entry.kind === Kind.file ? entry.realSize : 0
    nodes.contentAt[node] = entry.contentAt
    nodes.link[node] = this.#linkOf(node, entry)
  }

  #linkOf(node: number, entry: TarEntry): number {
    const { link } = entry
    if (entry.device !== '') {
      const device = Buffer.from(entry.device)
      return this.#text(device, 0, device.length)
    }
    if (entry.kind === Kind.symlink) return this.#text(link, 0, link.length)
    if (entry.kind !== Kind.hardLink) return 0
    const { path, escaped } = cleanPath(link)
    if (path.length === 0) throw damaged('a hard link in it names no file')
    if (escaped) this.#markDamaged(node)
    return this.#text(path, 0, path.length)
  }
}

/** A path from the root without `.`, `..` and doubled slashes; `..` at the root stays there. */
function cleanPath(path: Uint8Array): { path: Uint8Array; escaped: boolean } {
  const names: Uint8Array[] = []
  let escaped = false
  for (let start = 0; start < path.length;) {
    let end = path.indexOf(SLASH, start)
    if (end < 0) end = path.length
    const name = path.subarray(start, end)
    if (name.length === 2 && isDots(name, 0, 2)) {
      escaped = true
      names.pop()
    } else if (name.length > 0 && !isDots(name, 0, name.length)) names.push(name)
    start = end + 1
  }
  return {
    path: Buffer.concat(names.flatMap((name, i) => (i === 0 ? [name] : [Buffer.of(SLASH), name]))),
    escaped
  }
}

function lastSlash(path: Uint8Array, end: number): number {
  let at = end - 1
  while (at >= 0 && path[at] !== SLASH) at -= 1
  return at
}

/** `.` or `..` */
function isDots(path: Uint8Array, start: number, end: number): boolean {
  if (end - start > 2) return false
  for (let i = start; i < end; i++) if (path[i] !== DOT) return false
  return end > start
}

function sameBytes(a: Uint8Array, b: Uint8Array, length: number): boolean {
  for (let i = length - 1; i >= 0; i--) if (a[i] !== b[i]) return false
  return true
}

function startsWith(path: Uint8Array, start: number, end: number, prefix: Uint8Array): boolean {
  if (end - start < prefix.length) return false
  for (let i = 0; i < prefix.length; i++) if (path[start + i] !== prefix[i]) return false
  return true
}

function equals(path: Uint8Array, start: number, end: number, name: Uint8Array): boolean {
  return end - start === name.length && startsWith(path, start, end, name)
}
