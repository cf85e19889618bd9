/**
 * One entry of an image's history, as the instruction it came from. Builders write it in forms of their own: the classic
 * builder (`/bin/sh -c #(nop) CMD ["sh"]`), BuildKit (`RUN /bin/sh -c make # buildkit`), buildah (as the classic one). Pure.
 */

export interface HistoryStep {
  /** `RUN`, `COPY` …; empty for a form nobody here knows. */
  readonly keyword: string
  /** What follows the keyword, without the builder's marks; lines of a heredoc are kept. */
  readonly rest: string
}

export const KEYWORDS = [
  'ADD',
  'ARG',
  'CMD',
  'COPY',
  'ENTRYPOINT',
  'ENV',
  'EXPOSE',
  'HEALTHCHECK',
  'LABEL',
  'MAINTAINER',
  'ONBUILD',
  'RUN',
  'SHELL',
  'STOPSIGNAL',
  'USER',
  'VOLUME',
  'WORKDIR'
]

export const DEFAULT_SHELL = ['/bin/sh', '-c']
const SHELLS = [DEFAULT_SHELL, ['cmd', '/S', '/C'], ['powershell', '-Command']]

const NOP = /^[^\n]*?#\(nop\)\s*([A-Z]+)(?:\s+|$)([\s\S]*)$/
const INSTRUCTION = /^([A-Z]+)(?:\s+|$)([\s\S]*)$/

export function historyStep(createdBy: string): HistoryStep {
  const text = createdBy.replaceAll('\r\n', '\n').replace(/\s*# buildkit\s*$/, '')
  const nop = NOP.exec(text)
  if (nop !== null && KEYWORDS.includes(nop[1] ?? ''))
    return { keyword: nop[1] ?? '', rest: (nop[2] ?? '').trim() }
  const [, keyword = '', rest = ''] = INSTRUCTION.exec(text) ?? []
  if (KEYWORDS.includes(keyword)) return { keyword, rest: rest.trim() }
  if (/^\|\d+ /.test(text) || SHELLS.some((shell) => text.startsWith(`${shell.join(' ')} `))) {
    return { keyword: 'RUN', rest: text.trim() }
  }
  return { keyword: '', rest: text.trim() }
}

export interface RunStep {
  /** Build arguments in force, as `|2 A=1 B=2` lists them. */
  readonly args: readonly (readonly [name: string, value: string])[]
  readonly command: string
  /** It ran without a shell: `RUN ["make", "all"]`. */
  readonly exec: boolean
}

/** Takes a RUN apart: build arguments, the shell that is in force, the command. */
export function runStep(rest: string, shell: readonly string[] = DEFAULT_SHELL): RunStep {
  const prefixes = [shell, ...SHELLS].map((words) => `${words.join(' ')} `)
  const counted = /^\|(\d+) /.exec(rest)
  const text = counted === null ? rest : rest.slice(counted[0].length)
  if (counted === null) {
    const prefix = prefixes.find((candidate) => text.startsWith(candidate))
    return prefix === undefined
      ? { args: [], command: text.trim(), exec: true }
      : { args: [], command: text.slice(prefix.length).trim(), exec: false }
  }
  const places = prefixes
    .map((prefix) => ({ prefix, at: text.startsWith(prefix) ? 0 : text.indexOf(` ${prefix}`) + 1 }))
    .filter(({ prefix, at }) => text.startsWith(prefix, at))
  const place = places.sort((a, b) => a.at - b.at)[0]
  const count = Number(counted[1])
  if (place !== undefined) {
    const args = argsIn(text.slice(0, place.at).trim(), count)
    return { args, command: text.slice(place.at + place.prefix.length).trim(), exec: false }
  }
  const words = text.split(' ')
  return {
    args: argsIn(words.slice(0, count).join(' '), count),
    command: words.slice(count).join(' '),
    exec: true
  }
}

/** `A=1 B=two words` → pairs; what looks like more names than there are belongs to the last value. */
function argsIn(text: string, count: number): [string, string][] {
  const parts = text === '' ? [] : text.split(/ (?=[A-Za-z_]\w*=)/)
  const kept = [...parts.slice(0, Math.max(0, count - 1)), parts.slice(Math.max(0, count - 1)).join(' ')]
  return kept
    .filter((part) => part.includes('='))
    .map((part) => [part.slice(0, part.indexOf('=')), part.slice(part.indexOf('=') + 1)])
}

/**
 * The words of a list as builders print them: `["sh" "-c" "a b"]` (Go's %q), `["sh","-c"]` (JSON), or `[sh -c]`.
 * null when it is no list.
 */
export function listIn(text: string): string[] | null {
  const inner = /^\[([\s\S]*)\]$/.exec(text.trim())?.[1]
  if (inner === undefined) return null
  if (!inner.includes('"')) return inner.split(/[\s,]+/).filter((word) => word !== '')
  const words = inner.match(/"(?:[^"\\]|\\[\s\S])*"/g) ?? []
  return words.map(unquoted)
}

/** A string as Go quotes it; its escapes are JSON's and a few more. */
function unquoted(quoted: string): string {
  const simple: Readonly<Record<string, string>> = {
    n: '\n',
    t: '\t',
    r: '\r',
    a: '\u0007',
    b: '\b',
    f: '\f',
    v: '\v'
  }
  return quoted
    .slice(1, -1)
    .replace(/\\(x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|[\s\S])/g, (_, escape: string) => {
      if (escape.length === 1) return simple[escape] ?? escape
      const code = parseInt(escape.slice(1), 16)
      return code > 0x10ffff ? '\ufffd' : String.fromCodePoint(code)
    })
}

/**
 * Pairs of ENV and LABEL, which most builders print without quotes: `A=b c D=e`. `known` are the names the image really has;
 * a word that looks like a name and is none belongs to the value before it. A value in quotes ends where they end, when
 * another pair or nothing follows.
 */
export function pairsIn(text: string, known: (name: string) => boolean): [string, string][] {
  const pairs: [string, string][] = []
  const start = /\s*([^\s="]+)=/y
  let at = 0
  for (let match = start.exec(text); match !== null; match = start.exec(text)) {
    const value = start.lastIndex
    const end = quotedEnd(text, value) ?? plainEnd(text, value, known)
    pairs.push([match[1] ?? '', stripQuotes(text.slice(value, end).trim())])
    at = end
    start.lastIndex = end
  }
  if (at > 0) return pairs
  // The form of old: `ENV NAME the whole rest`.
  const old = /^(\S+)\s+([\s\S]+)$/.exec(text)
  return old === null ? [] : [[old[1] ?? '', old[2] ?? '']]
}

/** Where a value in quotes ends; null when what stands there is none. */
function quotedEnd(text: string, from: number): number | null {
  const quotes = /"(?:[^"\\]|\\[\s\S])*"(?=\s*$|\s+[^\s="]+=)/y
  quotes.lastIndex = from
  return quotes.test(text) ? quotes.lastIndex : null
}

/** Where the next name begins that the image has. */
function plainEnd(text: string, from: number, known: (name: string) => boolean): number {
  const next = /\s([^\s="]+)=/g
  next.lastIndex = from
  for (let match = next.exec(text); match !== null; match = next.exec(text)) {
    if (known(match[1] ?? '')) return match.index
  }
  return text.length
}

function stripQuotes(value: string): string {
  return /^"(?:[^"\\]|\\.)*"$/.test(value) ? unquoted(value) : value
}
