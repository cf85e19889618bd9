/** What can be done with a view: going from match to match, copying, clearing, exporting, opening a link after asking. */
import { shallowRef, watch, type Ref } from 'vue'
import type { LogRow } from '@shared/contract/logs'
import { api } from '@/api'
import { useAction } from '@/composables/use-action'
import { useToastsStore } from '@/stores/toasts'
import type { LogView } from './use-log-view'

export interface CurrentMatch {
  readonly row: number
  readonly ordinal: number
}

export function useLogActions(view: LogView, timestamps: () => boolean) {
  const toasts = useToastsStore()
  const current = shallowRef<CurrentMatch | null>(null)
  const link = shallowRef<string | null>(null)
  const whole = shallowRef<LogRow | null>(null)
  const id = (): string => view.state.value?.view ?? ''

  watch(
    () => view.state.value?.view,
    () => (current.value = null)
  )

  /** @param from where to begin while no match has been gone to. */
  const step = useAction(
    async (direction: 'next' | 'previous', from: number) => {
      const row = current.value?.row ?? (direction === 'next' ? from - 1 : from)
      current.value = await api.logs.match({ view: id(), row, direction })
    },
    { report: 'toast' }
  )
  const copy = useAction(
    async (from: number, to: number) => {
      const { lines } = await api.logs.copy({ view: id(), from, to, timestamps: timestamps() })
      toasts.showSuccess(lines === 1 ? 'Copied 1 line' : `Copied ${lines} lines`)
    },
    { report: 'toast' }
  )
  const clear = useAction((cleared: boolean) => api.logs.clear({ view: id(), cleared }), { report: 'toast' })
  const save = useAction(
    (what: 'all' | 'shown') => api.logs.export({ view: id(), what, timestamps: timestamps() }),
    { report: 'toast' }
  )
  const open = useAction(
    async (url: string) => {
      await api.logs.openLink({ url })
      link.value = null
    },
    { report: 'toast' }
  )
  const showWhole = useAction(
    async (row: number) => {
      const [line] = await api.logs.read({ view: id(), from: row, to: row + 1, whole: true })
      whole.value = line ?? null
    },
    { report: 'toast' }
  )
  return { current, link: link as Ref<string | null>, whole, step, copy, clear, save, open, showWhole }
}
