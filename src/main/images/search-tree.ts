/** Finds files of a tree by name. Every different name is looked at once, so a million files take a fraction of a second. */
import type { LayerIndex } from './layer-index'
import type { NameMatch } from './name-match'
import type { Tree } from './tree'

const SLICE = 50_000

/** Yields the nodes that match, and null from time to time so that the caller can do something else. */
export function* searchTree(tree: Tree, { name, path }: NameMatch): Generator<number | null> {
  const known = tree.layers.map(() => null as Uint8Array | null)
  for (let at = 1; at < tree.count; at++) {
    if (at % SLICE === 0) yield null
    const layer = tree.layer[at] as number
    const index = tree.layers[layer] as LayerIndex
    known[layer] ??= new Uint8Array(index.columns.textStarts.length)
    const verdicts = known[layer]
    const text = index.columns.name[tree.node[at] as number] as number
    if (verdicts[text] === 0) verdicts[text] = name(index.textAt(text)) ? 2 : 1
    if (verdicts[text] === 2 && (path === null || path(tree.pathOf(at)))) yield at
  }
}
