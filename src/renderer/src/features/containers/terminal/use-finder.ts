/** Searching in a terminal: what is typed, where one is, and how many matches there are. */
import { nextTick, shallowRef, watch, type Ref, type ShallowRef } from 'vue'
import type { Screen } from './screen'
import { terminalColours } from './terminal-theme'

export interface Finder {
  readonly open: ShallowRef<boolean>
  readonly text: ShallowRef<string>
  readonly current: ShallowRef<number>
  readonly total: ShallowRef<number>
  /** A template ref's function. */
  readonly field: (component: unknown) => void
  readonly show: () => void
  readonly hide: () => void
  readonly next: () => void
  readonly previous: () => void
  readonly matches: (current: number, total: number) => void
}

export function useFinder(screen: () => Screen | null, host: Readonly<Ref<HTMLElement | null>>): Finder {
  const open = shallowRef(false)
  const text = shallowRef('')
  const [current, total] = [shallowRef(0), shallowRef(0)]
  let field: { focus: () => void } | null = null

  function options(incremental: boolean) {
    const { theme } = terminalColours(host.value as HTMLElement, false)
    const [mark, now] = [theme.selectionInactiveBackground ?? '#888888', theme.yellow ?? '#ffaa00']
    return {
      incremental,
      decorations: {
        matchBackground: mark,
        matchOverviewRuler: mark,
        activeMatchBorder: now,
        activeMatchColorOverviewRuler: now
      }
    }
  }

  watch(text, (value) => {
    if (value === '') {
      screen()?.search.clearDecorations()
      matches(0, 0)
    } else screen()?.search.findPrevious(value, options(true))
  })

  function matches(at: number, of: number): void {
    current.value = at
    total.value = of
  }

  return {
    open,
    text,
    current,
    total,
    matches,
    field: (component) => (field = component as typeof field),
    show() {
      open.value = true
      void nextTick(() => field?.focus())
    },
    hide() {
      open.value = false
      text.value = ''
    },
    next: () => void screen()?.search.findNext(text.value, options(false)),
    previous: () => void screen()?.search.findPrevious(text.value, options(false))
  }
}
