/**
 * The two verbs of the contract: a call has one answer, a stream has many items until it ends or is closed.
 * The page's Api is derived from a contract by the mapped types below, main's Handlers by those in main/ipc/handler.ts;
 * nobody writes either by hand.
 */
import { z } from 'zod'

/**
 * How a stream's items may be thinned while the page is slow.
 *
 * - `lossless`: every item arrives, the producer waits (logs, output).
 * - `latest`: only the newest item waits, older ones are dropped (samples, progress).
 * - `state`: one item at a time, the producer merges what comes meanwhile (snapshot and patches).
 */
export type Delivery = 'lossless' | 'latest' | 'state'

export interface CallSpec<P extends z.ZodType = z.ZodType, R extends z.ZodType = z.ZodType> {
  readonly kind: 'call'
  readonly params: P
  readonly result: R
}

export interface StreamSpec<
  P extends z.ZodType = z.ZodType,
  I extends z.ZodType = z.ZodType,
  N extends z.ZodType = z.ZodType,
  E extends z.ZodType = z.ZodType
> {
  readonly kind: 'stream'
  readonly params: P
  readonly item: I
  /** What the page may send while the stream is open. */
  readonly input: N
  /** The value a stream ends with. */
  readonly end: E
  readonly delivery: Delivery
  /** How many bytes of byte items may be under way unacknowledged, where the usual window is too large. */
  readonly windowBytes?: number | undefined
}

/** For calls and streams that take nothing. */
export const nothing = z.undefined()

export function call<R extends z.ZodType, P extends z.ZodType = typeof nothing>(spec: {
  readonly params?: P
  readonly result: R
}): CallSpec<P, R> {
  return { kind: 'call', params: spec.params ?? (nothing as unknown as P), result: spec.result }
}

export function stream<
  I extends z.ZodType,
  P extends z.ZodType = typeof nothing,
  N extends z.ZodType = z.ZodNever,
  E extends z.ZodType = z.ZodVoid
>(spec: {
  readonly params?: P
  readonly item: I
  readonly input?: N
  readonly end?: E
  readonly delivery: Delivery
  readonly windowBytes?: number
}): StreamSpec<P, I, N, E> {
  return {
    kind: 'stream',
    params: spec.params ?? (nothing as unknown as P),
    item: spec.item,
    input: spec.input ?? (z.never() as unknown as N),
    end: spec.end ?? (z.void() as unknown as E),
    delivery: spec.delivery,
    windowBytes: spec.windowBytes
  }
}

export type Spec = CallSpec | StreamSpec
/** One file of the contract: a noun's calls and streams. */
export type Noun = Readonly<Record<string, Spec>>
export type Contract = Readonly<Record<string, Noun>>

/** An open stream in the page. Iterate it for its items; leaving the loop closes it, and closing is cancelling. */
export interface Stream<I, N, E> extends AsyncIterable<I> {
  send(input: N): void
  close(): void
  /** Resolves with the end value; rejects with the AppError the stream failed with. Pending for ever once closed here. */
  readonly done: Promise<E>
}

type Params<P> = [P] extends [undefined] ? [] : [params: P]

/** The page's side of one call or stream. */
export type Method<S> =
  S extends CallSpec<infer P, infer R>
    ? (...params: Params<z.input<P>>) => Promise<z.output<R>>
    : S extends StreamSpec<infer P, infer I, infer N, infer E>
      ? (...params: Params<z.input<P>>) => Stream<z.output<I>, z.input<N>, z.output<E>>
      : never

/** The page's side of a whole contract. */
export type Api<C> = { readonly [N in keyof C]: { readonly [M in keyof C[N]]: Method<C[N][M]> } }
