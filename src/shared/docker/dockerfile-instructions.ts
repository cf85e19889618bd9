/**
 * A Dockerfile as a list of instructions, each with the lines it takes. Reads what BuildKit reads (directives, continued
 * lines, comments between them, heredocs) and never fails. The outline, the stages, completion and format stand on it. Pure.
 */

export interface Instruction {
  /** In capitals. */
  readonly keyword: string
  /** All that follows, its lines joined as BuildKit joins them. */
  readonly rest: string
  /** From 1. */
  readonly line: number
  /** The last line of the instruction itself. */
  readonly lastLine: number
  /** The last line of its heredocs; `lastLine` where it has none. */
  readonly endLine: number
}

export interface Directive {
  /** In small letters. */
  readonly name: string
  readonly value: string
  readonly line: number
}

const HEREDOC = /<<(-?)(["']?)([A-Za-z_][\w.-]*)\2/g
const WITH_HEREDOCS: ReadonlySet<string> = new Set(['RUN', 'COPY', 'ADD'])

export function dockerfileLines(dockerfile: string): string[] {
  return dockerfile.replace(/^\ufeff/, '').split(/\r?\n/)
}

export function* instructionsOf(dockerfile: string): Generator<Instruction> {
  const lines = dockerfileLines(dockerfile)
  const continues = continuation(escapeOf(lines))
  const ends = new HeredocEnds(lines)
  let at = 0
  while (at < lines.length) {
    let line = 0
    let text = ''
    let more = true
    let last = at
    while (more && at < lines.length) {
      const current = lines[at++] ?? ''
      if (/^\s*#/.test(current) || current.trim() === '') continue
      if (line === 0) line = at
      last = at
      const continued = continues.exec(current)
      text += continued === null ? current : current.slice(0, continued.index)
      more = continued !== null
    }
    const [, word = '', rest = ''] = /^\s*([A-Za-z]+)(?:\s+([\s\S]*))?$/.exec(text) ?? []
    const keyword = word.toUpperCase()
    if (WITH_HEREDOCS.has(keyword)) at = afterHeredocs(ends, at, rest)
    if (keyword === '') continue
    yield { keyword, rest: rest.trim(), line, lastLine: last, endLine: Math.max(last, more ? last : at) }
  }
}

/** What follows FROM: the stage's name, empty for one without, and what it is built from. As they are written. */
export function fromParts(rest: string): { readonly name: string; readonly base: string } {
  const words = rest.split(/\s+/).filter((word) => word !== '' && !word.startsWith('--'))
  const named = words[1]?.toUpperCase() === 'AS'
  return { name: named ? (words[2] ?? '') : '', base: words[0] ?? '' }
}

/** The comments at the very beginning that mean something: `# syntax=`, `# escape=`, `# check=`. */
export function directivesOf(lines: readonly string[]): Directive[] {
  const found: Directive[] = []
  for (const [index, line] of lines.entries()) {
    const [, name, value = ''] = /^\s*#\s*([A-Za-z][A-Za-z0-9]*)\s*=\s*(.*?)\s*$/.exec(line) ?? []
    if (name === undefined) break
    found.push({ name: name.toLowerCase(), value, line: index + 1 })
  }
  return found
}

export function escapeOf(lines: readonly string[]): '\\' | '`' {
  return directivesOf(lines).find(({ name }) => name === 'escape')?.value === '`' ? '`' : '\\'
}

/** Matches the end of a line that goes on in the next. */
export function continuation(escape: '\\' | '`'): RegExp {
  return escape === '`' ? /`[ \t]*$/ : /\\[ \t]*$/
}

/** The line after the heredocs that an instruction begins; one that nothing ends is none. */
function afterHeredocs(ends: HeredocEnds, from: number, rest: string): number {
  let at = from
  for (const [, dash, , word = ''] of rest.matchAll(HEREDOC)) {
    const end = ends.find(word, dash === '-', at)
    if (end !== null) at = end + 1
  }
  return at
}

/** Which lines are a word alone. A file may have thousands of heredocs: its lines are looked at once for all of them. */
class HeredocEnds {
  readonly #lines: readonly string[]
  #plain: Map<string, number[]> | null = null
  #dashed: Map<string, number[]> | null = null

  constructor(lines: readonly string[]) {
    this.#lines = lines
  }

  /** `dashed`: tabs may stand before it. */
  find(word: string, dashed: boolean, from: number): number | null {
    const all = dashed
      ? (this.#dashed ??= indexed(this.#lines.map((line) => line.replace(/^\t+/, ''))))
      : (this.#plain ??= indexed(this.#lines))
    const found = all.get(word) ?? []
    let low = 0
    let high = found.length
    while (low < high) {
      const middle = (low + high) >> 1
      if ((found[middle] ?? 0) < from) low = middle + 1
      else high = middle
    }
    return found[low] ?? null
  }
}

function indexed(lines: readonly string[]): Map<string, number[]> {
  const places = new Map<string, number[]>()
  for (const [index, line] of lines.entries()) {
    const known = places.get(line)
    if (known === undefined) places.set(line, [index])
    else known.push(index)
  }
  return places
}
