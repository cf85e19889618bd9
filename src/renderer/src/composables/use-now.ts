/**
 * The page's one clock. Every age and duration is derived from it, so that there is one timer however many rows show one;
 * it stands still while nobody reads it or the window is hidden.
 */
import { computed, onScopeDispose, shallowRef, watch, type ComputedRef } from 'vue'
import { useVisibility } from './use-visibility'

const TICK_MS = 1_000

const now = shallowRef(Date.now())
const visible = useVisibility()
let readers = 0
let timer: ReturnType<typeof setInterval> | undefined

function tick(): void {
  now.value = Date.now()
}

function update(): void {
  const wanted = readers > 0 && visible.value
  if (wanted && timer === undefined) {
    tick()
    timer = setInterval(tick, TICK_MS)
  } else if (!wanted && timer !== undefined) {
    clearInterval(timer)
    timer = undefined
  }
}

watch(visible, update)

/**
 * Milliseconds since the epoch, rounded down to `stepMs`.
 *
 * Rows that show minutes pass 10_000 or more: they are then not computed again in between.
 */
export function useNow(stepMs: number = TICK_MS): ComputedRef<number> {
  readers += 1
  update()
  onScopeDispose(() => {
    readers -= 1
    update()
  })
  return computed(() => Math.floor(now.value / stepMs) * stepMs)
}
