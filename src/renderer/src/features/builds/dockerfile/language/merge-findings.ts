/** The findings of the linter and those of BuildKit as one list, nothing twice. Pure. */
import type { DockerfileCheck } from '@shared/contract/dockerfiles'
import type { Finding } from './finding'
import type { MovedLines } from './moved-lines'

export interface MergeOptions {
  /** The rules that BuildKit tries itself. */
  readonly rules: ReadonlySet<string>
  /** A warning fails the build. */
  readonly errors: boolean
  /** From the text that BuildKit checked to the one that the linter read. */
  readonly lines: MovedLines
}

/**
 * Where BuildKit read the file to its end, its word on its own rules counts, found or not, but for lines changed since.
 * What it could not read is told by the linter too, at the place and not only at the line, so one error a line is enough.
 */
export function mergeFindings(
  typed: readonly Finding[],
  check: Pick<DockerfileCheck, 'findings' | 'stopped'> | null,
  { rules, errors, lines }: MergeOptions
): Finding[] {
  if (check === null) return inOrder(typed)
  const kept = check.stopped
    ? typed
    : typed.filter(({ rule, line }) => !rules.has(rule) || lines.changed(line))
  const wrong = new Set(kept.flatMap(({ severity, line }) => (severity === 'error' ? [line] : [])))
  const typedAt = new Set(kept.map(({ rule, line }) => `${rule} ${line}`))
  // BuildKit may say one rule several times of one line, with different words.
  const told = new Set<string>()
  const own = check.findings.flatMap((found): Finding[] => {
    const { severity } = found
    const line = found.line === 0 ? 0 : lines.moved(found.line)
    if (line === null) return []
    const asError = severity === 'error' || errors
    const finding: Finding = {
      ...found,
      severity: asError ? 'error' : 'warning',
      line: Math.max(1, line),
      endLine: Math.max(1, line + found.endLine - found.line),
      columns: null,
      source: 'buildkit'
    }
    if (severity === 'error' && (wrong.has(finding.line) || (line === 0 && wrong.size > 0))) return []
    const place = `${finding.rule} ${finding.line}`
    if (typedAt.has(place) || told.has(`${place} ${finding.message}`)) return []
    told.add(`${place} ${finding.message}`)
    return [finding]
  })
  return inOrder([...kept, ...own])
}

function inOrder(findings: readonly Finding[]): Finding[] {
  return [...findings].sort(
    (a, b) => a.line - b.line || (a.columns?.from ?? 0) - (b.columns?.from ?? 0) || rank(a) - rank(b)
  )
}

function rank({ severity }: Finding): number {
  return severity === 'error' ? 0 : 1
}
