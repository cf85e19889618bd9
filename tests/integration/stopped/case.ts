/** A container that fails, and what "Why it stopped" has to say of it. */
import type { StopReport } from '@shared/contract/stop-report'
import type { TestEngine } from '../engine-fixture'

export interface Case {
  /** The rule that has to find it. */
  readonly cause: string
  /** Words the sentence has to hold. */
  readonly says: RegExp
  /** `docker create` arguments from the options to the command; the image is in between. */
  readonly options?: readonly string[]
  readonly image?: string
  readonly command?: readonly string[]
  /** Before it is created, between creating and starting, and once it was started. */
  readonly prepare?: (engine: TestEngine, name: string) => Promise<unknown>
  readonly between?: (engine: TestEngine, name: string) => Promise<unknown>
  readonly then?: (engine: TestEngine, name: string) => Promise<unknown>
  /** More about the report. */
  readonly expect?: Partial<StopReport>
  /** A button or command it has to offer: an action's type, or `command`. */
  readonly offers?: string
}
