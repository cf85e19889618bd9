/**
 * What is in a folder of a container, by the cheapest way that is true for its state (docs/decisions/0430): its own tools
 * while it runs and has them, else the engine's archives. Called by handlers/files.
 */
import type { FileEntry } from '@shared/contract/files'
import { baseName, isWithin, joinPath, parentPath } from '@shared/docker/container-path'
import { openArchive, openExport, containerChanges } from '../docker/archive'
import type { DockerClient } from '../docker/client'
import { containerLayout, type ContainerLayout } from '../docker/container-layout'
import { FileIndex, type IndexNews } from './file-index'
import { listByExec } from './list-exec'

/** Indexes of containers that do not run, newest last. */
const KEPT_INDEXES = 3
/** A larger index is used once and not kept: about 100 MB. */
const MAX_KEPT_ENTRIES = 400_000
const BATCH = 2000

interface Kept {
  /** What the container was like when it was read. */
  readonly key: string
  readonly index: FileIndex
}

export class Listing {
  readonly #indexes = new Map<string, Kept>()
  /** The runs of containers that have not the tools; see {@link ContainerLayout.generation}. */
  readonly #toolless = new Map<string, string>()

  /** The entries of a folder in batches, those where something is mounted marked. */
  async *list(
    client: DockerClient,
    id: string,
    folder: string,
    options: { readonly fresh: boolean; readonly signal: AbortSignal }
  ): AsyncGenerator<IndexNews, void, undefined> {
    const layout = await containerLayout(client, id, options.signal)
    if (options.fresh) this.forget(id)
    const missing = mountNames(layout, folder)
    for await (const news of this.#unmarked(client, id, folder, layout, options.signal)) {
      const entries = news.entries.map((entry) => marked(entry, folder, layout))
      for (const { name } of entries) missing.delete(name)
      yield { entries, readBytes: news.readBytes }
    }
    // One that never ran has no folder yet where something will be mounted.
    if (missing.size > 0) yield { entries: [...missing.values()], readBytes: 0 }
  }

  /** Something was written into the container: what was kept of it may be wrong. */
  forget(id: string): void {
    this.#indexes.delete(id)
  }

  async *#unmarked(
    client: DockerClient,
    id: string,
    folder: string,
    layout: ContainerLayout,
    signal: AbortSignal
  ): AsyncGenerator<IndexNews, void, undefined> {
    const listed = layout.running ? await this.#byTools(client, id, folder, layout, signal) : null
    if (listed !== null) {
      for (let at = 0; at < listed.length; at += BATCH) {
        yield { entries: listed.slice(at, at + BATCH), readBytes: 0 }
      }
      return
    }
    const index = await this.#index(client, id, folder, layout, signal)
    yield* index.follow(folder, signal)
  }

  async #byTools(
    client: DockerClient,
    id: string,
    folder: string,
    { generation }: ContainerLayout,
    signal: AbortSignal
  ): Promise<FileEntry[] | null> {
    if (this.#toolless.get(id) === generation) return null
    try {
      const entries = await listByExec(client, id, folder, signal)
      if (entries !== null && entries.length > 0) return entries
      // Nothing is believed of tools that find something in the root, which is never empty; no folder, of the archive.
      if (await hasTools(client, id, signal)) return entries
    } catch (error) {
      if (signal.aborted) throw error
    }
    this.#toolless.set(id, generation)
    return null
  }

  async #index(
    client: DockerClient,
    id: string,
    folder: string,
    layout: ContainerLayout,
    signal: AbortSignal
  ): Promise<FileIndex> {
    const inMount = [...layout.mounts.keys()].some((mount) => isWithin(folder, mount))
    if (inMount) return archiveIndex(client, id, folder)
    // What runs (or is paused) may have changed since; what does not is read once.
    const key = layout.generation + (await changesText(client, id, signal))
    const kept = this.#indexes.get(id)
    const usable = kept?.key === key && kept.index.usable && kept.index.entries <= MAX_KEPT_ENTRIES
    const holdsMount = [...layout.mounts.keys()].some((mount) => isWithin(mount, folder))
    // The whole is never cheap, and an archive of it would read the mounts too. A part is, and need not wait for the whole.
    const asPart = folder !== '/' && !holdsMount
    if (usable && (!asPart || kept.index.isFinished(folder))) return kept.index
    if (asPart) return archiveIndex(client, id, folder)
    const index = new FileIndex({
      root: '/',
      open: (abort, onRead) => openExport(client, id, { signal: abort, onRead })
    })
    if (!layout.running) this.#keep(id, { key, index })
    return index
  }

  #keep(id: string, kept: Kept): void {
    this.#indexes.delete(id)
    this.#indexes.set(id, kept)
    const [oldest] = this.#indexes.keys()
    if (this.#indexes.size > KEPT_INDEXES && oldest !== undefined) this.#indexes.delete(oldest)
  }
}

function archiveIndex(client: DockerClient, id: string, folder: string): FileIndex {
  return new FileIndex({
    root: folder,
    open: (abort, onRead) => openArchive(client, id, folder, { signal: abort, onRead })
  })
}

async function hasTools(client: DockerClient, id: string, signal: AbortSignal): Promise<boolean> {
  const root = await listByExec(client, id, '/', signal)
  return root !== null && root.length > 0
}

async function changesText(client: DockerClient, id: string, signal: AbortSignal): Promise<string> {
  const changes = await containerChanges(client, id, signal)
  // Sorted: the engine answers in another order each time.
  return changes
    .map(({ kind, path }) => `${kind} ${path}`)
    .sort()
    .join('\n')
}

function marked(entry: FileEntry, folder: string, { mounts }: ContainerLayout): FileEntry {
  const mount = mounts.get(joinPath(folder, entry.name))
  return mount === undefined ? entry : { ...entry, mount }
}

function mountNames({ mounts }: ContainerLayout, folder: string): Map<string, FileEntry> {
  const names = new Map<string, FileEntry>()
  for (const [path, mount] of mounts) {
    if (path === '/' || parentPath(path) !== folder) continue
    const name = baseName(path)
    const nothing = { size: 0, mode: 0o755, uid: 0, gid: 0, mtime: 0, target: null }
    names.set(name, { name, type: 'directory', ...nothing, mount })
  }
  return names
}
