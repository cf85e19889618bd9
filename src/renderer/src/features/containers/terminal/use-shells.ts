/** The shells of a container, asked once it is needed; and what a new terminal runs when nothing else is said. */
import { computed, shallowRef, type ComputedRef, type Ref, type ShallowRef } from 'vue'
import { api } from '@/api'
import { useAction } from '@/composables/use-action'
import type { AppError } from '@shared/errors'
import { rememberedChoice, type Choice } from './exec-form'

export interface Shells {
  /** null until they were asked. */
  readonly shells: ShallowRef<readonly string[] | null>
  readonly error: Readonly<Ref<AppError | null>>
  /** What was chosen last, or the best shell; null where there is neither. */
  readonly choice: ComputedRef<Choice | null>
  look(): Promise<void>
  /** Something else was chosen. */
  chosen(): void
}

export function useShells(containerId: () => string): Shells {
  const shells = shallowRef<readonly string[] | null>(null)
  const remembered = shallowRef(rememberedChoice(containerId()))
  const asking = useAction(() => api.exec.shells({ id: containerId() }))
  return {
    shells,
    error: asking.error,
    choice: computed(() => {
      if (remembered.value !== null) return remembered.value
      const [best] = shells.value ?? []
      return best === undefined ? null : { command: best, user: '', workingDir: '' }
    }),
    async look() {
      if (shells.value !== null || asking.pending.value) return
      const found = await asking.run()
      if (found !== undefined) shells.value = found
    },
    chosen: () => (remembered.value = rememberedChoice(containerId()))
  }
}
