/**
 * The folders of one container as far as they were opened: read when they are, read again when the container changed or
 * when asked. What is being read is given up when the page goes.
 */
import { onScopeDispose, readonly, shallowRef, watch } from 'vue'
import { api } from '@/api'
import type { ChangeKind } from '@/components/files/tree-types'
import { ancestors, isWithin } from '@shared/docker/container-path'
import { FolderReader } from './folder-reader'

/** Each reading is a stream, and may be a command in the container. */
const AT_ONCE = 6

export function useFileTree(id: () => string) {
  const reader = new FolderReader(id)
  const { folders } = reader
  const expanded = shallowRef<ReadonlySet<string>>(new Set())
  const changes = shallowRef<ReadonlyMap<string, ChangeKind>>(new Map())
  const read = (path: string, fresh = false): Promise<void> => reader.read(path, fresh)

  async function readChanges(): Promise<void> {
    const asked = id()
    try {
      const found = await api.files.changes({ id: asked })
      if (asked === id()) changes.value = new Map(found.map(({ kind, path }) => [path, kind]))
    } catch {
      // The listing itself says what is wrong; without this answer there are no badges.
    }
  }

  /** Everything that is open, again. */
  async function refresh(fresh: boolean): Promise<void> {
    const open = [...expanded.value].filter((path) => folders.value.has(path))
    await Promise.all([readChanges(), read('/', fresh)])
    for (let at = 0; at < open.length; at += AT_ONCE) {
      await Promise.all(open.slice(at, at + AT_ONCE).map((path) => read(path)))
    }
  }

  async function expand(path: string): Promise<void> {
    expanded.value = new Set(expanded.value).add(path)
    const state = folders.value.get(path)?.state
    if (state !== 'ready' && state !== 'reading') await read(path)
  }

  function collapse(path: string): void {
    expanded.value = new Set([...expanded.value].filter((one) => !isWithin(one, path)))
  }

  /** Opens every folder on the way to a path. */
  async function reveal(path: string): Promise<void> {
    for (const folder of ancestors(path)) await expand(folder)
  }

  function clear(): void {
    reader.clear()
    expanded.value = new Set()
    changes.value = new Map()
  }

  watch(id, clear)
  onScopeDispose(clear)
  const state = { folders: readonly(folders), expanded: readonly(expanded), changes: readonly(changes) }
  return { ...state, read, refresh, expand, collapse, reveal }
}
