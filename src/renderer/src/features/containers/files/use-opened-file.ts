/** The file that is open beside the tree, and that its changes are not lost when another one is opened. */
import { shallowRef } from 'vue'
import type { EntryRow } from '@/components/files/tree-types'
import { useFileContent } from './use-file-content'
import { useFileSave } from './use-file-save'

export function useOpenedFile(id: () => string, onSaved: (path: string) => void) {
  const content = useFileContent(id)
  const saving = useFileSave(id, content, onSaved)
  const row = shallowRef<EntryRow | null>(null)
  const dirty = shallowRef(false)
  /** The file that was asked for while there are changes that are not saved. */
  const waiting = shallowRef<EntryRow | null>(null)

  function open(next: EntryRow): void {
    // A second click on what is open reads nothing again.
    if (row.value?.path === next.path && content.error.value === null) return
    if (dirty.value) waiting.value = next
    else show(next)
  }

  function show(next: EntryRow): void {
    row.value = next
    content.close()
    saving.error.value = null
    if (next.entry.type === 'file' && !next.gone) void content.open(next.path)
  }

  /** Gives up the changes and opens what was asked for. */
  function discard(): void {
    const next = waiting.value
    waiting.value = null
    dirty.value = false
    if (next !== null) show(next)
  }

  return { content, saving, row, dirty, waiting, open, discard }
}
