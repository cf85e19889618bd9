/** Nodes of a tree as the page is told of them. */
import { FILE_KINDS, type FileEntry } from '@shared/contract/image-files'
import { Flag, type LayerIndex } from './layer-index'
import { Kind } from './tar-header'
import { Badge, NONE, type Tree } from './tree'

export interface EntryContext {
  readonly tree: Tree
  /** What the tree was held against: `before` of its nodes are nodes of this one. */
  readonly base: Tree | null
  /** The place in the image's `layers` of one of the tree's layers. */
  readonly stepOf: (layer: number) => number | null
}

const BADGES = {
  [Badge.none]: null,
  [Badge.added]: 'added',
  [Badge.changed]: 'changed',
  [Badge.removed]: 'removed'
} as const

export function entryOf({ tree, base, stepOf }: EntryContext, at: number, path = tree.pathOf(at)): FileEntry {
  const index = tree.indexOf(at)
  const node = tree.node[at] as number
  const badge = tree.badge[at] as Badge
  const before = tree.before[at] as number
  return {
    name: tree.nameOf(at),
    path,
    ...factsOf(tree, at),
    badge: BADGES[badge],
    totalBytes: tree.bytes[at] as number,
    files: tree.files[at] as number,
    children: tree.childCount[at] as number,
    layer: stepOf(tree.layer[at] as number),
    damaged: index.has(node, Flag.damaged),
    attributes: index.has(node, Flag.attributes),
    before: badge === Badge.changed && before !== NONE && base !== null ? factsOf(base, before) : null
  }
}

type Facts = Pick<FileEntry, 'kind' | 'sizeBytes' | 'mode' | 'uid' | 'gid' | 'modifiedAt' | 'link'>

function factsOf(tree: Tree, at: number): Facts {
  const index = tree.indexOf(at)
  const node = tree.node[at] as number
  const { kind, mode, uid, gid, mtime } = index.columns
  const target = tree.targets.get(at)
  const sized: LayerIndex = target === undefined ? index : (tree.layers[target.layer] ?? index)
  const own = kind[node] as Kind
  const linked = own !== Kind.file && own !== Kind.directory && own !== Kind.fifo
  return {
    kind: FILE_KINDS[own - 1] ?? 'file',
    sizeBytes: own === Kind.directory ? 0 : (sized.columns.size[target?.node ?? node] as number),
    mode: mode[node] as number,
    uid: uid[node] as number,
    gid: gid[node] as number,
    modifiedAt: Math.round((mtime[node] as number) * 1000),
    link: linked ? index.linkOf(node) : null
  }
}

export interface ChildrenOptions {
  readonly sort: 'name' | 'size'
  readonly changes: boolean
  readonly offset: number
  readonly limit: number
}

export function childrenOf(
  context: EntryContext,
  at: number,
  { sort, changes, offset, limit }: ChildrenOptions
): { entries: FileEntry[]; total: number } {
  const { tree } = context
  const first = tree.firstChild[at] as number
  let nodes: number[] | Uint32Array = Uint32Array.from(
    { length: tree.childCount[at] as number },
    (_, i) => first + i
  )
  if (changes) nodes = nodes.filter((node) => tree.badge[node] !== Badge.none)
  // Stable, so equal sizes stay in the order of their names.
  if (sort === 'size')
    nodes = Array.from(nodes).sort((a, b) => (tree.bytes[b] as number) - (tree.bytes[a] as number))
  const path = tree.pathOf(at)
  const folder = path === '/' ? '' : path
  const entries = Array.from(nodes.slice(offset, offset + limit), (node) =>
    entryOf(context, node, `${folder}/${tree.nameOf(node)}`)
  )
  return { entries, total: nodes.length }
}
