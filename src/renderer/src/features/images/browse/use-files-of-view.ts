/** The tree of one view of an open image, and what a search in it finds. What is read for another view is dropped. */
import { computed, onScopeDispose, shallowRef, watch } from 'vue'
import { api } from '@/api'
import type { FileEntry, FileView } from '@shared/contract/image-files'
import { toAppError, type AppError } from '@shared/errors'
import { FileRows } from './file-rows'
import { FoundRows } from './found-rows'
import type { RowList } from './row-types'

export interface ViewOptions {
  readonly handle: string
  readonly view: FileView
  readonly sort: 'name' | 'size'
  /** Only what was added, changed or removed. */
  readonly changes: boolean
}

export interface FoundFiles {
  readonly total: number
  readonly shown: number
  /** Still looking. */
  readonly searching: boolean
}

const SEARCH_DELAY_MS = 120
const MOST_FOUND = 5_000

/** @param options changes of it read the tree anew; null while nothing is open. */
export function useFilesOfView(options: () => ViewOptions | null) {
  const version = shallowRef(0)
  const tree = shallowRef<FileRows | null>(null)
  const expanded = new Set<string>()

  watch(
    () => JSON.stringify(options()),
    () => {
      tree.value?.close()
      const now = options()
      tree.value = now === null ? null : new FileRows(reader(now), expanded, () => (version.value += 1))
      version.value += 1
    },
    { immediate: true }
  )
  onScopeDispose(() => tree.value?.close())

  const search = useSearch(options)
  const rows = computed<RowList | null>(() => search.rows.value ?? tree.value)
  return { version, rows, tree, query: search.query, found: search.found, searchError: search.error }
}

function reader({ handle, view, sort, changes }: ViewOptions) {
  return (path: string, offset: number, limit: number) =>
    api.imageFiles.children({ handle, view, path, sort, changes, offset, limit })
}

function useSearch(options: () => ViewOptions | null) {
  const query = shallowRef('')
  const rows = shallowRef<FoundRows | null>(null)
  const found = shallowRef<FoundFiles | null>(null)
  const error = shallowRef<AppError | null>(null)
  let current: { close: () => void } | null = null
  let timer: ReturnType<typeof setTimeout> | undefined

  async function run({ handle, view }: ViewOptions, text: string): Promise<void> {
    const stream = api.imageFiles.search({ handle, view, query: text, limit: MOST_FOUND })
    current = stream
    const all: FileEntry[] = []
    try {
      for await (const batch of stream) {
        if (current !== stream) return
        all.push(...batch)
        rows.value = new FoundRows(all)
        found.value = { total: all.length, shown: all.length, searching: true }
      }
      const { total } = await stream.done
      if (current !== stream) return
      rows.value = new FoundRows(all)
      found.value = { total, shown: all.length, searching: false }
    } catch (thrown) {
      if (current === stream) error.value = toAppError(thrown)
    }
  }

  function restart(): void {
    clearTimeout(timer)
    current?.close()
    current = null
    error.value = null
    const now = options()
    const text = query.value.trim()
    if (now === null || text === '') {
      rows.value = null
      found.value = null
      return
    }
    timer = setTimeout(() => void run(now, text), SEARCH_DELAY_MS)
  }

  watch([query, () => JSON.stringify(options())], restart)
  onScopeDispose(() => {
    clearTimeout(timer)
    current?.close()
  })
  return { query, rows, found, error }
}
