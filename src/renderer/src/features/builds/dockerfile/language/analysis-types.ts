/** What the thread answers; apart from what reads, so that the page does not load the linter. */
import type { DockerfileStage } from '@shared/docker/dockerfile-stages'
import type { Finding } from './finding'

export interface Analysis {
  readonly findings: readonly Finding[]
  readonly stages: readonly DockerfileStage[]
  /** Rules on which BuildKit's own word counts. */
  readonly buildkitRules: ReadonlySet<string>
  /** `# check=error=true`: a warning fails the build. */
  readonly warningsAreErrors: boolean
}

export const NO_ANALYSIS: Analysis = {
  findings: [],
  stages: [],
  buildkitRules: new Set(),
  warningsAreErrors: false
}
