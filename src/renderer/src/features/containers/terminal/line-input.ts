/**
 * Typing where no terminal line is between screen and program: nothing echoes and nothing edits, so whole lines are
 * gathered and echoed here, as a terminal would. Pure.
 */

const BACKSPACE = /[\u007f\b]/

export class LineInput {
  #line = ''
  readonly #echo: (text: string) => void

  constructor(echo: (text: string) => void) {
    this.#echo = echo
  }

  /** Takes what was typed or pasted; answers the lines that are finished by it. */
  type(text: string): string {
    let finished = ''
    for (const char of text) {
      if (char === '\r' || char === '\n') {
        finished += `${this.#line}\n`
        this.#line = ''
        this.#echo('\r\n')
      } else if (BACKSPACE.test(char)) {
        if (this.#line === '') continue
        this.#line = this.#line.replace(/.$/su, '')
        this.#echo('\b \b')
      } else if (char >= ' ') {
        this.#line += char
        this.#echo(char)
      }
    }
    return finished
  }
}
