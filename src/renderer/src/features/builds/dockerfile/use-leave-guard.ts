/** Asks before a page with unsaved changes is left, or shows something else: save, discard, or stay. */
import { onScopeDispose, shallowRef, type Ref } from 'vue'
import { onBeforeRouteLeave, onBeforeRouteUpdate } from 'vue-router'

export type LeaveAnswer = 'save' | 'discard' | 'stay'

export interface LeaveGuard {
  readonly asked: Readonly<Ref<boolean>>
  answer(answer: LeaveAnswer): void
  /** Resolves at once when there is nothing to lose; false when the user stays. */
  mayLeave(): Promise<boolean>
}

/** `save` answers whether it could. */
export function useLeaveGuard(dirty: () => boolean, save: () => Promise<boolean>): LeaveGuard {
  const asked = shallowRef(false)
  let settle: ((answer: LeaveAnswer) => void) | null = null

  function answer(given: LeaveAnswer): void {
    asked.value = false
    settle?.(given)
    settle = null
  }

  async function mayLeave(): Promise<boolean> {
    if (!dirty()) return true
    answer('stay')
    asked.value = true
    const given = await new Promise<LeaveAnswer>((resolve) => (settle = resolve))
    return given === 'save' ? await save() : given === 'discard'
  }

  onBeforeRouteLeave(mayLeave)
  onBeforeRouteUpdate(mayLeave)
  onScopeDispose(() => answer('stay'))
  return { asked, answer, mayLeave }
}
