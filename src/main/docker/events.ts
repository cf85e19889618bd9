/**
 * The engine's event stream (`GET /events`). Opened by resources/session once per engine run, before anything is listed.
 */
import { z } from 'zod'
import { withSignal, type DockerClient } from './client'
import { jsonLines } from './jsonl'

/** One event; `status`, `id` and `from` are gone since API 1.52, so only these are read. */
export interface EngineEvent {
  readonly type: string
  /** The verb alone: what follows a colon (`health_status: healthy`, `exec_start: sh`) is cut off. */
  readonly action: string
  readonly id: string
  readonly attributes: Readonly<Record<string, string>>
}

const Message = z.object({
  Type: z.string(),
  Action: z.string(),
  Actor: z
    .object({ ID: z.string().optional(), Attributes: z.record(z.string(), z.string()).nullish() })
    .optional()
})

/**
 * Opens the stream; resolves when the engine has accepted it. The engine subscribes just after it answers, so the second of
 * the ping is replayed (`since`, by the engine's clock): nothing that happens between the ping and a list can be missed.
 */
export async function openEvents(
  client: DockerClient,
  signal: AbortSignal
): Promise<AsyncGenerator<EngineEvent, void, undefined>> {
  const since = client.connectedAtSeconds
  const reply = await client.docker.getEvents(withSignal(since === null ? {} : { since }, signal))
  return readEvents(reply as AsyncIterable<Uint8Array> & NodeJS.ReadableStream)
}

async function* readEvents(source: AsyncIterable<Uint8Array>): AsyncGenerator<EngineEvent, void, undefined> {
  for await (const value of jsonLines(source)) {
    const message = Message.safeParse(value)
    if (!message.success) continue
    const { Type, Action, Actor } = message.data
    yield {
      type: Type,
      action: Action.split(':', 1)[0] ?? Action,
      id: Actor?.ID ?? '',
      attributes: Actor?.Attributes ?? {}
    }
  }
}
