/** What to say of the word at the cursor: an instruction, a flag, a directive. Pure. Shown by hover and below the editor. */
import { instructionAt } from './place'
import { DIRECTIVE_REFERENCE, DIRECTIVES, INSTRUCTIONS, MOUNT_OPTIONS, referenceOf } from './reference'

export interface Help {
  readonly title: string
  readonly text: string
  readonly url: string
}

/** `line` from 1, `column` from 0. A word that says nothing itself is told by its instruction, where `near` is wanted. */
export function helpAt(text: string, line: number, column: number, near: boolean): Help | null {
  const current = text.split('\n')[line - 1] ?? ''
  const [, directive = ''] = /^\s*#\s*(\w+)\s*=/.exec(current) ?? []
  const about = DIRECTIVES[directive.toLowerCase()]
  if (about !== undefined)
    return { title: `# ${directive.toLowerCase()}=`, text: about, url: DIRECTIVE_REFERENCE }
  if (/^\s*#/.test(current)) return null
  const instruction = instructionAt(text, line)
  if (instruction === null || line > instruction.lastLine) return null
  const { keyword } = instruction
  const kept = /^[A-Za-z]+/.exec(instruction.rest)?.[0].toUpperCase()
  const word = wordAt(current, column)
  const owner = keyword === 'ONBUILD' && kept !== undefined ? kept : keyword
  return flagHelp(owner, word, column - wordStart(current, column)) ?? instructionHelp(keyword, word, near)
}

function instructionHelp(keyword: string, word: string, near: boolean): Help | null {
  const named = INSTRUCTIONS[word.toUpperCase()] === undefined ? keyword : word.toUpperCase()
  const help = INSTRUCTIONS[named]
  if (help === undefined || (!near && word.toUpperCase() !== named)) return null
  return { title: named, text: help.text, url: referenceOf(named) }
}

function flagHelp(keyword: string, word: string, within: number): Help | null {
  const [, flag, value = ''] = /^--([\w-]+)(?:=(.*))?$/.exec(word) ?? []
  const help = flag === undefined ? undefined : INSTRUCTIONS[keyword]?.flags[flag]
  if (flag === undefined || help === undefined) return null
  const title = `${keyword} --${flag}`
  if (flag !== 'mount') return { title, text: help.text, url: referenceOf(keyword, flag) }
  // Of a mount, the option that the cursor is in.
  const at = Math.max(0, within - '--mount='.length)
  const option = value.slice(value.lastIndexOf(',', at - 1) + 1).split(/[=,]/)[0] ?? ''
  const about = within < '--mount='.length ? undefined : MOUNT_OPTIONS[option]
  return {
    title: about === undefined ? title : `${title} ${option}`,
    text: about ?? help.text,
    url: referenceOf(keyword, flag)
  }
}

function wordStart(line: string, column: number): number {
  return line.slice(0, column).search(/\S*$/)
}

function wordAt(line: string, column: number): string {
  return line.slice(wordStart(line, column)).split(/\s/)[0] ?? ''
}
