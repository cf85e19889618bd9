/** The entry that is looked at; asked for when only its path is known. */
import { shallowRef } from 'vue'
import { api } from '@/api'
import type { FileEntry, FileView } from '@shared/contract/image-files'
import { toAppError, type AppError } from '@shared/errors'

export function useEntry(handle: () => string, view: () => FileView) {
  const entry = shallowRef<FileEntry | null>(null)
  const error = shallowRef<AppError | null>(null)
  let newest = 0

  function show(next: FileEntry): void {
    newest += 1
    entry.value = next
    error.value = null
  }

  async function showPath(path: string): Promise<void> {
    const mine = (newest += 1)
    try {
      const found = await api.imageFiles.entry({ handle: handle(), view: view(), path })
      if (mine === newest) show(found)
    } catch (thrown) {
      if (mine !== newest) return
      const failure = toAppError(thrown)
      entry.value = null
      // In another layer it may simply not be.
      error.value = failure
    }
  }

  return { entry, error, show, showPath }
}
