/** Main's side of the contract, as types. A handler file says `satisfies Handlers['containers']` and the compiler does the rest. */
import type { z } from 'zod'
import type { QuaysideContract } from '@shared/contract'
import type { CallSpec, StreamSpec } from '@shared/contract/dsl'

/** What main gives a handler besides the parameters. */
export interface CallContext {
  /** Aborted when the page that asked goes away. */
  readonly signal: AbortSignal
}

export interface StreamContext<N> extends CallContext {
  /** What the page sends; ends when the page closes the stream. */
  readonly inputs: AsyncIterable<N>
}

/** Main's side of one call or stream. */
export type Handler<S> =
  S extends CallSpec<infer P, infer R>
    ? (params: z.output<P>, context: CallContext) => Promise<z.output<R>>
    : S extends StreamSpec<infer P, infer I, infer N, infer E>
      ? (
          params: z.output<P>,
          context: StreamContext<z.output<N>>
        ) => AsyncGenerator<z.output<I>, z.output<E>, undefined>
      : never

/** Main's side of a whole contract. */
export type HandlersOf<C> = { readonly [N in keyof C]: { readonly [M in keyof C[N]]: Handler<C[N][M]> } }

export type Handlers = HandlersOf<QuaysideContract>
