/** Absolute paths inside a container: always with forward slashes, whatever the host is. Pure; used by main and the page. */

/** `dir` + `name` as one path. */
export function joinPath(dir: string, name: string): string {
  return dir === '/' ? `/${name}` : `${dir}/${name}`
}

/** The folder a path is in; of the root, the root. */
export function parentPath(path: string): string {
  const slash = path.lastIndexOf('/')
  return slash <= 0 ? '/' : path.slice(0, slash)
}

/** The last part of a path; of the root, `/`. */
export function baseName(path: string): string {
  return path === '/' ? '/' : path.slice(path.lastIndexOf('/') + 1)
}

/** Without doubled slashes, `.` and `..`; a path that leaves the root stays at it, as in a chroot. Always absolute. */
export function normalizePath(path: string): string {
  const kept: string[] = []
  for (const part of path.split('/')) {
    if (part === '' || part === '.') continue
    if (part === '..') kept.pop()
    else kept.push(part)
  }
  return `/${kept.join('/')}`
}

/** Whether `path` is `folder` or something in it. */
export function isWithin(path: string, folder: string): boolean {
  return folder === '/' || path === folder || path.startsWith(`${folder}/`)
}

/** Every folder on the way to a path, from the root down, the path itself left out. */
export function ancestors(path: string): string[] {
  const parts = path.split('/').filter((part) => part !== '')
  return parts.map((_, index) => (index === 0 ? '/' : `/${parts.slice(0, index).join('/')}`))
}

/** Whether a path is text: one that is not UTF-8 holds lone surrogates (see main/docker/path-bytes.ts). */
export function isText(path: string): boolean {
  return !/\p{Surrogate}/u.test(path)
}

/** The path for a sentence: what is no text becomes the replacement character. */
export function asText(path: string): string {
  return path.replace(/\p{Surrogate}/gu, '\ufffd')
}
