/**
 * A command as people type it, split into the arguments Docker takes, by the quoting rules of a POSIX shell. Nothing is
 * expanded: `$HOME`, `*` and `|` arrive in the container as they are, which `shellWords` tells so the form can say so.
 */

export type CommandLine =
  | { readonly ok: true; readonly args: readonly string[]; readonly shellWords: readonly string[] }
  | { readonly ok: false; readonly message: string }

const SPACE = /[ \t\r\n]/
/** What a backslash still escapes between double quotes. */
const ESCAPABLE = /["\\$`]/
/** Words a shell would act on, and an engine only passes along. */
const SHELL_WORD = /^(\|\|?|&&?|;|<|>>?|2>>?|2>&1)$|\$[A-Za-z_{(]|`/

interface Piece {
  readonly text: string
  /** Index after the piece; -1 when it does not end. */
  readonly end: number
}

/** Splits `text`; an unfinished quote or a trailing backslash is an error to show at the field. */
export function splitCommand(text: string): CommandLine {
  const args: string[] = []
  const shellWords: string[] = []
  let word: string | null = null
  let bare = true
  const finish = (): void => {
    if (word === null) return
    args.push(word)
    if (bare && SHELL_WORD.test(word)) shellWords.push(word)
    word = null
    bare = true
  }
  for (let index = 0; index < text.length;) {
    const char = text.charAt(index)
    if (SPACE.test(char)) {
      finish()
      index += 1
      continue
    }
    const piece = pieceAt(text, index)
    if (piece.end === -1) return { ok: false, message: unfinished(char) }
    if (char === "'" || char === '\\') bare = false
    // A joined line adds nothing, and is not an empty argument either.
    if (piece.text !== '' || char !== '\\') word = (word ?? '') + piece.text
    index = piece.end
  }
  finish()
  return { ok: true, args, shellWords }
}

function unfinished(char: string): string {
  if (char === '\\') return 'The command ends with a lone backslash.'
  return `A ${char === '"' ? 'double' : 'single'} quote is not closed.`
}

function pieceAt(text: string, index: number): Piece {
  const char = text.charAt(index)
  if (char === "'") {
    const end = text.indexOf("'", index + 1)
    return { text: text.slice(index + 1, end), end: end === -1 ? -1 : end + 1 }
  }
  if (char === '"') return doubleQuoted(text, index + 1)
  if (char !== '\\') return { text: char, end: index + 1 }
  if (index + 1 === text.length) return { text: '', end: -1 }
  const next = text.charAt(index + 1)
  // A backslash before a line break joins the lines, as in a pasted multi-line command.
  return { text: next === '\n' ? '' : next, end: index + 2 }
}

function doubleQuoted(text: string, start: number): Piece {
  let value = ''
  for (let index = start; index < text.length; index += 1) {
    const char = text.charAt(index)
    if (char === '"') return { text: value, end: index + 1 }
    const next = text.charAt(index + 1)
    if (char === '\\' && ESCAPABLE.test(next)) {
      value += next
      index += 1
    } else if (char === '\\' && next === '\n') {
      index += 1
    } else {
      value += char
    }
  }
  return { text: value, end: -1 }
}
