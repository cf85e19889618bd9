/**
 * Unpacks an archive of a container into a folder of the host that only we write to. Nothing an archive says can reach
 * outside of it: names are taken apart, folders are ours or not used, files are always new, links are made last and only
 * when they stay inside. What cannot be represented is left out and reported. Called by download.ts.
 */
import { constants } from 'node:fs'
import { chmod, link, lstat, mkdir, open, symlink, utimes } from 'node:fs/promises'
import { platform } from 'node:process'
import { normalizePath } from '@shared/docker/container-path'
import { AppError } from '@shared/errors'
import { toBytes } from '../docker/path-bytes'
import type { TarEntry, TarItem } from '../docker/tar-reader'
import { isHostName } from './host-names'
import type { CopyProgress, Skipped } from './progress'

interface Deferred {
  readonly parts: readonly string[]
  readonly entry: TarEntry
}

/** What is wrong with one entry alone; anything else (a full disk) ends the copy. */
const ENTRY_ERRORS: Readonly<Record<string, string>> = {
  EEXIST: 'there are two of that name',
  ENAMETOOLONG: 'the name is too long here',
  EILSEQ: 'the name cannot be written here',
  EINVAL: 'the name cannot be written here',
  ENOTDIR: 'its folder is a file here'
}

/** Unpacks everything below the archive's first entry, a folder, into `root`, which exists and is empty. */
export async function extract(
  items: AsyncIterable<TarItem>,
  root: string,
  progress: CopyProgress,
  signal: AbortSignal
): Promise<Skipped[]> {
  const run = new Extraction(root, progress)
  for await (const item of items) {
    signal.throwIfAborted()
    await run.take(item)
  }
  await run.finish()
  return run.skipped
}

class Extraction {
  readonly skipped: Skipped[] = []
  readonly #root: string
  readonly #progress: CopyProgress
  /** Folders made here, by their parts: nothing is written through anything else. */
  readonly #folders = new Map<string, TarEntry | null>()
  /** Files made here, by their name in the archive: what hard links may point to. */
  readonly #files = new Map<string, Buffer>()
  readonly #symlinks: Deferred[] = []
  /** The archive's name of its top folder; empty when its names start at the root. */
  #top: string | null = null

  constructor(root: string, progress: CopyProgress) {
    this.#root = root
    this.#progress = progress
    this.#folders.set('', null)
  }

