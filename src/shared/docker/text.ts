/**
 * Makes text from outside (engine, registry, images) safe to show as text: no control characters, no terminal escapes,
 * no characters that reorder what stands around them. Called wherever such text goes into a sentence of ours.
 */

// CSI (`ESC [ … letter`), OSC (`ESC ] … BEL` or `ESC \`), and the other two-character escapes.
// eslint-disable-next-line no-control-regex -- control characters are what this expression is about
const ESCAPES = /\u001b(?:\[[0-?]*[ -/]*[@-~]|\][^\u0007\u001b]*(?:\u0007|\u001b\\)?|[ -/]*[0-~])/g
// eslint-disable-next-line no-control-regex -- as above; tab and newline are kept
const CONTROLS = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g
const BIDI = /[\u200e\u200f\u202a-\u202e\u2066-\u2069]/g

/** The text without escapes, control characters (tab and newline stay) and bidirectional overrides. */
export function plainText(text: string): string {
  return text.replace(ESCAPES, '').replace(CONTROLS, '').replace(BIDI, '')
}

/** {@link plainText} on one line, at most `maxLength` characters, for a sentence. */
export function oneLine(text: string, maxLength = 2000): string {
  const line = plainText(text).replace(/\s+/g, ' ').trim()
  return line.length > maxLength ? `${line.slice(0, maxLength - 1)}…` : line
}
