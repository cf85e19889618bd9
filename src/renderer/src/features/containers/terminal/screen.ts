/**
 * The terminal emulator (xterm) as Quayside sets it up: what hostile output may not do is decided here. OSC 52 has no
 * handler, so no program writes the clipboard; titles are text; a link is told and never opened; window reports are off.
 */
import { FitAddon } from '@xterm/addon-fit'
import { SearchAddon } from '@xterm/addon-search'
import { Unicode11Addon } from '@xterm/addon-unicode11'
import { WebLinksAddon } from '@xterm/addon-web-links'
import { Terminal } from '@xterm/xterm'
import '@xterm/xterm/css/xterm.css'

export const SCROLLBACK_LINES = 20_000
/** A title longer than this is no title. */
const TITLE_LENGTH = 200

export interface ScreenEvents {
  /** A web address was clicked. */
  readonly link: (url: string) => void
  readonly title: (title: string) => void
  readonly matches: (current: number, total: number) => void
  readonly copy: () => void
  readonly paste: () => void
  readonly search: () => void
  /** The keys that lead out of the terminal. */
  readonly leave: () => void
}

export interface Screen {
  readonly terminal: Terminal
  readonly fit: FitAddon
  readonly search: SearchAddon
}

export function makeScreen(
  options: { readonly tty: boolean; readonly screenReader: boolean },
  events: ScreenEvents
): Screen {
  const link = (event: MouseEvent, url: string): void => {
    if (event.button === 0 && isWebAddress(url)) events.link(url)
  }
  const terminal = new Terminal({
    allowProposedApi: true,
    convertEol: !options.tty,
    cursorBlink: false,
    fontFamily: 'ui-monospace, "SF Mono", "Cascadia Mono", "DejaVu Sans Mono", monospace',
    fontSize: 13,
    linkHandler: { activate: link, allowNonHttpProtocols: false },
    logLevel: 'off',
    screenReaderMode: options.screenReader,
    scrollback: SCROLLBACK_LINES,
    windowOptions: {}
  })
  const fit = new FitAddon()
  const search = new SearchAddon({ highlightLimit: 1000 })
  terminal.loadAddon(fit)
  terminal.loadAddon(search)
  terminal.loadAddon(new WebLinksAddon(link))
  terminal.loadAddon(new Unicode11Addon())
  terminal.unicode.activeVersion = '11'
  search.onDidChangeResults(({ resultIndex, resultCount }) => events.matches(resultIndex + 1, resultCount))
  terminal.onTitleChange((title) => events.title(title.slice(0, TITLE_LENGTH)))
  terminal.attachCustomKeyEventHandler((event) => keptFromProgram(event, events))
  return { terminal, fit, search }
}

/** Only what a browser may be sent to; main checks it again before it opens anything. */
export function isWebAddress(address: string): boolean {
  try {
    const { protocol } = new URL(address)
    return protocol === 'http:' || protocol === 'https:'
  } catch {
    return false
  }
}

/** The few keys that are the app's, all with Ctrl+Shift: everything else is the program's. False: the app has taken it. */
function keptFromProgram(event: KeyboardEvent, events: ScreenEvents): boolean {
  if (!event.ctrlKey || !event.shiftKey || event.altKey || event.metaKey) return true
  const actions: Readonly<Record<string, () => void>> = {
    c: events.copy,
    v: events.paste,
    f: events.search,
    tab: events.leave
  }
  const action = actions[event.key.toLowerCase()]
  if (action === undefined) return true
  event.preventDefault()
  event.stopPropagation()
  if (event.type === 'keydown') action()
  return false
}
