/** What carries a build out: buildx, or an engine that has no BuildKit. Implemented beside; used by build-run.ts. */
import type { SolveStatus } from '@shared/builds/solve-status'
import type { BuildInput } from '@shared/contract/builds'

export interface BuildJob {
  /** The build's own. */
  readonly id: string
  readonly input: BuildInput
  /** Of variables that the input's secrets name. */
  readonly secretValues: Readonly<Record<string, string>>
}

export interface BuildEnd {
  /** null: it was ended from outside. */
  readonly exitCode: number | null
  /** BuildKit's reference; empty for none. */
  readonly ref: string
  /** A digest or an image id; empty for none. */
  readonly imageId: string
}

/** Told what happens as it does. */
export interface BuildEars {
  onStatus(status: SolveStatus): void
  /** A line that is about no step. */
  onLine(line: string): void
  /** Files of the context that come over empty if they are copied. */
  onUnreadable(paths: readonly string[]): void
}

export interface BuildProgram {
  /**
   * Resolves once the build has ended, however it did; aborting stops it.
   *
   * @throws AppError when it cannot begin
   */
  run(job: BuildJob, ears: BuildEars, signal: AbortSignal): Promise<BuildEnd>
}
