/**
 * Which files of an image may tell of packages, chosen by path, size and mode from the index alone: what is not chosen is
 * never read. Walks every node of the tree; the caller decides when others get their turn.
 */
import { Kind } from '../tar-header'
import type { Tree } from '../tree'
import { JAVA_NAME } from './java'

export type PackageFileKind =
  | ('dpkg' | 'copyright' | 'apk' | 'rpm-sqlite' | 'rpm-wal' | 'rpm-ndb' | 'rpm-berkeley')
  | ('npm' | 'pypi' | 'gem' | 'java' | 'go' | 'os-release')

export interface PackageFile {
  /** The node in the tree. */
  readonly at: number
  readonly path: string
  readonly kind: PackageFileKind
}

/** No program of Go is smaller. */
const SMALLEST_GO_BYTES = 400_000
/** Nodes between two chances for others. */
const SLICE_NODES = 20_000

const PATHS: ReadonlyMap<string, PackageFileKind> = new Map([
  ['/var/lib/dpkg/status', 'dpkg'],
  ['/lib/apk/db/installed', 'apk'],
  ['/usr/lib/apk/db/installed', 'apk'],
  ['/etc/os-release', 'os-release'],
  ['/usr/lib/os-release', 'os-release'],
  ...['/var/lib/rpm', '/usr/lib/sysimage/rpm', '/usr/share/rpm'].flatMap(
    (folder): [string, PackageFileKind][] => [
      [`${folder}/rpmdb.sqlite`, 'rpm-sqlite'],
      [`${folder}/rpmdb.sqlite-wal`, 'rpm-wal'],
      [`${folder}/Packages.db`, 'rpm-ndb'],
      [`${folder}/Packages`, 'rpm-berkeley']
    ]
  )
])
const NAMES: ReadonlySet<string> = new Set([...PATHS.keys()].map((path) => path.split('/').at(-1) ?? ''))
const NPM = /\/node_modules\/(?:@[^/]+\/)?[^/@.][^/]*\/package\.json$/
const PYPI = /\.dist-info\/METADATA$|\.egg-info\/PKG-INFO$|\.egg-info$|\.egg\/EGG-INFO\/PKG-INFO$/
const GEM = /\/specifications\/(?:default\/)?[^/]+\.gemspec$/
const STATUS_D = /^\/var\/lib\/dpkg\/status\.d\/[^/]+$/
const COPYRIGHT = /^\/usr\/share\/doc\/[^/]+\/copyright$/

/** The files one by one; null now and then, when others should have their turn. */
export function* wantedFiles(tree: Tree): Generator<PackageFile | null, void, undefined> {
  const folder = tree.find('/var/lib/dpkg/status.d')
  for (let at = 1; at < tree.count; at++) {
    if (at % SLICE_NODES === 0) yield null
    const kind = tree.kindOf(at)
    if (kind !== Kind.file && kind !== Kind.hardLink) continue
    const name = tree.nameOf(at)
    const found = kindByName(tree, at, name, folder) ?? (isProgram(tree, at) ? 'go' : null)
    if (found !== null) yield { at, path: tree.pathOf(at), kind: found }
  }
}

function kindByName(tree: Tree, at: number, name: string, statusFolder: number): PackageFileKind | null {
  // Most names are none of these; only then is the path put together.
  if (NAMES.has(name)) {
    const kind = PATHS.get(tree.pathOf(at))
    if (kind !== undefined) return kind
  }
  if (name === 'package.json') return NPM.test(tree.pathOf(at)) ? 'npm' : null
  if (name === 'METADATA' || name === 'PKG-INFO' || name.endsWith('.egg-info'))
    return PYPI.test(tree.pathOf(at)) ? 'pypi' : null
  if (name === 'copyright') return COPYRIGHT.test(tree.pathOf(at)) ? 'copyright' : null
  if (name.endsWith('.gemspec')) return GEM.test(tree.pathOf(at)) ? 'gem' : null
  if (JAVA_NAME.test(name)) return 'java'
  if (statusFolder >= 0 && tree.parent[at] === statusFolder && !name.endsWith('.md5sums'))
    return STATUS_D.test(tree.pathOf(at)) ? 'dpkg' : null
  return null
}

/** Whether it may be run and is as large as what Go links. */
function isProgram(tree: Tree, at: number): boolean {
  const { mode, size } = tree.indexOf(at).columns
  const node = tree.node[at] as number
  return ((mode[node] as number) & 0o111) !== 0 && (size[node] as number) >= SMALLEST_GO_BYTES
}
