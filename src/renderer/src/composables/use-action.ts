/**
 * One user action: runs it, says whether it is pending and how it failed. The state of Docker objects is not touched:
 * what the action changed arrives as an event.
 */
import { computed, shallowRef, type ComputedRef, type Ref } from 'vue'
import { toAppError, type AppError } from '@shared/errors'
import { useToastsStore } from '@/stores/toasts'

export interface Action<A extends readonly unknown[], R> {
  /** Resolves with the result, or with undefined when it failed: `error` (or a toast) then says why. Never rejects. */
  readonly run: (...args: A) => Promise<R | undefined>
  readonly pending: ComputedRef<boolean>
  readonly error: Readonly<Ref<AppError | null>>
  readonly clear: () => void
}

/**
 * @param options.report `inline` (the default) leaves a failure in `error` for the view to show in place;
 *   `toast` shows it in the toast region, for actions without a place of their own.
 */
export function useAction<A extends readonly unknown[], R>(
  action: (...args: A) => Promise<R>,
  options: { readonly report?: 'inline' | 'toast' } = {}
): Action<A, R> {
  const running = shallowRef(0)
  const error = shallowRef<AppError | null>(null)
  const toasts = options.report === 'toast' ? useToastsStore() : null

  async function run(...args: A): Promise<R | undefined> {
    running.value += 1
    error.value = null
    try {
      return await action(...args)
    } catch (thrown) {
      const failure = toAppError(thrown)
      if (failure.code === 'Cancelled') return undefined
      error.value = failure
      toasts?.showError(failure)
      return undefined
    } finally {
      running.value -= 1
    }
  }
  return {
    run,
    pending: computed(() => running.value > 0),
    error: computed(() => error.value),
    clear: () => (error.value = null)
  }
}
