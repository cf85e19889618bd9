/** Where in a Dockerfile a cursor is: in which instruction, behind which words of it. Pure. Read by completion and help. */
import {
  continuation,
  directivesOf,
  dockerfileLines,
  escapeOf,
  instructionsOf,
  type Instruction
} from '@shared/docker/dockerfile-instructions'

export type Place =
  | { readonly kind: 'keyword'; readonly word: string; readonly within: 'file' | 'ONBUILD' }
  | { readonly kind: 'directive'; readonly word: string }
  | {
      readonly kind: 'arguments'
      readonly keyword: string
      /** Whole words before the one at the cursor, flags included. */
      readonly before: readonly string[]
      /** What of the word is before the cursor. */
      readonly word: string
      readonly instruction: Instruction
    }
  | { readonly kind: 'nothing' }

const NOTHING: Place = { kind: 'nothing' }

/** `line` from 1, `column` from 0. */
export function placeAt(text: string, line: number, column: number): Place {
  const lines = dockerfileLines(text)
  const current = (lines[line - 1] ?? '').slice(0, column)
  const continues = continuation(escapeOf(lines))
  const instruction = instructionAt(text, line) ?? openBefore(text, lines, line, continues)
  if (/^\s*#/.test(current)) return directivePlace(lines, line, current)
  if (instruction !== null && line > instruction.lastLine && instruction.endLine >= line) return NOTHING
  const from = instruction === null ? line : instruction.line
  const before = lines
    .slice(from - 1, line - 1)
    .filter((one) => !/^\s*#/.test(one))
    .map((one) => one.replace(continues, ''))
  const typed = [...before, current].join('')
  const [, keyword = '', rest] = /^\s*([A-Za-z]*)(?:\s([\s\S]*))?$/.exec(typed) ?? []
  if (rest === undefined) {
    return /^\s*[A-Za-z]*$/.test(typed) ? { kind: 'keyword', word: keyword, within: 'file' } : NOTHING
  }
  if (instruction === null) return NOTHING
  return argumentsPlace(keyword.toUpperCase(), rest, instruction)
}

function argumentsPlace(keyword: string, rest: string, instruction: Instruction): Place {
  const words = rest.split(/\s+/)
  const word = words.at(-1) ?? ''
  const before = words.slice(0, -1).filter((one) => one !== '')
  if (keyword !== 'ONBUILD') return { kind: 'arguments', keyword, before, word, instruction }
  const [kept, ...others] = before
  if (kept === undefined) return { kind: 'keyword', word, within: 'ONBUILD' }
  return { kind: 'arguments', keyword: kept.toUpperCase(), before: others, word, instruction }
}

/** The instruction that has this line; null where none has. */
export function instructionAt(text: string, line: number): Instruction | null {
  for (const instruction of instructionsOf(text)) {
    if (instruction.line > line) return null
    if (line <= instruction.endLine) return instruction
  }
  return null
}

/** An instruction that is continued on this line, on which nothing is written yet. */
function openBefore(
  text: string,
  lines: readonly string[],
  line: number,
  continues: RegExp
): Instruction | null {
  let last: Instruction | null = null
  for (const instruction of instructionsOf(text)) {
    if (instruction.line >= line) break
    last = instruction
  }
  if (last === null || !continues.test(lines[last.lastLine - 1] ?? '')) return null
  const between = lines.slice(last.lastLine, line)
  return between.every((one) => /^\s*(?:#|$)/.test(one)) ? last : null
}

function directivePlace(lines: readonly string[], line: number, current: string): Place {
  const [, word] = /^\s*#\s*(\w*)$/.exec(current) ?? []
  return word !== undefined && line <= directivesOf(lines).length + 1 ? { kind: 'directive', word } : NOTHING
}
