/** What a session needs of the process it shows, whether it was run for it (exec) or was there before (attach). */
import type { Duplex } from 'node:stream'
import type { SessionEnd } from '@shared/contract/exec'
import type { Size } from '../docker/exec'

export interface Link {
  /** The raw connection: written to, and destroyed to let go of it. */
  readonly socket: Duplex
  /** What is read from it, without frames. Reading it is what lets the process write on. */
  readonly output: AsyncIterable<Uint8Array>
  resize(size: Size): Promise<void>
  /** How it ended, asked once nothing more comes. `tail` is the last of the output. Never fails. */
  outcome(tail: Uint8Array): Promise<SessionEnd>
  /** Asks it to end; resolves when it was asked, and the output then ends by itself. `harder` when it did not the first time. */
  end(harder: boolean): Promise<void>
}

export const lost = (hint: string): SessionEnd => ({
  reason: 'lost',
  exitCode: null,
  message: 'The connection to the engine broke off.',
  hint
})
