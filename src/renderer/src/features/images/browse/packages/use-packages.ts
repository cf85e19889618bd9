/** The packages of an open image: read once when asked for, with progress and cancel. */
import { onScopeDispose, shallowRef } from 'vue'
import { api } from '@/api'
import type { ImagePackage, PackagesProgress, PackagesSummary } from '@shared/contract/packages'
import { toAppError, type AppError } from '@shared/errors'

export type PackagesState =
  | { readonly name: 'closed' }
  | { readonly name: 'reading'; readonly progress: PackagesProgress | null }
  | { readonly name: 'ready'; readonly packages: readonly ImagePackage[]; readonly summary: PackagesSummary }
  | { readonly name: 'failed'; readonly error: AppError }

export function usePackages(handle: () => string) {
  const state = shallowRef<PackagesState>({ name: 'closed' })
  let current: { close: () => void } | null = null

  function cancel(): void {
    current?.close()
    current = null
    state.value = { name: 'closed' }
  }

  async function read(): Promise<void> {
    current?.close()
    const stream = api.packages.list({ handle: handle() })
    current = stream
    state.value = { name: 'reading', progress: null }
    const packages: ImagePackage[] = []
    try {
      for await (const event of stream) {
        if (current !== stream) return
        if (event.kind === 'progress') state.value = { name: 'reading', progress: event }
        else packages.push(...event.packages)
      }
      const summary = await stream.done
      if (current === stream) state.value = { name: 'ready', packages, summary }
    } catch (thrown) {
      if (current === stream) state.value = { name: 'failed', error: toAppError(thrown) }
    }
  }

  onScopeDispose(() => current?.close())
  return { state, read, cancel }
}
