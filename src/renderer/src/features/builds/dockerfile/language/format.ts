/**
 * Puts a Dockerfile in order without changing what it builds: keywords in capitals, four spaces before what continues a
 * line, no blanks at ends, one empty line at most, and a line feed at the end. What is in quotes, in heredocs and wherever
 * blanks might mean something stays as it is. Pure.
 */
import {
  continuation,
  directivesOf,
  escapeOf,
  instructionsOf,
  type Instruction
} from '@shared/docker/dockerfile-instructions'
import { INSTRUCTIONS } from './reference'

const INDENT = 4
/** In their continued lines blanks separate words, and more of them are the same as one. */
const REINDENTED: ReadonlySet<string> = new Set([
  ...['RUN', 'COPY', 'ADD', 'CMD', 'ENTRYPOINT', 'EXPOSE', 'VOLUME', 'FROM', 'ARG', 'HEALTHCHECK'],
  ...['ENV', 'LABEL']
])

export function formatDockerfile(text: string): string {
  const lines = text.split('\n')
  const directives = directivesOf(lines.map(withoutReturn)).length
  const escape = escapeOf(lines.map(withoutReturn))
  const done = new Map<number, string>()
  for (const instruction of instructionsOf(text)) {
    formatInstruction(instruction, lines, escape, done)
  }
  const out: string[] = []
  for (const [index, line] of lines.entries()) {
    const ours = done.get(index + 1)
    const next = ours ?? (index >= directives && /^\s*(?:#|$)/.test(line) ? line.trim() : line)
    // Between instructions one empty line says as much as many; within one they mean something, or are BuildKit's to tell.
    if (next === '' && ours === undefined && (out.at(-1) === '' || isTop(out, lines[index + 1]))) continue
    out.push(next)
  }
  while (out.at(-1) === '') out.pop()
  return out.length === 0 ? '' : `${out.join('\n')}\n`
}

/** An empty line at the top goes, unless it is what keeps a comment from being a directive. */
function isTop(out: readonly string[], next: string | undefined): boolean {
  return out.length === 0 && !/^\s*#/.test(next ?? '')
}

function formatInstruction(
  { keyword, rest, line, lastLine, endLine }: Instruction,
  lines: readonly string[],
  escape: '\\' | '`',
  done: Map<number, string>
): void {
  const continued = continuation(escape)
  const given = lines.slice(line - 1, lastLine)
  const first = given[0] ?? ''
  for (let at = line; at <= endLine; at++) done.set(at, lines[at - 1] ?? '')
  // What is no instruction, or whose very keyword is continued, is not made worse.
  if (INSTRUCTIONS[keyword] === undefined || !new RegExp(`^\\s*${keyword}(?:\\s|$)`, 'i').test(first)) return
  const shift =
    REINDENTED.has(keyword) && escape === '\\' && !isLegacyPair(keyword, rest) ? shiftOf(given) : 0
  let quote = quoteAfter('', first, escape)
  done.set(line, endOf(firstLine(first, keyword), quote, continued))
  for (let index = 1; index < given.length; index++) {
    const current = given[index] ?? ''
    const remark = /^\s*(?:#|$)/.test(current)
    const before = quote
    if (!remark) quote = quoteAfter(quote, current, escape)
    const moved = before === '' && shift !== 0 ? indented(current, shift) : current
    done.set(line + index, remark ? moved.trimEnd() : endOf(moved, quote, continued))
  }
}

/** The keyword in capitals, and those within: AS, and what ONBUILD keeps. */
function firstLine(line: string, keyword: string): string {
  const [, , rest = ''] = /^\s*([A-Za-z]+)\s*([\s\S]*)$/.exec(line) ?? []
  if (rest === '') return keyword
  const space = /^\s*[A-Za-z]+\s/.test(line) ? ' ' : ''
  if (keyword === 'FROM') return `FROM${space}${rest.replace(/(\s)as(\s)/i, '$1AS$2')}`
  if (keyword === 'ONBUILD')
    return `ONBUILD${space}${rest.replace(/^[A-Za-z]+/, (word) => word.toUpperCase())}`
  return `${keyword}${space}${rest}`
}

/** Blanks at the end of a line that is not within quotes; behind the escape they never mean anything. */
function endOf(line: string, quote: string, continued: RegExp): string {
  const match = continued.exec(line)
  if (match !== null) return line.slice(0, match.index + 1)
  return quote === '' ? line.trimEnd() : line
}

/**
 * How far continued lines move, so that the least indented of them has four blanks. Null where one begins at the very
 * left: it may continue a word, which a blank would break in two.
 */
function shiftOf(given: readonly string[]): number {
  const depths = given
    .slice(1)
    .filter((line) => !/^\s*(?:#|$)/.test(line))
    .map((line) => blanks(line).length)
  return depths.length === 0 || depths.includes(0) ? 0 : INDENT - Math.min(...depths) || Number.NaN
}

function blanks(line: string): string {
  return (/^[ \t]*/.exec(line)?.[0] ?? '').replaceAll('\t', ' '.repeat(INDENT))
}

/** `by` is not a number where only tabs are to become blanks. */
function indented(line: string, by: number): string {
  const text = line.trimStart()
  if (text === '') return ''
  return ' '.repeat(Math.max(0, blanks(line).length + (Number.isNaN(by) ? 0 : by))) + text
}

/** `ENV NAME a value`: here every blank is part of the value. */
function isLegacyPair(keyword: string, rest: string): boolean {
  return (keyword === 'ENV' || keyword === 'LABEL') && !/^\S*=/.test(rest)
}

/** Which quotes a line ends in, when it begins in `quote`. */
function quoteAfter(quote: string, line: string, escape: string): string {
  let open = quote
  for (let index = 0; index < line.length; index++) {
    const character = line.charAt(index)
    if (character === escape && open !== "'") index += 1
    else if (open === '' && (character === '"' || character === "'")) open = character
    else if (character === open) open = ''
  }
  return open
}

function withoutReturn(line: string): string {
  return line.replace(/\r$/, '')
}
