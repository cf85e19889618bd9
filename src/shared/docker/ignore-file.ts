/**
 * A `.dockerignore` as moby reads it (moby/patternmatcher): which paths of a context it leaves out. The last pattern that
 * matches a path or a folder above it decides. Pure; paths are relative, with slashes.
 */

export interface IgnorePattern {
  readonly keeps: boolean
  readonly text: string
  readonly matches: (path: string) => boolean
}

export interface IgnoreRules {
  readonly patterns: readonly IgnorePattern[]
  /** Some pattern begins with `!`: a folder that is left out may hold what is not. */
  readonly anyKept: boolean
  readonly problem: string | null
}

/** The file's lines as patterns; a broken one is told, as the CLI refuses to build with it. */
export function ignoreRules(file: string): IgnoreRules {
  const patterns: IgnorePattern[] = []
  for (const [index, line] of file
    .replace(/^\ufeff/, '')
    .split(/\r?\n/)
    .entries()) {
    if (line.startsWith('#')) continue
    const trimmed = line.trim()
    if (trimmed === '') continue
    const keeps = trimmed.startsWith('!')
    const text = cleaned(keeps ? trimmed.slice(1).trim() : trimmed)
    if (keeps && text === '') return broken(`Line ${index + 1} of the ignore file is a lone “!”.`)
    const matches = matcher(text)
    if (matches === null) return broken(`Line ${index + 1} of the ignore file is no pattern: ${trimmed}`)
    patterns.push({ keeps, text, matches })
  }
  return { patterns, anyKept: patterns.some(({ keeps }) => keeps), problem: null }
}

const broken = (problem: string): IgnoreRules => ({ patterns: [], anyKept: false, problem })

export function isIgnored({ patterns }: IgnoreRules, path: string): boolean {
  const parts = path.split('/')
  const paths = parts.map((_, index) => parts.slice(0, index + 1).join('/'))
  let ignored = false
  for (const { keeps, matches } of patterns) {
    if (keeps !== ignored) continue
    if (paths.some(matches)) ignored = !keeps
  }
  return ignored
}

/** Go's filepath.Clean, and the leading slash of an absolute path away. */
function cleaned(pattern: string): string {
  if (pattern === '') return ''
  const rooted = pattern.startsWith('/')
  const parts: string[] = []
  for (const part of pattern.split('/')) {
    if (part === '' || part === '.') continue
    if (part !== '..') parts.push(part)
    else if (parts.length > 0 && parts.at(-1) !== '..') parts.pop()
    else if (!rooted) parts.push('..')
  }
  return parts.join('/') || (rooted ? '/' : '.')
}

/** null for a pattern that Go's filepath.Match refuses. */
function matcher(pattern: string): ((path: string) => boolean) | null {
  if (/\[\^?\]/.test(pattern) || /(?:^|[^\\])\[[^\]]*$/.test(pattern)) return null
  try {
    const expression = new RegExp(expressionOf(pattern), 'su')
    return (path) => expression.test(path)
  } catch {
    return null
  }
}

function expressionOf(pattern: string): string {
  const chars = Array.from(pattern)
  let source = '^'
  for (let at = 0; at < chars.length; at += 1) {
    const char = chars[at] as string
    if (char === '*' && chars[at + 1] === '*') {
      at += 1
      if (chars[at + 1] === '/') at += 1
      source += at + 1 >= chars.length ? '.*' : '(?:.*/)?'
    } else if (char === '*') source += '[^/]*'
    else if (char === '?') source += '[^/]'
    else if (char === '\\' && at + 1 < chars.length) source += escaped(chars[++at] as string)
    else if (char === '[') {
      const end = chars.indexOf(']', at + 2)
      source += classOf(chars.slice(at + 1, end))
      at = end
    } else source += escaped(char)
  }
  return `${source}$`
}

function classOf(chars: readonly string[]): string {
  const negated = chars[0] === '^'
  const members = (negated ? chars.slice(1) : chars).map((char) =>
    /[\\[\]^&]/.test(char) ? `\\${char}` : char
  )
  return `[${negated ? '^' : ''}${members.join('')}]`
}

function escaped(char: string): string {
  return /[\\^$.*+?()[\]{}|/]/.test(char) ? `\\${char}` : char
}
