/** Another image that is open beside the first one, and what differs between them. */
import { shallowRef, watch } from 'vue'
import { api } from '@/api'
import type { ImageComparison } from '@shared/contract/image-files'
import { toAppError, type AppError } from '@shared/errors'
import { useOpenedImage } from './use-opened-image'

export function useCompared(handle: () => string) {
  const other = useOpenedImage()
  const comparison = shallowRef<ImageComparison | null>(null)
  const error = shallowRef<AppError | null>(null)

  watch(other.state, async (state) => {
    comparison.value = null
    error.value = null
    if (state.name !== 'ready') return
    try {
      const found = await api.imageFiles.compare({ handle: handle(), with: state.image.handle })
      if (other.state.value === state) comparison.value = found
    } catch (thrown) {
      if (other.state.value === state) error.value = toAppError(thrown)
    }
  })
  return { other, comparison, error }
}
