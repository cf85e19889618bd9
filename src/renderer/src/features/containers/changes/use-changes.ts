/** `docker diff` of one container, asked when it is shown and when the container changes. */
import { shallowRef, watch } from 'vue'
import { api } from '@/api'
import type { FileChange } from '@shared/contract/files'
import { toAppError, type AppError } from '@shared/errors'

export function useChanges(id: () => string) {
  const changes = shallowRef<readonly FileChange[] | null>(null)
  const error = shallowRef<AppError | null>(null)
  const asking = shallowRef(false)
  let newest = 0

  async function ask(): Promise<void> {
    const mine = (newest += 1)
    asking.value = true
    try {
      const answer = await api.files.changes({ id: id() })
      if (mine !== newest) return
      changes.value = answer
      error.value = null
    } catch (thrown) {
      if (mine === newest) error.value = toAppError(thrown)
    } finally {
      if (mine === newest) asking.value = false
    }
  }

  watch(id, () => {
    newest += 1
    changes.value = null
    error.value = null
  })
  return { changes, error, asking, ask }
}
