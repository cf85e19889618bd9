/** What the Files tab shows and does, put together: the tree, what is selected, the file that is open, and where uploads go. */
import { computed, reactive, shallowRef } from 'vue'
import { api } from '@/api'
import { treeRows } from '@/components/files/tree-model'
import type { EntryRow, FileSort } from '@/components/files/tree-types'
import { useAction } from '@/composables/use-action'
import { joinPath, normalizePath, parentPath } from '@shared/docker/container-path'
import { useFileTree } from './use-file-tree'
import { useOpenedFile } from './use-opened-file'
import { useUploads } from './use-uploads'

/** How the tree is shown. */
export interface FilesView {
  query: string
  sort: FileSort
  foldersFirst: boolean
  hidden: boolean
}

export function useFilesTab(id: () => string) {
  const tree = useFileTree(id)
  const view = reactive<FilesView>({
    query: '',
    sort: { key: 'name', descending: false },
    foldersFirst: true,
    hidden: true
  })
  const selected = shallowRef<string | null>(null)
  const rows = computed(() => {
    const { folders, expanded, changes } = tree
    const read = { folders: folders.value, expanded: expanded.value, changes: changes.value }
    return treeRows({ root: '/', ...read, ...view })
  })
  const selectedRow = computed(() => {
    const row = rows.value.find(({ key }) => key === selected.value)
    return row?.kind === 'entry' ? row : null
  })
  const folder = computed(() => (selectedRow.value === null ? '/' : folderOf(selectedRow.value)))

  async function reread(path: string): Promise<void> {
    await Promise.all([tree.read(path, true), tree.refresh(false)])
  }
  const file = useOpenedFile(id, (path) => void reread(parentPath(path)))
  const uploads = useUploads(id, (into) => void reread(into))
  const actions = useFileActions(id, tree, folder, selected, reread)

  function open(row: EntryRow): void {
    if (row.entry.type === 'directory' && !row.gone) toggle(row)
    else file.open(row)
  }

  function toggle(row: EntryRow): void {
    if (row.expanded === true) tree.collapse(row.path)
    else void tree.expand(row.path)
  }

  return { tree, view, rows, selected, selectedRow, folder, file, uploads, ...actions, open, toggle }
}

type Tree = ReturnType<typeof useFileTree>

function useFileActions(
  id: () => string,
  tree: Tree,
  folder: { readonly value: string },
  selected: { value: string | null },
  reread: (path: string) => Promise<void>
) {
  const download = useAction((path: string) => api.files.download({ id: id(), path }), { report: 'toast' })
  const go = useAction(async (path: string) => {
    const found = await api.files.resolve({ id: id(), path: normalizePath(path) })
    await tree.reveal(found.path)
    if (found.directory) await tree.expand(found.path)
    selected.value = found.path === '/' ? null : found.path
    return found.path
  })
  const makeFolder = useAction(async (name: string) => {
    const path = joinPath(folder.value, name)
    await api.files.makeFolder({ id: id(), path })
    await tree.expand(folder.value)
    await reread(folder.value)
    selected.value = path
    return path
  })
  return { download, go, makeFolder }
}

/** The folder a row is, or the one it is in. */
export function folderOf(row: EntryRow): string {
  return row.entry.type === 'directory' && !row.gone ? row.path : parentPath(row.path)
}