  async take(item: TarItem): Promise<void> {
    const { entry } = item
    const parts = this.#partsOf(entry.name)
    if (parts === null) return this.#skip(entry, 'the name leads elsewhere')
    if (parts.length === 0) return
    if (!parts.every((part) => isHostName(part, platform))) {
      return this.#skip(entry, 'the name cannot be written here')
    }
    if (!this.#folders.has(key(parts.slice(0, -1)))) return this.#skip(entry, 'its folder was left out')
    try {
      await this.#make(parts, item)
    } catch (error) {
      this.#skip(entry, reasonOf(error))
    }
  }

  /** Links, then the modes and times of folders, deepest first: a folder that is read-only could not be filled before. */
  async finish(): Promise<void> {
    for (const { parts, entry } of this.#symlinks) {
      if (!staysInside(parts, entry.linkName, (folder) => this.#folders.has(key(folder)))) {
        this.#skip(entry, 'a link to outside the folder')
        continue
      }
      try {
        await symlink(toBytes(entry.linkName), this.#hostPath(parts))
      } catch (error) {
        this.#skip(entry, reasonOf(error))
      }
    }
    for (const [folder, entry] of [...this.#folders].reverse()) {
      if (entry === null) continue
      const path = this.#hostPath(folder.split('/'))
      await utimes(path, time(entry), time(entry))
      // Its owner can always look into it and remove it.
      await chmod(path, (entry.mode & 0o777) | 0o700)
    }
  }

  async #make(parts: readonly string[], { entry, body }: TarItem): Promise<void> {
    switch (entry.type) {
      case 'directory':
        return await this.#makeFolder(parts, entry)
      case 'file':
        return await this.#makeFile(parts, entry, body())
      case 'hardlink':
        return await this.#makeHardLink(parts, entry)
      case 'symlink':
        this.#symlinks.push({ parts, entry })
        return
      case 'block':
      case 'character':
        return this.#skip(entry, 'a device')
      case 'fifo':
        return this.#skip(entry, 'a named pipe')
      case 'other':
        return this.#skip(entry, 'of an unknown kind')
    }
  }

  async #makeFolder(parts: readonly string[], entry: TarEntry): Promise<void> {
    await mkdir(this.#hostPath(parts), { mode: 0o700 })
    this.#folders.set(key(parts), entry)
  }

  async #makeFile(parts: readonly string[], entry: TarEntry, body: AsyncIterable<Buffer>): Promise<void> {
    const path = this.#hostPath(parts)
    await writeNew(path, entry, body, (bytes) => this.#progress.add(bytes))
    this.#files.set(normalizePath(entry.name), path)
    this.#progress.fileDone()
  }

  async #makeHardLink(parts: readonly string[], entry: TarEntry): Promise<void> {
    const target = this.#files.get(normalizePath(entry.linkName))
    if (target === undefined || !(await lstat(target)).isFile()) {
      return this.#skip(entry, 'a link to outside the folder')
    }
    await link(target, this.#hostPath(parts))
    this.#progress.fileDone()
  }

  /** The parts below the top folder; null for a name that leads out of it. */
  #partsOf(name: string): readonly string[] | null {
    const parts = name.split('/').filter((part) => part !== '' && part !== '.')
    this.#top ??= parts[0] ?? ''
    if (parts.includes('..')) return null
    if (this.#top === '') return parts
    return parts[0] === this.#top ? parts.slice(1) : null
  }

  #hostPath(parts: readonly string[]): Buffer {
    return Buffer.concat([Buffer.from(this.#root), ...parts.map((part) => toBytes(`/${part}`))])
  }

  #skip({ name }: TarEntry, why: string): void {
    this.skipped.push({ name, why })
  }
}

/** Writes a file that must not exist yet, only as fast as the disk takes it. */
export async function writeNew(
  path: string | Buffer,
  entry: TarEntry,
  body: AsyncIterable<Buffer>,
  onBytes: (bytes: number) => void
): Promise<void> {
  // Exclusive: neither a file that is there nor a link is ever opened.
  const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL
  const file = await open(path, flags, 0o600)
  try {
    for await (const chunk of body) {
      for (let at = 0; at < chunk.length;) at += (await file.write(chunk, at)).bytesWritten
      onBytes(chunk.length)
    }
    // Never set-uid: the owner is somebody else here.
    await file.chmod(entry.mode & 0o777)
    await file.utimes(time(entry), time(entry))
  } finally {
    await file.close()
  }
}

const key = (parts: readonly string[]): string => parts.join('/')

function time({ mtime }: TarEntry): number {
  const seconds = Number(mtime)
  return Number.isFinite(seconds) ? seconds : 0
}

/**
 * Whether a relative link in the folder of `parts` stays below the root on its whole way. `..` leads up from a folder only:
 * after the name of another link it would lead to wherever that one's parent is.
 */
export function staysInside(
  parts: readonly string[],
  target: string,
  isFolder: (parts: readonly string[]) => boolean
): boolean {
  if (target === '' || target.startsWith('/') || target.includes('\0')) return false
  if (platform === 'win32' && /^[a-z]:|\\/i.test(target)) return false
  const way = parts.slice(0, -1)
  for (const part of target.split('/')) {
    if (part === '' || part === '.') continue
    if (part !== '..') {
      way.push(part)
      continue
    }
    if (way.length === 0 || !isFolder(way)) return false
    way.pop()
  }
  return true
}

function reasonOf(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  const why = error instanceof AppError ? undefined : ENTRY_ERRORS[code]
  if (why === undefined) throw error
  return why
}
