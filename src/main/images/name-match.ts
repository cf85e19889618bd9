/**
 * What a search looks for: a part of a name, a part of a path, or a pattern with `*`, `**`, `?` and `[a-z]`. Pure. No regular
 * expressions: a hostile pattern costs at most its length times the name's.
 */

export interface NameMatch {
  /** A name that can be the last one of a match. Asked once for every different name. */
  readonly name: (name: string) => boolean
  /** The whole path (`/usr/lib/x`), when the name alone does not decide; null when it does. */
  readonly path: ((path: string) => boolean) | null
}

/** Letters count the same whatever their case. A query with a slash is about paths, one without about names. */
export function nameMatch(query: string): NameMatch {
  const wanted = query.trim().toLowerCase()
  const slash = wanted.lastIndexOf('/')
  const last = wanted.slice(slash + 1)
  if (!/[*?[]/.test(wanted)) {
    if (slash < 0) return { name: (name) => name.toLowerCase().includes(wanted), path: null }
    const path = (text: string): boolean => text.toLowerCase().includes(wanted)
    return { name: (name) => name.toLowerCase().startsWith(last), path }
  }
  if (slash < 0) return { name: (name) => globMatches(wanted, name.toLowerCase()), path: null }
  const rooted = wanted.startsWith('/')
  const segments = wanted.split('/').filter((segment) => segment !== '')
  const pattern = rooted ? segments : ['**', ...segments]
  const path = (text: string): boolean => pathMatches(pattern, text.toLowerCase().slice(1).split('/'))
  const final = segments.at(-1) ?? '**'
  return { name: (name) => final === '**' || globMatches(final, name.toLowerCase()), path }
}

/** Whether one name fits a pattern. */
export function globMatches(pattern: string, name: string): boolean {
  let p = 0
  let n = 0
  let star = -1
  let mark = 0
  while (n < name.length) {
    const next = p < pattern.length && pattern[p] !== '*' ? oneMatches(pattern, p, name[n] as string) : 0
    if (next > 0) {
      p = next
      n += 1
    } else if (pattern[p] === '*') {
      star = p
      mark = n
      p += 1
    } else if (star >= 0) {
      // The last star takes one character more.
      p = star + 1
      mark += 1
      n = mark
    } else return false
  }
  while (pattern[p] === '*') p += 1
  return p === pattern.length
}

/** Where the pattern goes on after it has matched one character at `p`; 0 when it does not match. */
function oneMatches(pattern: string, p: number, character: string): number {
  if (pattern[p] === '?') return p + 1
  const close = pattern[p] === '[' ? pattern.indexOf(']', p + 2) : -1
  if (close < 0) return pattern[p] === character ? p + 1 : 0
  const negated = pattern[p + 1] === '!' || pattern[p + 1] === '^'
  let inside = false
  for (let i = p + (negated ? 2 : 1); i < close; i++) {
    if (pattern[i + 1] === '-' && i + 2 < close) {
      inside ||= (pattern[i] as string) <= character && character <= (pattern[i + 2] as string)
      i += 2
    } else inside ||= pattern[i] === character
  }
  return inside === negated ? 0 : close + 1
}

/** Whether names fit patterns one by one; `**` stands for any number of names. */
function pathMatches(patterns: readonly string[], names: readonly string[]): boolean {
  let p = 0
  let n = 0
  let star = -1
  let mark = 0
  while (n < names.length) {
    const pattern = patterns[p]
    if (pattern === '**') {
      star = p
      mark = n
      p += 1
    } else if (pattern !== undefined && globMatches(pattern, names[n] as string)) {
      p += 1
      n += 1
    } else if (star >= 0) {
      p = star + 1
      mark += 1
      n = mark
    } else return false
  }
  while (patterns[p] === '**') p += 1
  return p === patterns.length
}
