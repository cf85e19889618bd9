/**
 * A tree of files made out of layers: an image up to a layer, what one layer did, or two images side by side. Nodes point
 * into layer indexes, so a tree costs some 35 bytes a file. Same order as a layer index: breadth first, names sorted.
 */
import { grown } from './columns'
import { toBytes } from '../docker/path-bytes'
import type { LayerIndex } from './layer-index'
import { Kind } from './tar-header'

export const Badge = { none: 0, added: 1, changed: 2, removed: 3 } as const
export type Badge = (typeof Badge)[keyof typeof Badge]

/** A node of a layer, by the layer's place in the tree's list. */
export interface Source {
  readonly layer: number
  readonly node: number
}

/** No node. */
export const NONE = 0xffffffff

export class Tree {
  readonly layers: readonly LayerIndex[]
  count = 0
  parent = new Uint32Array(256)
  firstChild = new Uint32Array(256)
  childCount = new Uint32Array(256)
  layer = new Uint16Array(256)
  node = new Uint32Array(256)
  badge = new Uint8Array(256)
  /** The same path in the tree this one is held against, or NONE. */
  before = new Uint32Array(256)
  /** Bytes of the file, or of everything below the directory. */
  bytes = new Float64Array(256)
  /** Everything below that is not a directory; 1 for a file. */
  files = new Uint32Array(256)
  /** What hard links stand for, as far as it is known. */
  readonly targets = new Map<number, Source>()

  constructor(layers: readonly LayerIndex[]) {
    this.layers = layers
  }

  add(parent: number, layer: number, node: number, badge: Badge, before: number): number {
    if (this.count === this.parent.length) this.#grow()
    const at = this.count
    this.count += 1
    this.parent[at] = parent
    this.layer[at] = layer
    this.node[at] = node
    this.badge[at] = badge
    this.before[at] = before
    return at
  }

  /** Cuts the columns to size and adds up directories. */
  seal(): this {
    this.#resize(this.count)
    for (let at = this.count - 1; at >= 0; at--) {
      const directory = this.isDirectory(at)
      if (!directory) {
        this.files[at] = 1
        if ((this.bytes[at] as number) === 0)
          this.bytes[at] = this.indexOf(at).columns.size[this.node[at] as number] as number
      }
      if (at === 0) break
      const above = this.parent[at] as number
      // What is gone does not count in the directory it is gone from.
      if (this.badge[at] === Badge.removed && this.badge[above] !== Badge.removed) continue
      this.bytes[above] = (this.bytes[above] as number) + (this.bytes[at] as number)
      this.files[above] = (this.files[above] as number) + (this.files[at] as number)
    }
    return this
  }

  /** Memory it takes. */
  get memoryBytes(): number {
    return this.parent.length * 35 + this.targets.size * 80
  }

  indexOf(at: number): LayerIndex {
    return this.layers[this.layer[at] as number] as LayerIndex
  }

  kindOf(at: number): Kind {
    return this.indexOf(at).columns.kind[this.node[at] as number] as Kind
  }

  isDirectory(at: number): boolean {
    return this.kindOf(at) === Kind.directory
  }

  nameOf(at: number): string {
    return at === 0 ? '' : this.indexOf(at).nameOf(this.node[at] as number)
  }

  /** `/usr/lib/libc.so`; `/` for the root. */
  pathOf(at: number): string {
    const names: string[] = []
    for (let node = at; node !== 0; node = this.parent[node] as number) names.push(this.nameOf(node))
    return `/${names.reverse().join('/')}`
  }

  /** The node at a path as {@link pathOf} writes it; -1 when there is none. */
  find(path: string): number {
    let at = 0
    for (const name of path.split('/')) {
      if (name === '' || name === '.') continue
      at = this.child(at, name)
      if (at < 0) return -1
    }
    return at
  }

  child(at: number, name: string): number {
    const bytes = Buffer.from(toBytes(name))
    let low = this.firstChild[at] as number
    let high = low + (this.childCount[at] as number)
    while (low < high) {
      const middle = (low + high) >>> 1
      const order = Buffer.compare(this.#nameBytes(middle), bytes)
      if (order === 0) return middle
      if (order < 0) low = middle + 1
      else high = middle
    }
    return -1
  }

  #nameBytes(at: number): Uint8Array {
    const { name, textStarts, textBytes } = this.indexOf(at).columns
    const text = name[this.node[at] as number] as number
    return textBytes.subarray(textStarts[text], textStarts[text + 1])
  }

  #grow(): void {
    this.#resize(this.count * 2)
  }

  #resize(room: number): void {
    const fit = <T extends Uint8Array | Uint16Array | Uint32Array | Float64Array>(column: T): T =>
      room > column.length ? grown(column, room) : (column.slice(0, room) as T)
    this.parent = fit(this.parent)
    this.firstChild = fit(this.firstChild)
    this.childCount = fit(this.childCount)
    this.layer = fit(this.layer)
    this.node = fit(this.node)
    this.badge = fit(this.badge)
    this.before = fit(this.before)
    this.bytes = fit(this.bytes)
    this.files = fit(this.files)
  }
}
