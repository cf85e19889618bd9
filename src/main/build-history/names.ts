/**
 * What a build is called: BuildKit keeps the frontend's options, buildx keeps in its own folder what was on the command line. The
 * name is the one `buildx history ls` prints for the two together. Pure.
 */
import { posix } from 'node:path'

/** What buildx wrote down about a build it started (`buildx/refs/<builder>/<node>/<ref>`). */
export interface LocalState {
  readonly LocalPath: string
  readonly DockerfilePath: string
}

const REMOTE = /^(?:https?:\/\/|git:\/\/|ssh:\/\/|git@|github\.com\/)/

export const isRemote = (context: string): boolean => REMOTE.test(context)

/** Windows' folders with the slashes of the others. */
const slashed = (path: string): string => path.replaceAll('\\', '/')
const said = (path: string | undefined): string => (path === undefined || path === '-' ? '' : slashed(path))

export interface BuildPlace {
  readonly context: string
  /** Its path as it was given; `Dockerfile` when nothing was. */
  readonly dockerfile: string
  readonly target: string
}

export function placeOfBuild(attrs: ReadonlyMap<string, string>, local: LocalState | null): BuildPlace {
  const { context, localPath, dockerfile } = pathsOf(attrs, local)
  return {
    context: context || localPath || (attrs.get('vcs:source') ?? ''),
    dockerfile: dockerfile || 'Dockerfile',
    target: attrs.get('target') ?? ''
  }
}

export function nameOfBuild(attrs: ReadonlyMap<string, string>, local: LocalState | null): string {
  const given = attrs.get('build-arg:BUILDKIT_BUILD_NAME')
  if (given) return given
  const paths = pathsOf(attrs, local)
  const name = paths.context || shortName(paths.localPath, paths.dockerfile)
  const target = attrs.get('target') ?? ''
  if (target !== '') return name === '' ? target : `${name} (${target})`
  return name || (attrs.get('vcs:source') ?? '')
}

function pathsOf(attrs: ReadonlyMap<string, string>, local: LocalState | null) {
  const vcsContext = attrs.get('vcs:localdir:context')
  const context = slashed(
    attrs.get('context') ?? (vcsContext !== undefined && vcsContext !== '.' ? vcsContext : '')
  )
  let dockerfile = attrs.get('filename') ?? ''
  if (dockerfile === 'Dockerfile') dockerfile = ''
  const vcsDockerfile = attrs.get('vcs:localdir:dockerfile')
  if (vcsDockerfile !== undefined && vcsDockerfile !== '.') {
    dockerfile = slashed(posix.join(vcsDockerfile, dockerfile))
  }
  if (local === null || isRemote(local.LocalPath)) return { context, localPath: '', dockerfile }
  const stated = said(local.DockerfilePath)
  return {
    context,
    localPath: said(local.LocalPath),
    dockerfile: stated === '' || stated === 'Dockerfile' ? dockerfile : stated
  }
}

/** The last part of the folder; with the Dockerfile's path where that says more. */
function shortName(localPath: string, dockerfile: string): string {
  const usual = dockerfile === '' || dockerfile.endsWith('/Dockerfile')
  const file = dockerfile.replace(/\/Dockerfile$/, '')
  if (file.startsWith(localPath) && file.length > localPath.length) {
    return file.slice(localPath.lastIndexOf('/') + 1)
  }
  const path = file || localPath
  const last = path.slice(path.lastIndexOf('/') + 1)
  if (path === '' || usual) return last
  const folder = path.includes('/') ? path.slice(0, path.lastIndexOf('/')) : path
  return posix.join(posix.basename(folder), last)
}
