/**
 * Terminals: processes run in a container beside its own (`docker exec`), and its own terminal (`docker attach`). A session
 * belongs to main and goes on while no page shows it; a page that shows one says how much of its output it has already.
 */
import { z } from 'zod'
import { changeOf } from './changes'
import { ContainerId } from './containers'
import { call, stream } from './dsl'

/** Rows and columns the engine takes; anything else is brought into this range. */
export const SIZE_LIMIT = 1000

const bytes = z.instanceof(Uint8Array<ArrayBuffer>)
const side = z.number().transform((value) => clampSide(value))

/** The size of a terminal, in characters. */
export const TerminalSize = z.object({ columns: side, rows: side })
export type TerminalSize = z.output<typeof TerminalSize>

/** One side of a terminal as the engine takes it: a whole number from 1 to {@link SIZE_LIMIT}. */
export function clampSide(value: number): number {
  return Number.isNaN(value) ? 1 : Math.min(SIZE_LIMIT, Math.max(1, Math.floor(value)))
}

/** The form of a new terminal, in the words of `docker exec`. */
export const ExecOptions = z.object({
  id: ContainerId,
  command: z.array(z.string().max(131072)).min(1).max(1000),
  /** `user[:group]`, names or numbers; empty: the container's own. */
  user: z.string().max(512),
  /** Empty: the container's own. */
  workingDir: z.string().max(4096),
  /** `KEY=value`. */
  env: z.array(z.string().max(131072)).max(1000),
  size: TerminalSize
})
export type ExecOptions = z.output<typeof ExecOptions>

/** How a session ended. */
export const SessionEnd = z.object({
  /**
   * `exited`: by itself or because it was asked to. `container-stopped`: its container went away under it. `detached`: it
   * goes on without being shown. `lost`: the connection to the engine broke off.
   */
  reason: z.enum(['exited', 'container-stopped', 'detached', 'lost']),
  /** null where the engine does not know it. */
  exitCode: z.number().int().nullable(),
  /** One sentence: what happened. */
  message: z.string(),
  /** What it means or what to do; null when there is nothing to add. */
  hint: z.string().nullable()
})
export type SessionEnd = z.output<typeof SessionEnd>

/** One terminal, running or ended. Its environment stays in main: that is where passwords are. */
export const TerminalSession = z.object({
  Id: z.string(),
  containerId: z.string(),
  kind: z.enum(['exec', 'attach']),
  /** Short and unique in its container, for example `bash 2`. */
  name: z.string(),
  command: z.array(z.string()),
  user: z.string(),
  workingDir: z.string(),
  /** False when it takes no input. */
  input: z.boolean(),
  /** Whether a terminal line (tty) is between program and screen; without one there is no echo and no size. */
  tty: z.boolean(),
  /** Milliseconds since the epoch. */
  startedAt: z.number(),
  /** null while it runs. */
  end: SessionEnd.nullable()
})
export type TerminalSession = z.output<typeof TerminalSession>

const sessionId = z.object({ sessionId: z.string().max(64) })
const opened = z.object({ sessionId: z.string() })

/**
 * What a shown session sends: bytes, and around those that were there before it was shown a `replay` and a `live`.
 * `at` is where the next byte is in all the session ever wrote: unless the page ended there, its screen is out of date and
 * has to be cleared. `modes` are the terminal modes set before that. Answers a terminal gives by itself (CSI 6n) are not to
 * be given until `live`: whoever asked for them is gone. `skipped` leaves out what was still to come when the user
 * interrupted a flood: the next byte is at `at`, on a new line.
 */
export const SessionOutput = z.union([
  bytes,
  z.object({ type: z.literal('replay'), at: z.number(), modes: z.string() }),
  z.object({ type: z.literal('live') }),
  z.object({ type: z.literal('skipped'), at: z.number(), modes: z.string() })
])
export type SessionOutput = z.output<typeof SessionOutput>

export const exec = {
  /** The shells of a container, the one to prefer first; empty when its image has none. Runs nothing in it. */
  shells: call({ params: z.object({ id: ContainerId }), result: z.array(z.string()) }),
  watch: stream({ item: changeOf(TerminalSession), delivery: 'state' }),
  open: call({ params: ExecOptions, result: opened }),
  /** The terminal of the container's own process. */
  attach: call({ params: z.object({ id: ContainerId, size: TerminalSize }), result: opened }),
  /** The same once more, in place of the one that ended. */
  again: call({ params: sessionId.extend({ size: TerminalSize }), result: opened }),
  /** Ends what runs in it, for an attached one only the connection, and takes it off the list. */
  close: call({ params: sessionId, result: z.void() }),
  /** Opens a web address that a program printed, once the user has said so. */
  openLink: call({ params: z.object({ url: z.string().max(8192) }), result: z.void() }),
  /**
   * Shows a session; `from` is how many bytes of it the page has. One page at a time: a second one ends the first with
   * null. The window is small, so that little is still to be shown when a program is interrupted.
   */
  session: stream({
    params: sessionId.extend({ from: z.number().int().min(0) }),
    item: SessionOutput,
    input: z.union([bytes, TerminalSize]),
    end: SessionEnd.nullable(),
    delivery: 'lossless',
    windowBytes: 32 * 1024
  })
}
