/**
 * What the form of a build needs of a Dockerfile: its stages, and its arguments with their defaults. Reads what BuildKit
 * reads (directives, continued lines, comments between them, heredocs) and leaves the rest alone. Pure.
 */

export interface OutlineStage {
  /** Empty for a stage without one. */
  readonly name: string
  readonly base: string
  readonly line: number
}

export interface OutlineArgument {
  readonly name: string
  /** null for none. */
  readonly value: string | null
  readonly line: number
}

export interface Outline {
  readonly stages: readonly OutlineStage[]
  /** Each name once: the first default that is told. */
  readonly args: readonly OutlineArgument[]
}

export interface Instruction {
  readonly keyword: string
  readonly rest: string
  readonly line: number
}

const HEREDOC = /<<(-?)(["']?)([A-Za-z_][\w.-]*)\2/g
/** Set by BuildKit itself. */
const GIVEN = /^(?:TARGET|BUILD)(?:PLATFORM|OS|OSVERSION|ARCH|VARIANT|STAGE)$/

export function outlineOf(dockerfile: string): Outline {
  const stages: OutlineStage[] = []
  const args = new Map<string, OutlineArgument>()
  for (const { keyword, rest, line } of instructionsOf(dockerfile)) {
    if (keyword === 'FROM') {
      const words = rest.split(/\s+/).filter((word) => !word.startsWith('--'))
      const named = words.length === 3 && words[1]?.toUpperCase() === 'AS'
      stages.push({ name: named ? (words[2] ?? '').toLowerCase() : '', base: words[0] ?? '', line })
    } else if (keyword === 'ARG') {
      for (const argument of argumentsIn(rest, line)) {
        const known = args.get(argument.name)
        if (known === undefined || (known.value === null && argument.value !== null)) {
          args.set(argument.name, argument)
        }
      }
    }
  }
  return { stages, args: [...args.values()].filter(({ name }) => !GIVEN.test(name)) }
}

/** `A=1 B="two words" C` */
function argumentsIn(rest: string, line: number): OutlineArgument[] {
  const words = rest.match(/(?:[^\s"'\\]|\\.|"(?:[^"\\]|\\.)*"|'[^']*')+/g) ?? []
  return words.flatMap((word) => {
    const at = word.indexOf('=')
    const name = at < 0 ? word : word.slice(0, at)
    if (!/^[A-Za-z_]\w*$/.test(name)) return []
    return [{ name, value: at < 0 ? null : unquoted(word.slice(at + 1)), line }]
  })
}

function unquoted(value: string): string {
  return value.replace(
    /"((?:[^"\\]|\\.)*)"|'([^']*)'|\\(.)/g,
    (_, double?: string, single?: string, one?: string) =>
      double === undefined ? (single ?? one ?? '') : double.replace(/\\(["\\$])/g, '$1')
  )
}

/** In the order of the file; `line` is the one it begins at, from 1. */
export function* instructionsOf(dockerfile: string): Generator<Instruction> {
  const lines = dockerfile.replace(/^\ufeff/, '').split(/\r?\n/)
  const escape = escapeOf(lines)
  let at = 0
  while (at < lines.length) {
    let line = 0
    let text = ''
    let more = true
    while (more && at < lines.length) {
      const current = lines[at++] ?? ''
      if (/^\s*#/.test(current) || current.trim() === '') continue
      if (line === 0) line = at
      const continued = new RegExp(`${escape === '`' ? '`' : '\\\\'}[ \\t]*$`).exec(current)
      text += continued === null ? current : current.slice(0, continued.index)
      more = continued !== null
    }
    const [, keyword = '', rest = ''] = /^\s*([A-Za-z]+)\s+([\s\S]*)$/.exec(text) ?? []
    const instruction = keyword.toUpperCase()
    if (['RUN', 'COPY', 'ADD'].includes(instruction)) at = afterHeredocs(lines, at, rest)
    if (instruction !== '') yield { keyword: instruction, rest: rest.trim(), line }
  }
}

/** `# escape=` counts only at the very beginning, among other directives. */
function escapeOf(lines: readonly string[]): '\\' | '`' {
  for (const line of lines) {
    const directive = /^\s*#\s*([A-Za-z]+)\s*=\s*(\S*)\s*$/.exec(line)
    if (directive === null) return '\\'
    if (directive[1]?.toLowerCase() === 'escape') return directive[2] === '`' ? '`' : '\\'
  }
  return '\\'
}

function afterHeredocs(lines: readonly string[], from: number, rest: string): number {
  let at = from
  for (const [, dash, , word] of rest.matchAll(HEREDOC)) {
    const end = lines.findIndex(
      (line, index) => index >= at && (dash === '-' ? line.replace(/^\t+/, '') : line) === word
    )
    if (end >= 0) at = end + 1
  }
  return at
}
