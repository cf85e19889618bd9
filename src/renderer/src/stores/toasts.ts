/**
 * The error presenter's last stop: what has no place on a page becomes a toast. Cancelled work is never shown, and the
 * same message twice in a row is one toast.
 */
import { defineStore } from 'pinia'
import { computed, shallowRef } from 'vue'
import { toAppError, type AppError } from '@shared/errors'
import type { Toast } from '@/components/toast'

const SUCCESS_MS = 5_000
const MOST_SHOWN = 4

export const useToastsStore = defineStore('toasts', () => {
  const all = shallowRef<readonly Toast[]>([])
  let lastId = 0

  function show(toast: Omit<Toast, 'id'>): void {
    const id = (lastId += 1)
    const others = all.value.filter((other) => other.message !== toast.message)
    all.value = [...others, { ...toast, id }].slice(-MOST_SHOWN)
    if (toast.tone === 'success') {
      setTimeout(() => {
        dismiss(id)
      }, SUCCESS_MS)
    }
  }

  /** Shows any thrown value; errors stay until they are dismissed. */
  function showError(thrown: unknown): void {
    const error = toAppError(thrown)
    if (error.code === 'Cancelled') return
    show({ tone: 'error', message: error.message, hint: error.hint, details: errorDetails(error) })
  }

  function showSuccess(message: string): void {
    show({ tone: 'success', message })
  }

  function dismiss(id: number): void {
    all.value = all.value.filter((toast) => toast.id !== id)
  }

  return { toasts: computed(() => all.value), showError, showSuccess, dismiss }
})

/** Everything the page knows of an error, as text to hand on. Causes and stacks are in main's log. */
export function errorDetails(error: AppError): string {
  const lines = [error.message]
  if (error.hint !== undefined) lines.push(error.hint)
  lines.push(`Code: ${error.code}`)
  if (error.details !== undefined) lines.push(`Details: ${JSON.stringify(error.details, null, 2)}`)
  return lines.join('\n')
}
