/**
 * Reading what Go prints when dockerd crashes: one line that says why, the stack of the goroutine that did it, and then
 * hundreds of lines about the others. Pure; used by failures.ts and runner.ts.
 */

const FIRST = /^(?:panic: |fatal error: |unexpected fault address|\[signal )/
/** What led to it, in lines before the first one. */
const BEFORE = 10
/** The stack of the goroutine that crashed ends at the first empty line, or here when the log has none. */
const STACK_LINES = 60

/** The last `count` lines; after a crash those around its first line, because the last ones are about something else. */
export function tellingLines(lines: readonly string[], count: number): readonly string[] {
  const first = lines.findIndex((line) => FIRST.test(line))
  if (first < 0 || lines.length - first <= count - BEFORE) return lines.slice(-count)
  const from = Math.max(0, first - BEFORE)
  return lines.slice(from, from + count)
}

interface Part {
  readonly pattern: RegExp
  /** Below the engine's data root. */
  readonly file: string
  /** What moving it aside costs. */
  readonly cost: string
}

/** Which of the engine's files a crash was in, by the code that was reading it. Innermost frame first. */
const PARTS: readonly Part[] = [
  {
    pattern: /is not valid UTF-8/,
    file: 'engine-id',
    cost: 'the engine makes a new id'
  },
  {
    pattern: /\/libnetwork\/|\/docker\/daemon\/libnetwork/,
    file: 'network/files/local-kv.db',
    cost: 'networks you made are lost and have to be made again'
  },
  {
    pattern: /docker\/volume\/|\/daemon\/volume\//,
    file: 'volumes/metadata.db',
    cost: 'volumes are found again'
  },
  {
    pattern: /moby\/buildkit|builder-next/,
    file: 'buildkit',
    cost: 'the build cache is lost'
  }
]

/** The file that was being read when dockerd crashed; null when the stack does not tell. */
export function damagedPart(lines: readonly string[]): Omit<Part, 'pattern'> | null {
  const first = lines.findIndex((line) => FIRST.test(line))
  if (first < 0) return null
  for (const line of lines.slice(first, first + STACK_LINES)) {
    const part = PARTS.find(({ pattern }) => pattern.test(line))
    if (part !== undefined) return { file: part.file, cost: part.cost }
  }
  return null
}
