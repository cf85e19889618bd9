/** Saves the file that is open, when it has not changed meanwhile; else what to do is asked. */
import { shallowRef } from 'vue'
import { api } from '@/api'
import { MAX_EDIT_BYTES } from '@shared/docker/file-limits'
import { AppError, toAppError } from '@shared/errors'
import type { useFileContent } from './use-file-content'

type File = ReturnType<typeof useFileContent>

/** What could not be saved because the file changed meanwhile: asked about before it is written over. */
export interface SaveConflict {
  readonly text: string
  readonly error: AppError
}

/** @param onSaved called with the path. */
export function useFileSave(id: () => string, file: File, onSaved: (path: string) => void) {
  const saving = shallowRef(false)
  const error = shallowRef<AppError | null>(null)
  const conflict = shallowRef<SaveConflict | null>(null)

  /** With `anyway`, over whatever the file has become. */
  async function save(text: string, anyway = false): Promise<void> {
    const shown = file.content.value
    if (shown === null) return
    const bytes = new TextEncoder().encode(text)
    conflict.value = null
    error.value = null
    saving.value = true
    try {
      if (bytes.length > MAX_EDIT_BYTES) throw tooLarge()
      const version = anyway ? null : shown.version
      const saved = await api.files.write({ id: id(), path: shown.path, content: bytes, version })
      if (file.content.value === shown) {
        file.content.value = { ...shown, bytes, size: bytes.length, version: saved.version }
      }
      onSaved(shown.path)
    } catch (thrown) {
      const failure = toAppError(thrown)
      if (failure.details?.['changedMeanwhile'] === true) conflict.value = { text, error: failure }
      else error.value = failure
    } finally {
      saving.value = false
    }
  }

  return { saving, error, conflict, save }
}

function tooLarge(): AppError {
  return new AppError('InvalidParameter', 'The text has become too large to be saved from here.', {
    hint: 'Copy it to a file of yours, then upload that.'
  })
}
