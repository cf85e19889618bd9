/**
 * The app's theme as a terminal takes it: the colours of tokens.css, resolved to what they are now, and the sixteen ANSI
 * colours. Contrast is seen to by the terminal itself, which brings any text to the asked ratio.
 */
import type { ITheme } from '@xterm/xterm'

const LIGHT = {
  black: '#1b1f24',
  red: '#b4232b',
  green: '#176c30',
  yellow: '#855300',
  blue: '#0a5fc0',
  magenta: '#8a2da5',
  cyan: '#0b6e7f',
  white: '#6b747e',
  brightBlack: '#545d68',
  brightRed: '#cf3139',
  brightGreen: '#1f7f3a',
  brightYellow: '#9a6200',
  brightBlue: '#1f74d6',
  brightMagenta: '#a03bbd',
  brightCyan: '#0f8093',
  brightWhite: '#8b949e'
}
const DARK = {
  black: '#3b4048',
  red: '#ff8a82',
  green: '#6bcb80',
  yellow: '#e8b04a',
  blue: '#6cb0ff',
  magenta: '#d79bf0',
  cyan: '#5cc8d8',
  white: '#d4d8dd',
  brightBlack: '#8a929c',
  brightRed: '#ffa9a3',
  brightGreen: '#8fe0a1',
  brightYellow: '#f3c873',
  brightBlue: '#8fc3ff',
  brightMagenta: '#e6b9f7',
  brightCyan: '#86dde9',
  brightWhite: '#ffffff'
}

export interface TerminalColours {
  readonly theme: ITheme
  readonly minimumContrastRatio: number
}

/** The colours at `element`, which has to be in the page. `contrast`: whether the most readable ones are wanted. */
export function terminalColours(element: HTMLElement, contrast: boolean): TerminalColours {
  const colour = (token: string): string => resolved(element, `var(${token})`)
  const background = colour('--surface-sunken')
  const foreground = colour('--text')
  return {
    theme: {
      ...(isDark(background) ? DARK : LIGHT),
      background,
      foreground,
      cursor: foreground,
      cursorAccent: background,
      selectionBackground: colour('--accent'),
      selectionForeground: colour('--text-on-accent'),
      selectionInactiveBackground: colour('--surface-selected'),
      scrollbarSliderBackground: translucent(foreground, 0.25),
      scrollbarSliderHoverBackground: translucent(foreground, 0.4),
      scrollbarSliderActiveBackground: translucent(foreground, 0.5)
    },
    minimumContrastRatio: contrast ? 7 : 4.5
  }
}

/** What a colour of the stylesheet is here and now, as `#rrggbb`. */
function resolved(element: HTMLElement, value: string): string {
  const before = element.style.color
  element.style.color = value
  const channels = getComputedStyle(element).color.match(/\d+(\.\d+)?/g) ?? []
  element.style.color = before
  const hex = channels.slice(0, 3).map((part) => Math.round(Number(part)).toString(16).padStart(2, '0'))
  return hex.length === 3 ? `#${hex.join('')}` : '#808080'
}

function translucent(hex: string, alpha: number): string {
  return (
    hex +
    Math.round(alpha * 255)
      .toString(16)
      .padStart(2, '0')
  )
}

function isDark(hex: string): boolean {
  const [r = 0, g = 0, b = 0] = [1, 3, 5].map((at) => Number.parseInt(hex.slice(at, at + 2), 16))
  return r * 0.299 + g * 0.587 + b * 0.114 < 128
}
