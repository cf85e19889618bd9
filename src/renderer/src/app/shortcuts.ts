/** The keys that work on every page: the palette, the pages by number, and the way to a list's search box. */
import { onScopeDispose } from 'vue'
import { useRouter } from 'vue-router'
import { PAGES } from './pages'

const mac = navigator.platform.startsWith('Mac')
/** How the modifier is called on this platform, for hints. */
export const MODIFIER = mac ? '⌘' : 'Ctrl'

function isTyping(event: KeyboardEvent): boolean {
  return (
    event.target instanceof HTMLElement && event.target.matches('input, textarea, select, [contenteditable]')
  )
}

function focusSearch(): boolean {
  const box = [...document.querySelectorAll<HTMLInputElement>('main input[type="search"]')].find(
    (one) => one.offsetParent !== null
  )
  box?.focus()
  box?.select()
  return box !== undefined
}

export function useShortcuts(openPalette: () => void): void {
  const router = useRouter()

  function withModifier(key: string): boolean {
    if (key === 'k') openPalette()
    else if (key === 'f') return focusSearch()
    else {
      const page = PAGES[Number(key) - 1]
      if (page === undefined) return false
      void router.push(page.path)
    }
    return true
  }

  function keydown(event: KeyboardEvent): void {
    if (event.altKey || event.shiftKey || event.repeat) return
    const modified = mac ? event.metaKey : event.ctrlKey
    const handled = modified
      ? withModifier(event.key.toLowerCase())
      : event.key === '/' && !isTyping(event) && focusSearch()
    if (handled) event.preventDefault()
  }

  window.addEventListener('keydown', keydown)
  onScopeDispose(() => {
    window.removeEventListener('keydown', keydown)
  })
}
