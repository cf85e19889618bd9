/**
 * Files of a view with their contents: one of them as bytes, or a directory with everything in it for whoever unpacks it.
 * Contents come out of the layers, in the archive's order. Runs in the worker.
 */
import { FILE_KINDS, type FileEntry } from '@shared/contract/image-files'
import { AppError } from '@shared/errors'
import type { LayerCache } from './layer-cache'
import type { OpenedImage } from './opened-image'
import { readContents, type WantedFile } from './read-contents'
import { Kind } from './tar-header'
import { Badge, type Source, type Tree } from './tree'

interface Context {
  readonly cache: LayerCache
  readonly signal: AbortSignal
}

/** What one entry of a packed directory is; names begin with the directory's own. */
export interface PackedEntry {
  readonly name: string
  readonly kind: FileEntry['kind']
  readonly sizeBytes: number
  readonly mode: number
  readonly uid: number
  readonly gid: number
  /** Seconds since the epoch. */
  readonly mtime: number
  readonly link: string
}

export type PackedItem =
  | { readonly type: 'entry'; readonly entry: PackedEntry }
  | { readonly type: 'bytes'; readonly piece: Uint8Array }

/** The bytes of one file from `offset`, at most `limit`. */
export async function* readOne(
  { source, assembled }: OpenedImage,
  tree: Tree,
  at: number,
  { offset, limit, ...context }: Context & { readonly offset: number; readonly limit: number }
): AsyncGenerator<Uint8Array<ArrayBuffer>, undefined, undefined> {
  const content = contentOf(tree, at)
  if (content === null) throw noContent(tree.pathOf(at))
  let skip = offset
  let left = limit
  const wanted = new Map([[content.layer, new Map([[content.contentAt, { of: null, crc: content.crc }]])]])
  for await (const part of readContents(source, assembled, wanted, context)) {
    if (part.type === 'end') return
    if (part.type === 'begin') continue
    const piece = part.piece.subarray(Math.min(skip, part.piece.length))
    skip -= part.piece.length - piece.length
    const taken = piece.subarray(0, left)
    left -= taken.length
    // A copy: what a piece is cut from would travel with it.
    if (taken.length > 0) yield new Uint8Array(taken)
    if (left === 0) return
  }
}

/** A directory, or one file, with everything in it: directories and links first, then files as they come. */
export async function* packTree(
  { source, assembled }: OpenedImage,
  tree: Tree,
  root: number,
  context: Context
): AsyncGenerator<PackedItem, undefined, undefined> {
  const wanted = new Map<number, Map<number, WantedFile<PackedEntry[]>>>()
  for (const { at, name } of nodesBelow(tree, root)) {
    const entry = packedEntry(tree, at, name)
    const content = contentOf(tree, at)
    if (content === null) {
      yield { type: 'entry', entry }
      continue
    }
    const layer = wanted.get(content.layer) ?? new Map<number, WantedFile<PackedEntry[]>>()
    wanted.set(content.layer, layer)
    const file = layer.get(content.contentAt) ?? { of: [], crc: content.crc }
    file.of.push(entry)
    layer.set(content.contentAt, file)
  }
  if (wanted.size === 0) return
  for await (const part of readContents(source, assembled, wanted, context)) {
    const [first, ...others] = part.of
    if (first === undefined) continue
    if (part.type === 'begin')
      yield { type: 'entry', entry: { ...first, kind: 'file', sizeBytes: part.sizeBytes } }
    else if (part.type === 'bytes') yield { type: 'bytes', piece: part.piece.slice() }
    else
      for (const other of others)
        yield { type: 'entry', entry: { ...other, kind: 'hardlink', sizeBytes: 0, link: first.name } }
  }
}

function* nodesBelow(tree: Tree, root: number): Generator<{ at: number; name: string }> {
  const pending = [{ at: root, name: tree.nameOf(root) || 'image' }]
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    if (tree.badge[next.at] === Badge.removed && next.at !== root && tree.badge[root] !== Badge.removed)
      continue
    yield next
    const first = tree.firstChild[next.at] as number
    for (let i = 0; i < (tree.childCount[next.at] as number); i++) {
      pending.push({ at: first + i, name: `${next.name}/${tree.nameOf(first + i)}` })
    }
  }
}

function packedEntry(tree: Tree, at: number, name: string): PackedEntry {
  const index = tree.indexOf(at)
  const node = tree.node[at] as number
  const { kind, mode, uid, gid, mtime } = index.columns
  return {
    name,
    kind: FILE_KINDS[(kind[node] as number) - 1] ?? 'file',
    sizeBytes: 0,
    mode: mode[node] as number,
    uid: uid[node] as number,
    gid: gid[node] as number,
    mtime: mtime[node] as number,
    link: index.linkOf(node)
  }
}

/** Where the bytes of a file are; a hard link is followed. null for what has none. */
export function contentOf(
  tree: Tree,
  at: number
): { readonly layer: number; readonly contentAt: number; readonly crc: number } | null {
  const own: Source = { layer: tree.layer[at] as number, node: tree.node[at] as number }
  const { layer, node } = tree.targets.get(at) ?? own
  const columns = tree.layers[layer]?.columns
  if (columns?.kind[node] !== Kind.file) return null
  return { layer, contentAt: columns.contentAt[node] as number, crc: columns.crc[node] as number }
}

function noContent(path: string): AppError {
  return new AppError('InvalidParameter', `${path} has no content to show.`, {
    hint: 'Choose a regular file.'
  })
}
