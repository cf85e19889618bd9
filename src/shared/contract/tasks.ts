/** Long work that goes on in main whatever page is open: loading an image, pulling one. */
import { z } from 'zod'
import { changeOf } from './changes'
import { call, stream } from './dsl'

export const Task = z.object({
  Id: z.string(),
  /** The sentence a progress bar is named by, for example "Load nginx.tar". */
  title: z.string(),
  state: z.enum(['running', 'succeeded', 'failed', 'cancelled']),
  /** Bytes or steps; null while the total is unknown. */
  progress: z.object({ current: z.number(), total: z.number() }).nullable(),
  /** The latest word from the engine, or what the work came to. */
  message: z.string(),
  hint: z.string().nullable(),
  /** Milliseconds since the epoch. */
  startedAt: z.number(),
  endedAt: z.number().nullable()
})
export type Task = z.output<typeof Task>

export const tasks = {
  watch: stream({ item: changeOf(Task), delivery: 'state' }),
  cancel: call({ params: z.object({ id: z.string().max(64) }), result: z.void() }),
  /** Takes a finished task off the list. */
  dismiss: call({ params: z.object({ id: z.string().max(64) }), result: z.void() })
}
