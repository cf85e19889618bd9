/**
 * What of this machine's files the page may edit: Dockerfiles below folders that were chosen in a dialog, and single files
 * that were chosen or agreed to. Kept until the app quits. A path is compared as the file system has it, links followed.
 */
import { basename, dirname, sep } from 'node:path'

const NAMED = /^(?:dockerfile|containerfile)(?:\..+)?$|\.(?:dockerfile|containerfile)$/i

/** Dockerfile, Containerfile, Dockerfile.dev, web.Dockerfile. */
export function isDockerfileName(path: string): boolean {
  const name = basename(path)
  return NAMED.test(name) && !name.toLowerCase().endsWith('.dockerignore')
}

export class Grants {
  readonly #folders = new Set<string>()
  readonly #files = new Set<string>()
  /** Folders whose names may be told, because a file in them is edited. */
  readonly #listed = new Set<string>()

  folder(path: string): void {
    this.#folders.add(path)
  }

  file(path: string): void {
    this.#files.add(path)
    this.#listed.add(dirname(path))
  }

  mayEdit(path: string): boolean {
    return this.#files.has(path) || (isDockerfileName(path) && this.#inFolder(path))
  }

  mayList(folder: string): boolean {
    return this.#inFolder(folder) || [...this.#listed].some((one) => isWithin(folder, one))
  }

  #inFolder(path: string): boolean {
    return [...this.#folders].some((folder) => isWithin(path, folder))
  }
}

export function isWithin(path: string, folder: string): boolean {
  return path === folder || path.startsWith(folder.endsWith(sep) ? folder : folder + sep)
}
