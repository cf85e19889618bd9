/**
 * Two images side by side as one tree: what only the second has is added, what only the first has is removed, what both
 * have and is not the same is changed. Times are not compared: two builds of the same files differ in nothing else. Pure.
 */
import { compareNames } from './layer-index'
import { Kind } from './tar-header'
import { Badge, NONE, Tree } from './tree'

export interface CompareCounts {
  readonly added: number
  readonly changed: number
  readonly removed: number
  readonly same: number
}

export function compareTrees(
  before: Tree,
  after: Tree
): { readonly tree: Tree; readonly counts: CompareCounts } {
  // A node is of `after`'s layers, a removed one of `before`'s, which come behind them.
  const shift = after.layers.length
  const tree = new Tree([...after.layers, ...before.layers])
  const of: { readonly a: number; readonly b: number }[] = []
  const put = (parent: number, a: number, b: number): void => {
    const gone = b === NONE
    const source = gone ? before : after
    const node = gone ? a : b
    const badge = gone ? Badge.removed : a === NONE ? Badge.added : Badge.none
    const layer = (source.layer[node] as number) + (gone ? shift : 0)
    of[tree.add(parent, layer, source.node[node] as number, badge, a)] = { a, b }
    if (badge === Badge.none && differs(before, a, after, b)) tree.badge[tree.count - 1] = Badge.changed
    tree.bytes[tree.count - 1] = source.isDirectory(node) ? 0 : (source.bytes[node] as number)
  }
  /** Files below a directory that is a file afterwards: they have no place in the tree. */
  let hidden = 0
  put(0, 0, 0)
  for (let at = 0; at < tree.count; at++) {
    const { a, b } = of[at] as { a: number; b: number }
    const first = tree.count
    if (!tree.isDirectory(at)) hidden += directory(before, a) === NONE ? 0 : (before.files[a] as number)
    else {
      for (const [x, y] of childPairs(before, directory(before, a), after, directory(after, b))) put(at, x, y)
    }
    tree.firstChild[at] = first
    tree.childCount[at] = tree.count - first
  }
  const counts = count(tree)
  counts.removed += hidden
  markFolders(tree)
  return { tree: tree.seal(), counts }
}

const directory = (tree: Tree, at: number): number => (at !== NONE && tree.isDirectory(at) ? at : NONE)

function* childPairs(before: Tree, a: number, after: Tree, b: number): Generator<readonly [number, number]> {
  let x = a === NONE ? 0 : (before.firstChild[a] as number)
  const xEnd = a === NONE ? 0 : x + (before.childCount[a] as number)
  let y = b === NONE ? 0 : (after.firstChild[b] as number)
  const yEnd = b === NONE ? 0 : y + (after.childCount[b] as number)
  while (x < xEnd || y < yEnd) {
    const order =
      y === yEnd
        ? -1
        : x === xEnd
          ? 1
          : compareNames(
              before.indexOf(x),
              before.node[x] as number,
              after.indexOf(y),
              after.node[y] as number
            )
    yield [order <= 0 ? x : NONE, order >= 0 ? y : NONE]
    if (order <= 0) x += 1
    if (order >= 0) y += 1
  }
}

/** Whether a path is not the same in both: kind, permissions, owner, link target, or content (size and CRC-32). */
function differs(before: Tree, a: number, after: Tree, b: number): boolean {
  const x = describe(before, a)
  const y = describe(after, b)
  return (
    x.kind !== y.kind ||
    x.mode !== y.mode ||
    x.uid !== y.uid ||
    x.gid !== y.gid ||
    x.link !== y.link ||
    x.size !== y.size ||
    x.crc !== y.crc
  )
}

/** What a path is; a hard link is the file it stands for, whichever of the names came first in the archive. */
export function describe(tree: Tree, at: number) {
  const { columns } = tree.indexOf(at)
  const node = tree.node[at] as number
  const target = tree.targets.get(at)
  const content =
    target === undefined
      ? { columns, node }
      : { columns: tree.layers[target.layer]?.columns ?? columns, node: target.node }
  const kind = columns.kind[node] as Kind
  // A symlink's permissions mean nothing, and writers disagree about them.
  const mode = kind === Kind.symlink ? 0o777 : (columns.mode[node] as number)
  return {
    kind: target === undefined ? kind : Kind.file,
    mode,
    uid: columns.uid[node] as number,
    gid: columns.gid[node] as number,
    link: target === undefined ? tree.indexOf(at).linkOf(node) : '',
    size: content.columns.size[content.node] as number,
    crc: content.columns.crc[content.node] as number
  }
}

function count(tree: Tree): { -readonly [K in keyof CompareCounts]: number } {
  const counts = [0, 0, 0, 0]
  for (let at = 1; at < tree.count; at++) {
    if (tree.isDirectory(at) && tree.badge[at] === Badge.none) continue
    const badge = tree.badge[at] as number
    counts[badge] = (counts[badge] as number) + 1
  }
  const [same = 0, added = 0, changed = 0, removed = 0] = counts
  return { added, changed, removed, same }
}

/** A directory that is the same but holds something that is not, is changed, as `docker diff` says it. */
function markFolders(tree: Tree): void {
  for (let at = tree.count - 1; at > 0; at--) {
    const above = tree.parent[at] as number
    if (tree.badge[at] !== Badge.none && tree.badge[above] === Badge.none) tree.badge[above] = Badge.changed
  }
}
