/** Reads folders of one container into a map, one stream a folder; the newest reading of a folder wins. Used by use-file-tree.ts. */
import { shallowRef, type ShallowRef } from 'vue'
import { api } from '@/api'
import type { FileEntry, Folder } from '@/components/files/tree-types'
import { toAppError } from '@shared/errors'

type Folders = ReadonlyMap<string, Folder>

export class FolderReader {
  readonly folders: ShallowRef<Folders> = shallowRef(new Map())
  readonly #id: () => string
  readonly #reading = new Map<string, { close: () => void }>()

  constructor(id: () => string) {
    this.#id = id
  }

  /** Reads one folder. What was there stays until the new answer is whole, so nothing jumps. */
  async read(path: string, fresh = false): Promise<void> {
    this.#reading.get(path)?.close()
    const stream = api.files.list({ id: this.#id(), path, fresh })
    this.#reading.set(path, stream)
    const isCurrent = (): boolean => this.#reading.get(path) === stream
    const before = this.folders.value.get(path)
    const known = before?.state === 'ready' ? before.entries : null
    const entries: FileEntry[] = []
    if (known === null) this.#set(path, reading([], 0))
    try {
      for await (const news of stream) {
        if (!isCurrent()) return
        entries.push(...news.entries)
        if (known === null) this.#set(path, reading([...entries], news.readBytes))
      }
      if (isCurrent()) this.#set(path, { entries, state: 'ready', readBytes: 0, error: null })
    } catch (thrown) {
      const { message, hint } = toAppError(thrown)
      const failed = { entries: known ?? entries, state: 'failed', readBytes: 0 } as const
      if (isCurrent()) this.#set(path, { ...failed, error: { message, hint } })
    } finally {
      if (isCurrent()) this.#reading.delete(path)
    }
  }

  /** Gives up what is being read and forgets the rest. */
  clear(): void {
    for (const stream of this.#reading.values()) stream.close()
    this.#reading.clear()
    this.folders.value = new Map()
  }

  #set(path: string, folder: Folder): void {
    this.folders.value = new Map(this.folders.value).set(path, folder)
  }
}

function reading(entries: readonly FileEntry[], readBytes: number): Folder {
  return { entries, state: 'reading', readBytes, error: null }
}
