/** Long work that goes on in main whatever page is open: loading an image, pulling and pushing one. */
import { z } from 'zod'
import { changeOf } from './changes'
import { call, stream } from './dsl'

/** What is known of one layer of an image on its way; the words are those of the docker CLI. */
export const TRANSFER_STATES = [
  'Waiting',
  'Downloading',
  'Verifying',
  'Download complete',
  'Extracting',
  'Pull complete',
  'Already exists',
  'Pushing',
  'Pushed',
  'Layer already exists',
  'Mounted from',
  'Retrying'
] as const

export const TransferLayer = z.object({
  /** The engine's short name of it. */
  id: z.string(),
  state: z.enum(TRANSFER_STATES),
  /** Bytes; `total` 0 while unknown. */
  current: z.number(),
  total: z.number()
})
export type TransferLayer = z.output<typeof TransferLayer>

/** An image on its way between the engine and a registry. */
export const Transfer = z.object({
  layers: z.array(TransferLayer),
  current: z.number(),
  /** Of the layers whose size is known. */
  total: z.number(),
  /** Null until it can be told. */
  bytesPerSecond: z.number().nullable(),
  secondsLeft: z.number().nullable()
})
export type Transfer = z.output<typeof Transfer>

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
  /** Layer by layer, for a pull and a push. */
  transfer: Transfer.nullable(),
  /** Whether it can be tried again after a failure. */
  retryable: z.boolean(),
  /** The registry that refused it for want of a login; null for any other end. */
  wantsLogin: z.string().nullable(),
  /** The page that tells of it while it goes on and when it has ended, such as `/builds/ID`; null for none. */
  page: z.string().nullable(),
  /** Milliseconds since the epoch. */
  startedAt: z.number(),
  endedAt: z.number().nullable()
})
export type Task = z.output<typeof Task>

export const tasks = {
  watch: stream({ item: changeOf(Task), delivery: 'state' }),
  cancel: call({ params: z.object({ id: z.string().max(64) }), result: z.void() }),
  /** Does the work of a failed or cancelled task again, as the same task. */
  retry: call({ params: z.object({ id: z.string().max(64) }), result: z.void() }),
  /** Takes a finished task off the list. */
  dismiss: call({ params: z.object({ id: z.string().max(64) }), result: z.void() })
}
