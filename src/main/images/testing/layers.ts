/** Layers for tests, written as short lists; and a slow, plain model of what a stack of layers means, to compare with. */
import { crc32 } from 'node:zlib'
import fc from 'fast-check'
import { LayerBuilder } from '../layer-builder'
import type { LayerIndex } from '../layer-index'
import { Kind } from '../tar-header'
import type { Tree } from '../tree'

export interface Item {
  /** With a basename of `.wh.…` for a whiteout. */
  readonly path: string
  readonly kind?: Kind
  readonly content?: string
  readonly link?: string
  readonly mode?: number
}

export const dir = (path: string): Item => ({ path, kind: Kind.directory })
export const file = (path: string, content: string): Item => ({ path, content })

export function layerOf(items: readonly Item[]): LayerIndex {
  const builder = new LayerBuilder()
  for (const {
    path,
    kind = Kind.file,
    content = '',
    link = '',
    mode = kind === Kind.directory ? 0o755 : 0o644
  } of items) {
    const bytes = Buffer.from(content)
    builder.entry({
      path: Buffer.from(path),
      link: Buffer.from(link),
      kind,
      mode,
      uid: 0,
      gid: 0,
      mtime: 0,
      size: bytes.length,
      realSize: bytes.length,
      device: '',
      contentAt: 0,
      sparse: null,
      attributes: false
    })
    if (bytes.length > 0) builder.content(bytes)
    builder.entryEnd()
  }
  return builder.seal(0)
}

/** path → content, or null for a directory. */
export type Files = Map<string, string | null>

export function filesOf(tree: Tree, contents: ReadonlyMap<number, string>): Files {
  const files: Files = new Map()
  for (let at = 1; at < tree.count; at++) {
    const crc = tree.indexOf(at).columns.crc[tree.node[at] as number] as number
    files.set(tree.pathOf(at), tree.isDirectory(at) ? null : (contents.get(crc) ?? '?'))
  }
  return files
}

export const crcOf = (content: string): number => (content === '' ? 0 : crc32(content))

const below = (files: Files, path: string): string[] =>
  [...files.keys()].filter((other) => other.startsWith(`${path}/`))

function removePath(files: Files, path: string): void {
  for (const other of below(files, path)) files.delete(other)
  files.delete(path)
}

function makeFolders(files: Files, path: string): void {
  const names = path.split('/').slice(1, -1)
  for (let i = 1; i <= names.length; i++) {
    const folder = `/${names.slice(0, i).join('/')}`
    if (files.get(folder) === null) continue
    removePath(files, folder)
    files.set(folder, null)
  }
}

/** The layer's own files, and what it hides of the layers below. */
function ownFiles(items: readonly Item[]) {
  const own: Files = new Map()
  const gone: string[] = []
  const opaque: string[] = []
  for (const { path, kind, content = '' } of items) {
    const name = path.slice(path.lastIndexOf('/') + 1)
    const folder = `/${path.slice(0, Math.max(0, path.length - name.length - 1))}`.replace(/\/$/, '')
    if (name.startsWith('.wh.')) {
      makeFolders(own, `${folder}/x`)
      if (name === '.wh..wh..opq') opaque.push(folder)
      else gone.push(`${folder}/${name.slice(4)}`)
      continue
    }
    const full = `${folder}/${name}`
    makeFolders(own, full)
    if (!(kind === Kind.directory && own.get(full) === null)) removePath(own, full)
    own.set(full, kind === Kind.directory ? null : content)
  }
  return { own, gone, opaque }
}

/** Layers laid over one another, path by path. */
export function naiveMerge(layers: readonly (readonly Item[])[]): Files {
  const files: Files = new Map()
  for (const items of layers) {
    const { own, gone, opaque } = ownFiles(items)
    for (const path of gone) removePath(files, path)
    for (const path of opaque) for (const other of below(files, path)) files.delete(other)
    for (const [path, content] of own) {
      if (!(content === null && files.get(path) === null)) removePath(files, path)
      files.set(path, content)
    }
  }
  return files
}

export const sorted = (files: Files): [string, string | null][] =>
  [...files].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))

const name = fc.constantFrom('a', 'b', 'c')
const path = fc.array(name, { minLength: 1, maxLength: 4 }).map((names) => names.join('/'))
const content = fc.integer({ min: 1, max: 9 }).map((n) => 'x'.repeat(n) + String(n))
const whiteout = path.map((p) => ({ path: p.replace(/[^/]*$/, (last) => `.wh.${last}`) }))
const opaque = path.map((p) => ({ path: `${p}/.wh..wh..opq` }))

/** A layer as honest tools write it: no name goes through a file of the same layer. */
function honest(items: readonly Item[]): Item[] {
  const isFile = ({ path: p, kind }: Item): boolean => kind !== Kind.directory && !/(^|\/)\.wh\./.test(p)
  const files = new Set(items.filter(isFile).map((item) => item.path))
  const through = (p: string): boolean =>
    p.split('/').some((_, i, names) => files.has(names.slice(0, i).join('/')))
  return items.filter((item) => !through(item.path) && (isFile(item) || !files.has(item.path)))
}

const item = fc.oneof(
  path.map(dir),
  fc.tuple(path, content).map(([p, c]) => file(p, c)),
  whiteout,
  opaque
)

export const anyLayers = fc.array(fc.array(item, { maxLength: 8 }).map(honest), {
  minLength: 1,
  maxLength: 5
})
