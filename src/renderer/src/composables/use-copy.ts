/**
 * Copying text from the kit without knowing how: the app provides the way (main's clipboard), tests provide a spy.
 * `copied` is true for two seconds after a copy, for the check mark and the spoken "Copied".
 */
import { inject, onScopeDispose, readonly, shallowRef, type InjectionKey, type Ref } from 'vue'

export const copyTextKey: InjectionKey<(text: string) => Promise<void>> = Symbol('copyText')

const CONFIRMATION_MS = 2_000

/** `copy` never rejects: a failure is told by whoever provided the way. */
export function useCopy(): { copy: (text: string) => Promise<void>; copied: Readonly<Ref<boolean>> } {
  const write = inject(copyTextKey, (text: string) => navigator.clipboard.writeText(text))
  const copied = shallowRef(false)
  let timer: ReturnType<typeof setTimeout> | undefined
  onScopeDispose(() => {
    clearTimeout(timer)
  })

  async function copy(text: string): Promise<void> {
    try {
      await write(text)
    } catch {
      return
    }
    copied.value = true
    clearTimeout(timer)
    timer = setTimeout(() => (copied.value = false), CONFIRMATION_MS)
  }
  return { copy, copied: readonly(copied) }
}
