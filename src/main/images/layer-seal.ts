/**
 * Turns a layer's nodes from the order they came in into the order they are asked for: breadth first, names sorted.
 * Used by layer-builder only.
 */
import { compareBytes } from './compare-bytes'
import { LayerIndex, type LayerColumns } from './layer-index'
import { DEAD, type NodeColumns } from './node-columns'
import { Kind } from './tar-header'

interface Texts {
  readonly bytes: Uint8Array
  readonly starts: Uint32Array
}

export function sealColumns(
  nodes: NodeColumns,
  texts: Texts,
  known: { readonly damagedNames: number; readonly tarBytes: number }
): LayerIndex {
  const { order, parent, firstChild, childCount } = arrange(nodes, texts)
  const picked = <T extends Uint8Array | Uint16Array | Uint32Array | Float64Array>(column: T): T => {
    const result = new (column.constructor as new (length: number) => T)(order.length)
    for (let i = 0; i < order.length; i++) result[i] = column[order[i] as number] as number
    return result
  }
  const columns: LayerColumns = {
    parent,
    firstChild,
    childCount,
    name: picked(nodes.name),
    kind: picked(nodes.kind),
    flags: picked(nodes.flags),
    mode: picked(nodes.mode),
    uid: picked(nodes.uid),
    gid: picked(nodes.gid),
    size: picked(nodes.size),
    mtime: picked(nodes.mtime),
    crc: picked(nodes.crc),
    link: picked(nodes.link),
    contentAt: picked(nodes.contentAt),
    textStarts: texts.starts,
    textBytes: texts.bytes
  }
  return new LayerIndex(columns, { ...known, ...count(columns) })
}

function count({ kind, size }: LayerColumns): { bytes: number; files: number } {
  let bytes = 0
  let files = 0
  for (let node = 0; node < kind.length; node++) {
    bytes += size[node] as number
    if (kind[node] !== Kind.directory && kind[node] !== Kind.none) files += 1
  }
  return { bytes, files }
}

function arrange(nodes: NodeColumns, texts: Texts) {
  const { starts, children } = childLists(nodes)
  const order = new Uint32Array(nodes.count)
  const parent = new Uint32Array(nodes.count)
  const firstChild = new Uint32Array(nodes.count)
  const childCount = new Uint32Array(nodes.count)
  let end = 1
  for (let at = 0; at < end; at++) {
    const old = order[at] as number
    const group = children.subarray(starts[old], starts[old + 1])
    sortByName(group, nodes, texts)
    firstChild[at] = end
    childCount[at] = group.length
    for (const child of group) {
      order[end] = child
      parent[end] = at
      end += 1
    }
  }
  // Fewer than came when entries were replaced together with what was below them.
  return {
    order: order.subarray(0, end),
    parent: parent.slice(0, end),
    firstChild: firstChild.slice(0, end),
    childCount: childCount.slice(0, end)
  }
}

/** The children of every node side by side: those of node i are `starts[i]` to `starts[i + 1]`. */
function childLists({ count: total, parent, flags }: NodeColumns) {
  const starts = new Uint32Array(total + 1)
  const alive = (node: number): boolean => ((flags[node] as number) & DEAD) === 0
  for (let node = 1; node < total; node++) {
    const above = parent[node] as number
    if (alive(node)) starts[above + 1] = (starts[above + 1] as number) + 1
  }
  for (let node = 0; node < total; node++) {
    starts[node + 1] = (starts[node + 1] as number) + (starts[node] as number)
  }
  const next = starts.slice()
  const children = new Uint32Array(starts[total] as number)
  for (let node = 1; node < total; node++) {
    if (!alive(node)) continue
    const above = parent[node] as number
    children[next[above] as number] = node
    next[above] = (next[above] as number) + 1
  }
  return { starts, children }
}

function sortByName(group: Uint32Array, { name }: NodeColumns, { bytes, starts }: Texts): void {
  const compare = (a: number, b: number): number => {
    const x = name[a] as number
    const y = name[b] as number
    return compareBytes(
      bytes,
      starts[x] as number,
      starts[x + 1] as number,
      bytes,
      starts[y] as number,
      starts[y + 1] as number
    )
  }
  // Most writers list a directory in order; then nothing is to be done.
  for (let i = 1; i < group.length; i++) {
    if (compare(group[i - 1] as number, group[i] as number) > 0) {
      group.sort(compare)
      return
    }
  }
}
