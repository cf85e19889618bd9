/** What differs between the packages of two open images: read when asked for. */
import { onScopeDispose, shallowRef } from 'vue'
import { api } from '@/api'
import type { PackageDifference, PackagesProgress } from '@shared/contract/packages'
import { toAppError, type AppError } from '@shared/errors'

export interface DifferenceCounts {
  readonly added: number
  readonly removed: number
  readonly changed: number
  readonly same: number
  readonly notes: readonly string[]
}

export type ComparedPackagesState =
  | { readonly name: 'closed' }
  | { readonly name: 'reading'; readonly progress: PackagesProgress | null }
  | {
      readonly name: 'ready'
      readonly differences: readonly PackageDifference[]
      readonly counts: DifferenceCounts
    }
  | { readonly name: 'failed'; readonly error: AppError }

export function useComparedPackages(handle: () => string, other: () => string) {
  const state = shallowRef<ComparedPackagesState>({ name: 'closed' })
  let current: { close: () => void } | null = null

  function cancel(): void {
    current?.close()
    current = null
    state.value = { name: 'closed' }
  }

  async function read(): Promise<void> {
    current?.close()
    const stream = api.packages.compare({ handle: handle(), with: other() })
    current = stream
    state.value = { name: 'reading', progress: null }
    const differences: PackageDifference[] = []
    try {
      for await (const event of stream) {
        if (current !== stream) return
        if (event.kind === 'progress') state.value = { name: 'reading', progress: event }
        else differences.push(...event.differences)
      }
      const counts = await stream.done
      if (current === stream) state.value = { name: 'ready', differences, counts }
    } catch (thrown) {
      if (current === stream) state.value = { name: 'failed', error: toAppError(thrown) }
    }
  }

  onScopeDispose(() => current?.close())
  return { state, read, cancel }
}
