/**
 * The folders of a file system as an archive tells them, usable while it is still being read. Many may follow one reading;
 * it is stopped when nobody does any more. Made by listing.ts.
 */
import type { FileEntry } from '@shared/contract/files'
import { baseName, isWithin, joinPath, normalizePath, parentPath } from '@shared/docker/container-path'
import { AppError, toAppError } from '@shared/errors'
import type { TarEntry, TarItem } from '../docker/tar-reader'

/** What a follower gets: entries it has not had, and how far the reading is. */
export interface IndexNews {
  readonly entries: FileEntry[]
  readonly readBytes: number
}

export interface IndexSource {
  /** The path the archive was asked for; an export is of `/`. */
  readonly root: string
  readonly open: (signal: AbortSignal, onRead: (bytes: number) => void) => Promise<AsyncIterable<TarItem>>
}

const BATCH = 2000
/** Followers are woken at most this often. */
const WAKE_MS = 40

export class FileIndex {
  readonly #root: string
  readonly #folders = new Map<string, FileEntry[]>()
  readonly #sizes = new Map<string, number>()
  readonly #abort = new AbortController()
  #waiting: (() => void)[] = []
  #last: string
  #state: 'reading' | 'complete' | AppError = 'reading'
  #readBytes = 0
  #followers = 0
  #waking: ReturnType<typeof setTimeout> | undefined
  entries = 0

  constructor({ root, open }: IndexSource) {
    this.#root = root
    this.#last = root
    void this.#read(open)
  }

  /** Whether it may serve again: it is complete, or still on its way there. */
  get usable(): boolean {
    return !(this.#state instanceof AppError) && !this.#abort.signal.aborted
  }

  /** The entries of a folder as they are found, to the end of it. Fails when the archive has no such folder. */
  async *follow(folder: string, signal: AbortSignal): AsyncGenerator<IndexNews, void, undefined> {
    this.#followers += 1
    let sent = 0
    let told = 0
    try {
      while (!signal.aborted) {
        const found = this.#folders.get(folder) ?? []
        const finished = this.isFinished(folder)
        if (sent < found.length || (this.#readBytes > told && !finished)) {
          const entries = found.slice(sent, sent + BATCH)
          sent += entries.length
          told = this.#readBytes
          yield { entries, readBytes: told }
        } else if (this.#state instanceof AppError) throw this.#state
        else if (finished) {
          if (!this.#folders.has(folder)) throw noFolder(folder)
          return
        } else await this.#change(signal)
      }
    } finally {
      this.#followers -= 1
      if (this.#followers === 0 && this.#state === 'reading') this.#abort.abort()
    }
  }

  async #read(open: IndexSource['open']): Promise<void> {
    try {
      const items = await open(this.#abort.signal, (bytes) => {
        this.#readBytes += bytes
        this.#wake(false)
      })
      for await (const { entry } of items) this.#add(entry)
      this.#state = 'complete'
    } catch (error) {
      this.#state = toAppError(error)
    }
    this.#wake(true)
  }

  /** Archives are walked depth first: past a folder, nothing of it comes any more. */
  isFinished(folder: string): boolean {
    if (this.#state !== 'reading') return true
    return this.#folders.has(folder) && !isWithin(this.#last, folder)
  }

  #add(entry: TarEntry): void {
    const path = this.#pathOf(entry.name)
    this.#last = path
    this.#wake(false)
    if (entry.type === 'directory' && !this.#folders.has(path)) this.#folders.set(path, [])
    if (path === this.#root) {
      // Only the entry of an archive of a single file is not a folder.
      if (entry.type !== 'directory') throw notFolder(path)
      return
    }
    const linked = entry.type === 'hardlink' ? this.#sizes.get(this.#pathOf(entry.linkName)) : undefined
    const size = linked ?? entry.size
    if (entry.type === 'file') this.#sizes.set(path, size)
    const parent = parentPath(path)
    const siblings = this.#folders.get(parent)
    const file = fileEntry(baseName(path), entry, size)
    if (siblings === undefined) this.#folders.set(parent, [file])
    else siblings.push(file)
    this.entries += 1
  }

  /** An archive of `/etc` names its entries `etc/…`; one of `/`, and an export, names them from the root. */
  #pathOf(name: string): string {
    const path = normalizePath(name)
    if (this.#root === '/') return path
    const below = path.slice(baseName(this.#root).length + 2)
    return below === '' ? this.#root : joinPath(this.#root, below)
  }

  /** Wakes the followers, now or with what else comes in a moment. */
  #wake(now: boolean): void {
    if (now) {
      const waiting = this.#waiting
      this.#waiting = []
      for (const resolve of waiting) resolve()
    } else if (this.#waking === undefined) {
      this.#waking = setTimeout(() => {
        this.#waking = undefined
        this.#wake(true)
      }, WAKE_MS)
    }
  }

  #change(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      this.#waiting.push(resolve)
      signal.addEventListener('abort', () => resolve(), { once: true })
    })
  }
}

function fileEntry(name: string, entry: TarEntry, size: number): FileEntry {
  return {
    name,
    type: entry.type === 'hardlink' ? 'file' : entry.type,
    size,
    mode: entry.mode,
    uid: entry.uid,
    gid: entry.gid,
    mtime: Number(entry.mtime) * 1000 || 0,
    target: entry.type === 'symlink' ? entry.linkName : null,
    mount: null
  }
}

function noFolder(folder: string): AppError {
  return new AppError('NotFound', `There is no folder ${folder} in the container.`, {
    hint: 'It may have been removed meanwhile; read the files again.'
  })
}

function notFolder(path: string): AppError {
  return new AppError('InvalidParameter', `${path} is not a folder.`, { hint: 'Open it instead.' })
}
