/** One question to a registry, asked when the page opens, when what it is about changes, and when it is asked for again. */
import { onScopeDispose, shallowRef, watch, type Ref } from 'vue'
import { toAppError, type AppError } from '@shared/errors'

export interface Answer<T> {
  readonly value: Readonly<Ref<T | null>>
  readonly error: Readonly<Ref<AppError | null>>
  readonly pending: Readonly<Ref<boolean>>
  readonly ask: () => Promise<void>
}

/** `question` may read reactive values; an answer to one that was asked before is dropped. */
export function useAnswer<T>(question: () => Promise<T>, about: () => unknown): Answer<T> {
  const value = shallowRef<T | null>(null)
  const error = shallowRef<AppError | null>(null)
  const pending = shallowRef(false)
  let current = 0

  async function ask(): Promise<void> {
    const mine = (current += 1)
    pending.value = true
    try {
      const answer = await question()
      if (mine === current) [value.value, error.value] = [answer, null]
    } catch (thrown) {
      if (mine === current) error.value = toAppError(thrown)
    } finally {
      if (mine === current) pending.value = false
    }
  }

  watch(
    about,
    () => {
      value.value = null
      error.value = null
      void ask()
    },
    { immediate: true }
  )
  onScopeDispose(() => (current += 1))
  return { value, error, pending, ask }
}
