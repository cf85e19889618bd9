/**
 * The page's one clock. Every age and duration is derived from it, so that there is one timer however many rows show one;
 * it ticks no faster than its finest reader needs, and stands still while nobody reads it or the window is hidden.
 */
import { computed, onScopeDispose, shallowRef, watch, type ComputedRef } from 'vue'
import { useVisibility } from './use-visibility'

const TICK_MS = 1_000

const now = shallowRef(Date.now())
const visible = useVisibility()
/** The step of every reader there is. */
const steps: number[] = []
let timer: ReturnType<typeof setInterval> | undefined
let periodMs = Infinity

function tick(): void {
  now.value = Date.now()
}

function update(): void {
  const wantedMs = visible.value ? Math.min(...steps) : Infinity
  if (wantedMs === periodMs) return
  periodMs = wantedMs
  clearInterval(timer)
  timer = undefined
  if (wantedMs === Infinity) return
  tick()
  timer = setInterval(tick, wantedMs)
}

watch(visible, update)

/**
 * Milliseconds since the epoch, rounded down to `stepMs`.
 *
 * Rows that show minutes pass 10_000 or more: they are then not computed again in between.
 */
export function useNow(stepMs: number = TICK_MS): ComputedRef<number> {
  steps.push(stepMs)
  update()
  onScopeDispose(() => {
    steps.splice(steps.indexOf(stepMs), 1)
    update()
  })
  return computed(() => Math.floor(now.value / stepMs) * stepMs)
}
