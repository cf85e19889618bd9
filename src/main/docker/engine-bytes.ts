/**
 * One GET of the engine as a stream of bytes on a connection of its own. Used where the client of the session is not at
 * hand: in the thread that reads images, so that their bytes never pass the main thread.
 */
import type { EngineEndpoint } from './endpoint'
import { connectionError } from './errors'
import { Transport } from './transport'

/** What to get; plain data that can be sent to a thread. */
export interface EngineBytes {
  readonly endpoint: EngineEndpoint
  /** With the version: `/v1.51/images/sha256:…/get`. */
  readonly path: string
}

/** The engine's answer as it comes. Leaving the loop, or aborting, closes the connection. */
export async function* engineBytes(
  { endpoint, path }: EngineBytes,
  signal: AbortSignal
): AsyncGenerator<Uint8Array, void, undefined> {
  const transport = new Transport(endpoint)
  try {
    const reply = await transport.reply({ path, isStream: true, abortSignal: signal })
    for await (const chunk of reply as AsyncIterable<Buffer>) yield chunk
  } catch (error) {
    signal.throwIfAborted()
    throw connectionError(error)
  } finally {
    transport.dispose()
  }
}
