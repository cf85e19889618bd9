/** Keeps a terminal in the app's theme: the chosen one, and what the desktop says while that is "system". */
import { onScopeDispose, watch, type Ref, type ShallowRef } from 'vue'
import { useSettingsStore } from '@/stores/settings'
import type { Screen } from './screen'
import { terminalColours } from './terminal-theme'

export function useColours(screen: ShallowRef<Screen | null>, host: Readonly<Ref<HTMLElement | null>>): void {
  const settings = useSettingsStore()
  const contrast = window.matchMedia('(prefers-contrast: more)')
  const dark = window.matchMedia('(prefers-color-scheme: dark)')

  function apply(): void {
    if (screen.value === null || host.value === null) return
    const wanted = settings.theme === 'contrast' || (settings.theme === 'system' && contrast.matches)
    Object.assign(screen.value.terminal.options, terminalColours(host.value, wanted))
  }

  // After the store has put the theme on the page.
  watch([screen, () => settings.theme], apply, { flush: 'post' })
  for (const query of [contrast, dark]) query.addEventListener('change', apply)
  onScopeDispose(() => {
    for (const query of [contrast, dark]) query.removeEventListener('change', apply)
  })
}
