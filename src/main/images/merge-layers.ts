/**
 * The image up to a layer: layers laid over one another by the rules of the OCI image specification (whiteouts hide what
 * lower layers have, never what their own layer has). Pure. Only directories that several layers have are merged; a
 * directory of one layer is copied as it is.
 */
import { compareNames, Flag, type LayerIndex } from './layer-index'
import { settleLinks } from './hard-links'
import { Kind } from './tar-header'
import { Badge, NONE, Tree, type Source } from './tree'

/** What is at one path after some layers: who says what it is, and for a directory whose children it has. */
interface Standing {
  readonly owner: Source
  readonly sources: Source[]
}

export function mergeLayers(layers: readonly LayerIndex[]): Tree {
  const tree = new Tree(layers)
  /** Directories with more than one source, or whose one source is not their owner. */
  const several = new Map<number, readonly Source[]>()
  const put = (parent: number, { owner, sources }: Standing): void => {
    const at = tree.add(parent, owner.layer, owner.node, Badge.none, NONE)
    const [only] = sources
    const plain = sources.length === 1 && only?.layer === owner.layer && only.node === owner.node
    if (sources.length > 0 && !plain) several.set(at, sources)
  }
  put(
    0,
    standingOf(
      layers,
      layers.map((_, layer) => ({ layer, node: 0 }))
    ) ?? emptyRoot(layers)
  )
  for (let at = 0; at < tree.count; at++) {
    if (!tree.isDirectory(at)) continue
    const first = tree.count
    const sources = several.get(at)
    several.delete(at)
    if (sources === undefined) copyChildren(tree, at)
    else for (const standing of merged(layers, sources)) put(at, standing)
    tree.firstChild[at] = first
    tree.childCount[at] = tree.count - first
  }
  settleLinks(tree)
  return tree.seal()
}

function emptyRoot(layers: readonly LayerIndex[]): Standing {
  if (layers.length === 0) throw new Error('a tree needs a layer')
  return { owner: { layer: 0, node: 0 }, sources: [] }
}

function copyChildren(tree: Tree, at: number): void {
  const layer = tree.layer[at] as number
  const { firstChild, childCount, kind } = tree.indexOf(at).columns
  const node = tree.node[at] as number
  const from = firstChild[node] as number
  const to = from + (childCount[node] as number)
  for (let child = from; child < to; child++) {
    if (kind[child] !== Kind.none) tree.add(at, layer, child, Badge.none, NONE)
  }
}

/** The children of a directory that several layers have, in the order of their names. */
function* merged(layers: readonly LayerIndex[], sources: readonly Source[]): Generator<Standing> {
  for (const same of sameNames(layers, sources)) {
    const standing = standingOf(layers, same)
    if (standing !== null) yield standing
  }
}

/** Walks the sorted children of several nodes side by side: yields those of one name together, in the sources' order. */
export function* sameNames(layers: readonly LayerIndex[], sources: readonly Source[]): Generator<Source[]> {
  const cursors = sources.map(({ layer, node }) => {
    const index = layers[layer] as LayerIndex
    const at = index.columns.firstChild[node] as number
    return { layer, index, at, end: at + (index.columns.childCount[node] as number) }
  })
  for (;;) {
    let least: (typeof cursors)[number] | undefined
    for (const cursor of cursors) {
      if (cursor.at === cursor.end) continue
      if (least === undefined || compareNames(cursor.index, cursor.at, least.index, least.at) < 0)
        least = cursor
    }
    if (least === undefined) return
    const { index, at } = least
    const same: Source[] = []
    for (const cursor of cursors) {
      if (cursor.at === cursor.end || compareNames(cursor.index, cursor.at, index, at) !== 0) continue
      same.push({ layer: cursor.layer, node: cursor.at })
      cursor.at += 1
    }
    yield same
  }
}

/** What one path is after its layers, lowest first; null when nothing is left of it. */
function standingOf(layers: readonly LayerIndex[], same: readonly Source[]): Standing | null {
  let owner: Source | null = null
  let sources: Source[] = []
  for (const source of same) {
    const index = layers[source.layer] as LayerIndex
    const { node } = source
    if (index.has(node, Flag.whiteout)) {
      owner = null
      sources = []
    }
    const kind = index.columns.kind[node]
    if (kind === Kind.none) continue
    const overDirectory = owner !== null && layers[owner.layer]?.isDirectory(owner.node) === true
    if (kind !== Kind.directory || !overDirectory || index.has(node, Flag.opaque)) sources = []
    if (kind === Kind.directory) sources.push(source)
    // A directory that is only implied leaves the one below as it is described there.
    if (kind !== Kind.directory || !overDirectory || !index.has(node, Flag.implied)) owner = source
  }
  return owner === null ? null : { owner, sources }
}
