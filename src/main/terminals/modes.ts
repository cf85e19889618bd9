/**
 * The terminal's private modes (alternate screen, bracketed paste, cursor keys, mouse) as set by bytes that are not kept:
 * without them a replay would begin on the wrong screen. Only these are read; nothing else of the output is interpreted.
 */

// eslint-disable-next-line no-control-regex -- escape sequences begin with one
const MODES = /\u001b(?:\[\?([\d;]{1,64})([hl])|c)/g
/** A sequence may be cut between two chunks; this much of the chunk before is looked at again. */
const LONGEST_SEQUENCE = 70
const MOST_MODES = 64
/** The three ways to ask for the alternate screen. */
const ALTERNATE = ['47', '1047', '1049']

export class ModeMemory {
  readonly #set: Map<string, 'h' | 'l'>
  #rest = ''

  /** @param known What another has remembered. */
  constructor(known: ModeMemory | null = null) {
    this.#set = new Map(known === null ? [] : known.#set)
    this.#rest = known === null ? '' : known.#rest
  }

  /** These bytes are about to be forgotten. */
  pass(bytes: Uint8Array): void {
    const text = this.#rest + Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1')
    let read = 0
    for (const match of text.matchAll(MODES)) {
      read = match.index + match[0].length
      const [, numbers, action] = match
      if (numbers === undefined) this.#set.clear()
      else for (const mode of numbers.split(';')) this.#remember(mode, action === 'h' ? 'h' : 'l')
    }
    this.#rest = text.slice(Math.max(read, text.length - LONGEST_SEQUENCE))
  }

  /** Whether these bytes were about the alternate screen, which a program draws as a whole. */
  get screens(): 'alternate' | 'normal' | null {
    const last = ALTERNATE.map((mode) => this.#set.get(mode)).filter((action) => action !== undefined)
    if (last.length === 0) return null
    return last.includes('h') ? 'alternate' : 'normal'
  }

  /** What sets them again. */
  sequence(): string {
    return [...this.#set].map(([mode, action]) => `\u001b[?${mode}${action}`).join('')
  }

  #remember(mode: string, action: 'h' | 'l'): void {
    if (mode === '' || (this.#set.size >= MOST_MODES && !this.#set.has(mode))) return
    this.#set.set(mode, action)
  }
}
