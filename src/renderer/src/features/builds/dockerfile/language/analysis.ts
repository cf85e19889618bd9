/** All that is read out of a Dockerfile at once, off the page's thread. */
import { stagesOf } from '@shared/docker/dockerfile-stages'
import type { Analysis } from './analysis-types'
import { BUILDKIT_RULES, lint, skippedRules } from './lint'

export function analyse(text: string): Analysis {
  return {
    findings: lint(text),
    stages: stagesOf(text),
    buildkitRules: BUILDKIT_RULES,
    warningsAreErrors: skippedRules(text).error
  }
}
