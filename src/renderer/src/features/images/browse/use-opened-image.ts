/**
 * One image that is looked into: opened by a stream that stays open with the page, because main gives the image up when it
 * closes. Says how far opening is, and when the image was lost.
 */
import { onScopeDispose, shallowRef, type Ref } from 'vue'
import { api } from '@/api'
import type { ImageSource, OpenedImage, OpenEvent } from '@shared/contract/image-files'
import { toAppError, type AppError } from '@shared/errors'

export type OpeningProgress = Extract<OpenEvent, { kind: 'progress' }>

export type ImageState =
  | { readonly name: 'closed' }
  | { readonly name: 'opening'; readonly progress: OpeningProgress | null }
  | { readonly name: 'ready'; readonly image: OpenedImage }
  /** It could not be opened, or was lost after it had been. */
  | { readonly name: 'failed'; readonly error: AppError }

export interface ImageOpening {
  readonly state: Readonly<Ref<ImageState>>
  /** Opens an image, in place of the one that is open. */
  readonly open: (source: ImageSource) => Promise<void>
  /** Ends what is going on, and gives the image up. */
  readonly close: () => void
}

export function useOpenedImage(): ImageOpening {
  const state = shallowRef<ImageState>({ name: 'closed' })
  let current: { close: () => void } | null = null

  function close(): void {
    current?.close()
    current = null
    state.value = { name: 'closed' }
  }

  async function open(source: ImageSource): Promise<void> {
    current?.close()
    const stream = api.imageFiles.open({ source })
    current = stream
    state.value = { name: 'opening', progress: null }
    try {
      for await (const event of stream) {
        if (current !== stream) return
        state.value =
          event.kind === 'ready'
            ? { name: 'ready', image: event.image }
            : { name: 'opening', progress: event }
      }
      if (current === stream) close()
    } catch (thrown) {
      if (current === stream) state.value = { name: 'failed', error: toAppError(thrown) }
    }
  }

  onScopeDispose(close)
  return { state, open, close }
}
