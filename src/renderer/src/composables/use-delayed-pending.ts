/** True once something has been pending for 300 ms: what is faster than that shows no sign of waiting, so nothing flashes. */
import { onScopeDispose, readonly, shallowRef, toValue, watch, type MaybeRefOrGetter, type Ref } from 'vue'

export const PENDING_DELAY_MS = 300

export function useDelayedPending(
  pending: MaybeRefOrGetter<boolean>,
  delayMs: number = PENDING_DELAY_MS
): Readonly<Ref<boolean>> {
  const shown = shallowRef(false)
  let timer: ReturnType<typeof setTimeout> | undefined
  watch(
    () => toValue(pending),
    (is) => {
      clearTimeout(timer)
      if (is) timer = setTimeout(() => (shown.value = true), delayMs)
      else shown.value = false
    },
    { immediate: true }
  )
  onScopeDispose(() => {
    clearTimeout(timer)
  })
  return readonly(shown)
}
