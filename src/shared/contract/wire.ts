/**
 * What travels between preload and main, and over a stream's port. Names of methods are `noun.verb`.
 * The page owns the channel of a stream: closing its port cancels the work, so there are no ids to keep.
 */
import type { PlainError } from '../errors'

/** The only two Electron channels there are. */
export const CALL_CHANNEL = 'call'
export const STREAM_CHANNEL = 'stream'

/** The `type` of the window message that hands a stream's port from the page to preload. */
export const OPEN_STREAM = 'quayside:open-stream'

/** Parameters over this size are refused: files travel by path, never by value. Bytes of text, counted at two a character. */
export const MAX_PARAMS_BYTES = 1024 * 1024

/** Why preload kept the parameters back. */
export type Refusal = 'too-large'

export type CallReply =
  { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly error: PlainError }

/** What the page posts to open a stream; the port travels beside it. */
export interface OpenStream {
  readonly type: typeof OPEN_STREAM
  readonly name: string
  readonly params: unknown
}

/** Main to page. */
export type DownFrame =
  | { readonly type: 'next'; readonly items: readonly unknown[] }
  | { readonly type: 'end'; readonly value: unknown }
  | { readonly type: 'error'; readonly error: PlainError }

/** Page to main. `ack` says how many items the page's loop is done with. */
export type UpFrame =
  { readonly type: 'ack'; readonly items: number } | { readonly type: 'input'; readonly value: unknown }

/** What preload puts into the page's world: one function. */
export interface Bridge {
  call(name: string, params: unknown): Promise<CallReply>
}
