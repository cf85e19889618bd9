/**
 * Images found on Docker Hub and in the registries while a name is typed. Nothing is asked until the text is changed by
 * hand and then rests for a moment; a further change, and the end of the owner, cancel what is under way.
 */
import { computed, onScopeDispose, shallowRef, watch, type ComputedRef, type Ref } from 'vue'
import { api } from '@/api'
import type { TextSuggestion } from '@/components/suggestion'
import type { FoundImage, SearchSource } from '@shared/contract/registries'
import { toAppError } from '@shared/errors'

export const TYPING_PAUSE_MS = 350
const SHORTEST = 2

export interface ImageSearch {
  /** Where was searched for the present text and what came of it. */
  readonly sources: Readonly<Ref<readonly SearchSource[]>>
  /** What was found, each once, for the list of a text field. */
  readonly suggestions: ComputedRef<readonly TextSuggestion[]>
}

/** `text` is watched; `enabled` false (a closed dialog) searches nothing. */
export function useImageSearch(text: () => string, enabled: () => boolean): ImageSearch {
  const sources = shallowRef<readonly SearchSource[]>([])
  let timer: ReturnType<typeof setTimeout> | undefined
  let current: AbortController | null = null

  function stop(): void {
    clearTimeout(timer)
    current?.abort()
    current = null
    sources.value = []
  }

  async function search(term: string): Promise<void> {
    const { signal } = (current = new AbortController())
    const stream = api.registries.search({ text: term })
    signal.addEventListener('abort', () => stream.close(), { once: true })
    try {
      for await (const item of stream) {
        if (signal.aborted) return
        sources.value = item
      }
    } catch (thrown) {
      const { message, hint = '' } = toAppError(thrown)
      const failed = { state: 'failed' as const, found: [], cut: false, problem: message, hint }
      if (!signal.aborted) sources.value = [{ name: 'Images', ...failed }]
    }
  }

  watch(enabled, stop)
  watch(
    () => text().trim(),
    (term) => {
      stop()
      if (enabled() && term.length >= SHORTEST) timer = setTimeout(() => void search(term), TYPING_PAUSE_MS)
    }
  )
  onScopeDispose(stop)

  const suggestions = computed(() => {
    const byName = new Map(sources.value.flatMap(({ found }) => found).map((image) => [image.name, image]))
    return [...byName.values()].map((image) => ({ value: image.name, label: words(image) }))
  })
  return { sources, suggestions }
}

function words({ official, stars, description }: FoundImage): string {
  const parts = [
    official ? 'Official' : '',
    stars > 0 ? `${stars.toLocaleString('en')} stars` : '',
    description
  ]
  return parts.filter((part) => part !== '').join(' · ')
}
