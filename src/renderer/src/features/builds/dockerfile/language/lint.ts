/**
 * What can be said of a Dockerfile by reading it, without the engine: dockerfile-utils' findings under the names that
 * BuildKit gives its own rules. Runs in a worker, because a long file takes it seconds.
 */
import { validate, ValidationCode } from 'dockerfile-utils'
import { directivesOf, dockerfileLines, instructionsOf } from '@shared/docker/dockerfile-instructions'
import type { Finding } from './finding'

const RULES = 'https://docs.docker.com/reference/build-checks/'
const REFERENCE = 'https://docs.docker.com/reference/dockerfile/'

/** What both know, under BuildKit's name. */
const SHARED: Readonly<Record<number, string>> = {
  [ValidationCode.CASING_INSTRUCTION]: 'ConsistentInstructionCasing',
  [ValidationCode.DUPLICATE_BUILD_STAGE_NAME]: 'DuplicateStageName',
  [ValidationCode.EMPTY_CONTINUATION_LINE]: 'NoEmptyContinuation',
  [ValidationCode.MULTIPLE_INSTRUCTIONS]: 'MultipleInstructionsDisallowed',
  [ValidationCode.DEPRECATED_MAINTAINER]: 'MaintainerDeprecated',
  [ValidationCode.JSON_IN_SINGLE_QUOTES]: 'JSONArgsRecommended',
  [ValidationCode.WORKDIR_IS_NOT_ABSOLUTE]: 'WorkdirRelativePath',
  [ValidationCode.BASE_NAME_EMPTY]: 'UndefinedArgInFrom'
}

const CASING: number = ValidationCode.CASING_INSTRUCTION

/** BuildKit tries these itself: once it has, its word counts. */
export const BUILDKIT_RULES: ReadonlySet<string> = new Set(Object.values(SHARED))

/** Flags that came after the linter's list was made. */
const KNOWN_FLAGS = /^Unknown flag: (?:unpack|device|keep-git-dir|exclude|parents|start-interval)$/

export function lint(text: string): Finding[] {
  const lines = dockerfileLines(text)
  const skipped = skippedRules(text)
  const lowercase = isLowercase(text)
  const seen = new Set<string>()
  return validate(text).flatMap((found) => {
    const { range, severity } = found
    const message = typeof found.message === 'string' ? found.message : found.message.value
    const code = typeof found.code === 'number' ? found.code : -1
    const shared = SHARED[code]
    const rule = shared ?? ruleName(code)
    const key = `${rule} ${range.start.line} ${range.start.character}`
    const isError = severity === 1
    if (seen.has(key) || (KNOWN_FLAGS.test(message) && isError)) return []
    // BuildKit wants one casing, not the large one.
    if (code === CASING && lowercase) return []
    if (!isError && (skipped.all || skipped.rules.has(rule.toLowerCase()))) return []
    seen.add(key)
    const line = Math.min(range.start.line, lines.length - 1)
    const sameLine = range.start.line === range.end.line
    const finding: Finding = {
      rule,
      message: shortened(message),
      severity: isError || skipped.error ? 'error' : 'warning',
      url: shared === undefined ? REFERENCE : `${RULES}${kebab(shared)}/`,
      line: line + 1,
      endLine: Math.min(range.end.line, lines.length - 1) + 1,
      columns: sameLine ? { from: range.start.character, to: range.end.character } : null,
      source: 'typed'
    }
    return [finding]
  })
}

interface Skipped {
  readonly all: boolean
  readonly rules: ReadonlySet<string>
  /** What remains fails a build. */
  readonly error: boolean
}

/** `# check=skip=JSONArgsRecommended,StageNameCasing;error=true` */
export function skippedRules(text: string): Skipped {
  const check = directivesOf(dockerfileLines(text)).find(({ name }) => name === 'check')?.value ?? ''
  const parts = new Map(
    check.split(';').map((part) => {
      const [name = '', value = ''] = part.split('=')
      return [name.trim().toLowerCase(), value.trim().toLowerCase()] as const
    })
  )
  const rules = new Set((parts.get('skip') ?? '').split(',').map((rule) => rule.trim()))
  return { all: rules.has('all'), rules, error: parts.get('error') === 'true' }
}

function isLowercase(text: string): boolean {
  const lines = dockerfileLines(text)
  for (const { line } of instructionsOf(text)) {
    const [word = ''] = /[A-Za-z]+/.exec(lines[line - 1] ?? '') ?? []
    if (word !== word.toLowerCase()) return false
  }
  return true
}

/** UNKNOWN_COPY_FLAG: UnknownCopyFlag. */
function ruleName(code: number): string {
  return (ValidationCode[code] ?? 'INVALID_SYNTAX')
    .toLowerCase()
    .replace(/(?:^|_)([a-z0-9])/g, (_, letter: string) => letter.toUpperCase())
}

/** JSONArgsRecommended: json-args-recommended. */
export function kebab(rule: string): string {
  return rule
    .replace(/([A-Z]+)([A-Z][a-z])/g, '$1-$2')
    .replace(/([a-z0-9])([A-Z])/g, '$1-$2')
    .toLowerCase()
}

/** Messages hold what was typed, which may be a line of a megabyte. */
function shortened(message: string): string {
  return message.length > 300 ? `${message.slice(0, 299)}…` : message
}
