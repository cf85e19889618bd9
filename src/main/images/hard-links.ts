/**
 * What hard links of a merged tree stand for. A layer's tar has the bytes once, under the name that came first; when a later
 * layer removes that name, the first link that is left carries the bytes. Used by merge-layers.
 */
import { toBytes } from '../docker/path-bytes'
import type { LayerIndex } from './layer-index'
import { Kind } from './tar-header'
import type { Source, Tree } from './tree'

/** Links to links occur in hostile archives only. */
const MAX_STEPS = 16

const keyOf = ({ layer, node }: Source): number => layer * 0x100000000 + node

/** Fills `targets`, and gives the bytes of a hidden target to the first link to it. */
export function settleLinks(tree: Tree): void {
  const hidden = new Map<number, number>()
  for (let at = 0; at < tree.count; at++) {
    if (tree.kindOf(at) !== Kind.hardLink) continue
    const target = targetOf(tree, at)
    if (target === null) continue
    tree.targets.set(at, target)
    if (!hidden.has(keyOf(target))) hidden.set(keyOf(target), at)
  }
  if (hidden.size === 0) return
  for (let at = 0; at < tree.count; at++) {
    hidden.delete(keyOf({ layer: tree.layer[at] as number, node: tree.node[at] as number }))
  }
  for (const at of hidden.values()) {
    const { layer, node } = tree.targets.get(at) as Source
    tree.bytes[at] = tree.layers[layer]?.columns.size[node] ?? 0
  }
}

/** The file a hard link stands for: in its own layer, or else whatever the tree has at that path. */
function targetOf(tree: Tree, at: number): Source | null {
  const layer = tree.layer[at] as number
  const own = inLayer(tree.indexOf(at), tree.node[at] as number)
  if (own !== null) return { layer, node: own }
  let there = at
  for (let step = 0; step < MAX_STEPS; step++) {
    there = tree.find(tree.indexOf(there).linkOf(tree.node[there] as number))
    if (there < 0) return null
    const kind = tree.kindOf(there)
    if (kind === Kind.file) return { layer: tree.layer[there] as number, node: tree.node[there] as number }
    if (kind !== Kind.hardLink) return null
  }
  return null
}

/** The regular file a hard link of one layer names there; null when the layer has none at that path. */
export function inLayer(index: LayerIndex, link: number): number | null {
  let node = link
  for (let step = 0; step < MAX_STEPS; step++) {
    node = index.find(index.linkOf(node).split('/').map(toBytes))
    if (node < 0) return null
    const kind = index.columns.kind[node]
    if (kind === Kind.file) return node
    if (kind !== Kind.hardLink) return null
  }
  return null
}
