/**
 * What a line of a container's log looks like: colours (SGR) are kept, every other escape is dropped, a carriage return
 * writes over what was there, and characters that cannot be seen are shown by a symbol. Pure; used by main/logs only to
 * show and to search, never on what is exported.
 */

/** One run of characters of the shown text that look alike. Colours are `0`–`15` (the palette's) or `#rrggbb`. */
export interface LogSpan {
  readonly start: number
  readonly end: number
  readonly fg?: string
  readonly bg?: string
  readonly bold?: true
  readonly dim?: true
  readonly italic?: true
  readonly underline?: true
  readonly strike?: true
  readonly inverse?: true
}

export interface LogText {
  readonly text: string
  /** In order, without overlaps; what has no style has no span. */
  readonly spans: readonly LogSpan[]
}

type Style = Omit<LogSpan, 'start' | 'end'>

interface Run {
  readonly text: string
  readonly style: Style
}

const PLAIN: Style = {}

// eslint-disable-next-line no-control-regex -- control characters are what this expression is about; tab stays
const SPECIAL = /[\u0000-\u0008\u000a-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/

// CSI by ESC [ or its one-character form; OSC, DCS, SOS, PM and APC with their text up to BEL, ST or the end of the line;
// charset and other two- or three-character escapes; and last any ESC that stands alone.
const ESCAPES =
  // eslint-disable-next-line no-control-regex -- as above
  /(?:\u001b\[|\u009b)([0-?]*)([ -/]*)([@-~]?)|(?:\u001b[\]PX^_]|[\u0090\u0098\u009d-\u009f])[^\u0007\u001b\u009c]*(?:\u0007|\u001b\\|\u009c)?|\u001b[ -/]*[0-~]?/g

/** The line as it is shown, from its characters. */
export function logText(raw: string): LogText {
  const line = raw.endsWith('\r') ? raw.slice(0, -1) : raw
  if (!SPECIAL.test(line)) return { text: line, spans: [] }
  return flatten(overwritten(line))
}

/** The shown text alone, for searching. */
export function shownText(raw: string): string {
  return SPECIAL.test(raw) ? logText(raw).text : raw
}

/** Each part after a carriage return lies over the one before, which shows where it is longer or not erased. */
function overwritten(line: string): Run[] {
  const state = { style: PLAIN }
  const layers = line.split('\r').map((part) => layerOf(part, state))
  let shown: Run[] = []
  for (let top = layers.length - 1, length = 0; top >= 0; top -= 1) {
    const layer = layers[top] as Layer
    if (layer.length > length) shown = shown.concat(after(layer.runs, length))
    length = Math.max(length, layer.length)
    if (layer.erasedBelow) break
  }
  return shown
}

interface Layer {
  readonly runs: Run[]
  readonly length: number
  /** It began by erasing the line, as progress bars do. */
  readonly erasedBelow: boolean
}

function layerOf(part: string, state: { style: Style }): Layer {
  if (!SPECIAL.test(part)) {
    return {
      runs: part === '' ? [] : [{ text: part, style: state.style }],
      length: part.length,
      erasedBelow: false
    }
  }
  const runs: Run[] = []
  let [at, length] = [0, 0]
  const add = (text: string): void => {
    if (text === '') return
    const shown = visible(text)
    runs.push({ text: shown, style: state.style })
    length += shown.length
  }
  ESCAPES.lastIndex = 0
  for (let match = ESCAPES.exec(part); match !== null; match = ESCAPES.exec(part)) {
    add(part.slice(at, match.index))
    at = ESCAPES.lastIndex
    if (match[3] === 'm' && match[2] === '') state.style = restyled(state.style, match[1] ?? '')
  }
  add(part.slice(at))
  // eslint-disable-next-line no-control-regex -- as above
  return { runs, length, erasedBelow: /^(?:\u001b\[[0-9;]*m)*\u001b\[[02]?K/.test(part) }
}

/** What of the runs lies beyond the first `length` characters. */
function after(runs: readonly Run[], length: number): Run[] {
  const rest: Run[] = []
  let at = 0
  for (const { text, style } of runs) {
    if (at + text.length > length) rest.push({ text: text.slice(Math.max(0, length - at)), style })
    at += text.length
  }
  return rest
}

function flatten(runs: readonly Run[]): LogText {
  const spans: LogSpan[] = []
  let text = ''
  for (const run of runs) {
    if (Object.keys(run.style).length > 0) {
      spans.push({ start: text.length, end: text.length + run.text.length, ...run.style })
    }
    text += run.text
  }
  return { text, spans }
}

const HIDDEN = new RegExp(SPECIAL.source, 'g')

function visible(text: string): string {
  return text.replace(HIDDEN, (char) => {
    const code = char.charCodeAt(0)
    // BEL rings and backspaces move: neither leaves a mark in a terminal.
    if (code === 0x07 || code === 0x08) return ''
    if (code < 0x20) return String.fromCharCode(0x2400 + code)
    if (code === 0x7f) return '\u2421'
    return `⟨U+${code.toString(16).toUpperCase().padStart(4, '0')}⟩`
  })
}

const FLAGS: Readonly<Record<number, Style>> = {
  1: { bold: true },
  2: { dim: true },
  3: { italic: true },
  4: { underline: true },
  7: { inverse: true },
  9: { strike: true }
}
const CLEARED: Readonly<Record<number, readonly (keyof Style)[]>> = {
  21: ['bold'],
  22: ['bold', 'dim'],
  23: ['italic'],
  24: ['underline'],
  27: ['inverse'],
  29: ['strike'],
  39: ['fg'],
  49: ['bg']
}

/** ECMA-48 SGR; a parameter that is not understood changes nothing. */
function restyled(before: Style, parameters: string): Style {
  const codes = parameters
    .slice(0, 256)
    .split(/[;:]/)
    .map((code) => Number(code === '' ? 0 : code))
  let style: Style = before
  for (let at = 0; at < codes.length; at += 1) {
    const code = codes[at] ?? 0
    if (code === 38 || code === 48) {
      const { colour, used } = extended(codes, at)
      if (colour !== null) style = { ...style, [code === 38 ? 'fg' : 'bg']: colour }
      at += used
    } else style = changed(style, code)
  }
  return style
}

function changed(style: Style, code: number): Style {
  if (code === 0) return PLAIN
  const cleared = CLEARED[code]
  if (cleared !== undefined) {
    return Object.fromEntries(Object.entries(style).filter(([key]) => !cleared.includes(key as keyof Style)))
  }
  if (code >= 30 && code <= 37) return { ...style, fg: String(code - 30) }
  if (code >= 90 && code <= 97) return { ...style, fg: String(code - 82) }
  if (code >= 40 && code <= 47) return { ...style, bg: String(code - 40) }
  if (code >= 100 && code <= 107) return { ...style, bg: String(code - 92) }
  return { ...style, ...FLAGS[code] }
}

/** `38;5;n` and `38;2;r;g;b`: the colour, and how many parameters it took. */
function extended(codes: readonly number[], at: number): { colour: string | null; used: number } {
  const [kind, a = -1, b = -1, c = -1] = codes.slice(at + 1, at + 5)
  if (kind === 5) return { colour: byte(a) ? indexed(a) : null, used: 2 }
  if (kind === 2) return { colour: byte(a) && byte(b) && byte(c) ? hex(a, b, c) : null, used: 4 }
  return { colour: null, used: 1 }
}

function byte(value: number): boolean {
  return Number.isInteger(value) && value >= 0 && value <= 255
}

/** xterm's 256 colours: the palette, a cube of six steps a side, and 24 greys. */
function indexed(index: number): string {
  if (index < 16) return String(index)
  if (index >= 232) return hex(index * 10 - 2312, index * 10 - 2312, index * 10 - 2312)
  const step = (value: number): number => (value === 0 ? 0 : value * 40 + 55)
  const cube = index - 16
  return hex(step(Math.floor(cube / 36)), step(Math.floor(cube / 6) % 6), step(cube % 6))
}

function hex(...parts: readonly number[]): string {
  return `#${parts.map((part) => part.toString(16).padStart(2, '0')).join('')}`
}
