/**
 * Text from a container's configuration, shown to the letter: a control character is seen as its symbol and a character
 * that would reorder the line as its number, because a value that looks like another one is a trap.
 */

// eslint-disable-next-line no-control-regex -- control characters are what this is about; line breaks are kept
const HIDDEN = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]/g

/** The text with everything that cannot be seen made visible; line breaks stay and are marked. */
export function visibleText(text: string): string {
  return text.replace(HIDDEN, symbol).replaceAll('\n', '⏎\n')
}

function symbol(char: string): string {
  const code = char.charCodeAt(0)
  if (code < 0x20) return String.fromCharCode(0x2400 + code)
  if (code === 0x7f) return '\u2421'
  return `⟨U+${code.toString(16).toUpperCase().padStart(4, '0')}⟩`
}

/** A file's name on one line: as {@link visibleText}, and bytes that are no text as `\xff`. */
export function visibleName(name: string): string {
  return visibleText(name)
    .replaceAll('⏎\n', '⏎')
    .replace(/\p{Surrogate}/gu, (unit) => `\\x${(unit.charCodeAt(0) & 0xff).toString(16)}`)
}
