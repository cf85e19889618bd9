/** The run dialog as part of the address: `?run` opens it, `?run=nginx` with the image filled in. Images link to it. */
import { computed, type ComputedRef } from 'vue'
import { useRoute, useRouter } from 'vue-router'

export interface RunQuery {
  readonly open: ComputedRef<boolean>
  readonly image: ComputedRef<string>
  show(image?: string): void
  hide(): void
}

export function useRunQuery(): RunQuery {
  const route = useRoute()
  const router = useRouter()
  const value = computed(() => route.query['run'])
  return {
    open: computed(() => value.value !== undefined),
    // Closing keeps the image, so that the form that is kept stays the same form.
    image: computed<string>((before = '') =>
      value.value === undefined ? before : (asText(value.value) ?? '')
    ),
    show: (image = '') => void router.replace({ query: { ...route.query, run: image } }),
    hide: () => {
      const others = Object.entries(route.query).filter(([key]) => key !== 'run')
      void router.replace({ query: Object.fromEntries(others) })
    }
  }
}

function asText(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined
}
