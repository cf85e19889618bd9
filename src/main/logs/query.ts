/** What is searched in the lines: plain text or a regular expression, compiled once. Used by the scanning thread, and by main for plain text only. */
import { AppError } from '@shared/errors'

export interface LogQuery {
  readonly text: string
  readonly regex: boolean
  readonly caseSensitive: boolean
}

export interface Matcher {
  /** What matches in a part of a text matches in the whole of it: not so with `^` and `$`. */
  readonly plain: boolean
  test(text: string): boolean
  /** Start and end of each match in turn, at most `most` of them. */
  ranges(text: string, most: number): number[]
}

/** @throws AppError `InvalidParameter` for a pattern that is no regular expression. */
export function compileQuery(query: LogQuery): Matcher {
  const pattern = compile(query)
  const every = new RegExp(pattern.source, `${pattern.flags}g`)
  const plain = !query.regex && query.caseSensitive ? query.text : null
  return {
    plain: !query.regex,
    test: plain === null ? (text) => pattern.test(text) : (text) => text.includes(plain),
    ranges(text, most) {
      const found: number[] = []
      every.lastIndex = 0
      for (
        let match = every.exec(text);
        match !== null && found.length < most * 2;
        match = every.exec(text)
      ) {
        // A pattern that can match nothing does so everywhere; there is nothing to mark then.
        if (match[0] === '') every.lastIndex += 1
        else found.push(match.index, every.lastIndex)
      }
      return found
    }
  }
}

function compile({ text, regex, caseSensitive }: LogQuery): RegExp {
  const flags = caseSensitive ? '' : 'i'
  const source = regex ? text : text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&')
  try {
    return new RegExp(source, `${flags}u`)
  } catch {
    // The stricter grammar refuses what people write every day, such as `\-`.
  }
  try {
    return new RegExp(source, flags)
  } catch (cause) {
    throw new AppError('InvalidParameter', `“${text.slice(0, 80)}” is not a regular expression.`, {
      hint: 'Complete the pattern, or turn regular expressions off to search for the text itself.',
      cause
    })
  }
}
