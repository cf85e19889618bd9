/**
 * What one layer holds, as columns: node i is row i of every column. Immutable; made by layer-builder or read from the
 * cache. Nodes are in breadth-first order: the children of a directory lie side by side, ordered by the bytes of their
 * names, and every node comes after its parent. Node 0 is the layer's root. About 60 bytes a file and each name once.
 */
import { fromBytes } from '../docker/path-bytes'
import { compareBytes } from './compare-bytes'
import { Kind } from './tar-header'

export const Flag = {
  /** `.wh.<name>`: what lower layers have under this name is gone. Together with an entry: replaced by it. */
  whiteout: 1,
  /** `.wh..wh..opq`: lower layers' children of this directory are gone. */
  opaque: 2,
  /** A directory no entry of its own tells of, only its children's names. */
  implied: 4,
  /** The archive's name for it left the root (`..`) or went through a file; it is shown where it was clamped to. */
  damaged: 8,
  /** It has extended attributes. */
  attributes: 16,
  /** Stored with holes; `crc` is of the stored bytes. */
  sparse: 32
} as const

export interface LayerColumns {
  readonly parent: Uint32Array
  readonly firstChild: Uint32Array
  readonly childCount: Uint32Array
  readonly name: Uint32Array
  readonly kind: Uint8Array
  readonly flags: Uint8Array
  readonly mode: Uint16Array
  readonly uid: Uint32Array
  readonly gid: Uint32Array
  /** Bytes of a regular file. */
  readonly size: Float64Array
  /** Seconds since the epoch. */
  readonly mtime: Float64Array
  /** CRC-32 of the content. */
  readonly crc: Uint32Array
  /** Text: a symlink's target, a hard link's path from the root, a device's numbers. */
  readonly link: Uint32Array
  /** Where the content begins in the uncompressed layer. */
  readonly contentAt: Float64Array
  readonly textStarts: Uint32Array
  readonly textBytes: Uint8Array
}

/** The columns by name in the order they are written to disk. */
export const COLUMN_TYPES = {
  parent: Uint32Array,
  firstChild: Uint32Array,
  childCount: Uint32Array,
  name: Uint32Array,
  kind: Uint8Array,
  flags: Uint8Array,
  mode: Uint16Array,
  uid: Uint32Array,
  gid: Uint32Array,
  size: Float64Array,
  mtime: Float64Array,
  crc: Uint32Array,
  link: Uint32Array,
  contentAt: Float64Array,
  textStarts: Uint32Array,
  textBytes: Uint8Array
} as const satisfies { readonly [K in keyof LayerColumns]: unknown }

export interface LayerTotals {
  /** Bytes of the regular files. */
  readonly bytes: number
  /** Everything that is not a directory or a whiteout. */
  readonly files: number
  /** Names that were clamped or went through a file. */
  readonly damagedNames: number
  /** Bytes of the uncompressed tar. */
  readonly tarBytes: number
}

export class LayerIndex {
  readonly count: number
  readonly columns: LayerColumns
  readonly totals: LayerTotals

  constructor(columns: LayerColumns, totals: LayerTotals) {
    this.columns = columns
    this.totals = totals
    this.count = columns.parent.length
  }

  /** Memory it takes. */
  get bytes(): number {
    return Object.values(this.columns).reduce((sum: number, column: Uint8Array) => sum + column.byteLength, 0)
  }

  nameOf(node: number): string {
    return this.textAt(this.columns.name[node] as number)
  }

  linkOf(node: number): string {
    return this.textAt(this.columns.link[node] as number)
  }

  textAt(text: number): string {
    const { textStarts, textBytes } = this.columns
    return fromBytes(textBytes.subarray(textStarts[text], textStarts[text + 1]))
  }

  has(node: number, flag: number): boolean {
    return ((this.columns.flags[node] as number) & flag) !== 0
  }

  isDirectory(node: number): boolean {
    return this.columns.kind[node] === Kind.directory
  }

  /** The child of this name, or -1. */
  child(node: number, name: Uint8Array): number {
    const { firstChild, childCount, name: names, textStarts, textBytes } = this.columns
    let low = firstChild[node] as number
    let high = low + (childCount[node] as number)
    while (low < high) {
      const middle = (low + high) >>> 1
      const text = names[middle] as number
      const order = compareBytes(
        textBytes,
        textStarts[text] as number,
        textStarts[text + 1] as number,
        name,
        0,
        name.length
      )
      if (order === 0) return middle
      if (order < 0) low = middle + 1
      else high = middle
    }
    return -1
  }

  /** The node at a path of names, or -1. */
  find(path: readonly Uint8Array[]): number {
    let node = 0
    for (const name of path) {
      node = this.child(node, name)
      if (node < 0) return -1
    }
    return node
  }
}

/** Orders two nodes, of the same layer or of two, by the bytes of their names. */
export function compareNames(a: LayerIndex, aNode: number, b: LayerIndex, bNode: number): number {
  const aText = a.columns.name[aNode] as number
  const bText = b.columns.name[bNode] as number
  if (a === b && aText === bText) return 0
  return compareBytes(
    a.columns.textBytes,
    a.columns.textStarts[aText] as number,
    a.columns.textStarts[aText + 1] as number,
    b.columns.textBytes,
    b.columns.textStarts[bText] as number,
    b.columns.textStarts[bText + 1] as number
  )
}
