/** What `buildx build --call=check,format=json` answers, as findings. Pure. Used by check.ts. */
import { z } from 'zod'
import type { CheckFinding, DockerfileCheck } from '@shared/contract/dockerfiles'
import { oneLine } from '@shared/docker/text'

const MOST_FINDINGS = 500
/** The name for what BuildKit stopped at; it has none. */
export const BUILD_ERROR = 'BuildError'

const Place = z.object({ line: z.number().default(0) })
const Location = z
  .object({ ranges: z.array(z.object({ start: Place, end: Place.optional() })).nullish() })
  .nullish()

const Answer = z.object({
  warnings: z
    .array(
      z.object({
        ruleName: z.string(),
        description: z.string().default(''),
        url: z.string().default(''),
        detail: z.string().default(''),
        location: Location
      })
    )
    .nullish(),
  buildError: z.object({ message: z.string(), location: Location }).nullish()
})

/** null for what is no such answer. */
export function findingsOf(answer: string): Pick<DockerfileCheck, 'findings' | 'stopped'> | null {
  let parsed: z.output<typeof Answer>
  try {
    parsed = Answer.parse(JSON.parse(answer))
  } catch {
    return null
  }
  const warnings = (parsed.warnings ?? [])
    .slice(0, MOST_FINDINGS)
    .map(({ ruleName, description, url, detail, location }): CheckFinding => ({
      rule: oneLine(ruleName),
      message: oneLine(detail || description),
      url,
      severity: 'warning',
      ...linesOf(location)
    }))
  const error = parsed.buildError
  if (error === null || error === undefined) return { findings: warnings, stopped: false }
  const first: CheckFinding = {
    rule: BUILD_ERROR,
    message: oneLine(error.message),
    url: '',
    severity: 'error',
    ...linesOf(error.location)
  }
  return { findings: [first, ...warnings], stopped: true }
}

function linesOf(location: z.output<typeof Location>): Pick<CheckFinding, 'line' | 'endLine'> {
  const [range] = location?.ranges ?? []
  const line = range?.start.line ?? 0
  return { line, endLine: Math.max(line, range?.end?.line ?? line) }
}
