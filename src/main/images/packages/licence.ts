/** Which of the licences a package states are SPDX expressions, for bills of materials. Pure. */
import parse from 'spdx-expression-parse'

/** Longer ones are no expressions, whatever they say. */
const MAX_LENGTH = 500

export interface Licence {
  readonly text: string
  /** An expression of ids of the SPDX list; else it is a name of the package's own. */
  readonly spdx: 'id' | 'expression' | 'name'
}

export function licenceOf(text: string): Licence {
  try {
    if (text.length > MAX_LENGTH) return { text, spdx: 'name' }
    const info = parse(text)
    const id = 'license' in info && info.license === text && !text.includes(':')
    // A reference to a text of another document means nothing in this one.
    if (/(?:Document|License)Ref-/i.test(text)) return { text, spdx: 'name' }
    return { text, spdx: id ? 'id' : 'expression' }
  } catch {
    return { text, spdx: 'name' }
  }
}
