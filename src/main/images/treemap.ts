/**
 * Where the bytes are, as nested rectangles need it: the largest directories are opened first, and what is too small for the
 * limits is added up as `rest`. Pure.
 */
import { Badge, type Tree } from './tree'

export interface TreemapNode {
  readonly name: string
  readonly path: string
  readonly directory: boolean
  readonly bytes: number
  readonly files: number
  children: TreemapNode[]
  /** What is below and not in `children`. */
  rest: { bytes: number; files: number }
}

interface Limits {
  /** Levels below the root of the map. */
  readonly depth: number
  /** Rectangles in all. */
  readonly count: number
}

const MAX_CHILDREN = 200

export function treemap(tree: Tree, root: number, { depth, count }: Limits): TreemapNode {
  const top = nodeOf(tree, root)
  /** Directories that could be opened, with their place in the tree and how deep they are. */
  const closed = [{ node: top, at: root, level: 0 }]
  let made = 1
  while (closed.length > 0 && made < count) {
    let largest = 0
    for (let i = 1; i < closed.length; i++) {
      if ((closed[i]?.node.bytes ?? 0) > (closed[largest]?.node.bytes ?? 0)) largest = i
    }
    const [opened] = closed.splice(largest, 1)
    if (opened === undefined || opened.node.bytes === 0) break
    const children = largestChildren(tree, opened.at, Math.min(MAX_CHILDREN, count - made))
    for (const at of children) {
      const node = nodeOf(tree, at)
      opened.node.children.push(node)
      opened.node.rest.bytes -= node.bytes
      opened.node.rest.files -= node.files
      if (node.directory && opened.level + 1 < depth) closed.push({ node, at, level: opened.level + 1 })
    }
    made += children.length
  }
  return top
}

function nodeOf(tree: Tree, at: number): TreemapNode {
  const bytes = tree.bytes[at] as number
  const files = tree.files[at] as number
  const directory = tree.isDirectory(at)
  return {
    name: tree.nameOf(at),
    path: tree.pathOf(at),
    directory,
    bytes,
    files,
    children: [],
    rest: directory ? { bytes, files } : { bytes: 0, files: 0 }
  }
}

function largestChildren(tree: Tree, at: number, limit: number): number[] {
  const first = tree.firstChild[at] as number
  const all = Array.from({ length: tree.childCount[at] as number }, (_, i) => first + i)
  return all
    .filter((child) => (tree.bytes[child] as number) > 0 && tree.badge[child] !== Badge.removed)
    .sort((a, b) => (tree.bytes[b] as number) - (tree.bytes[a] as number))
    .slice(0, limit)
}
