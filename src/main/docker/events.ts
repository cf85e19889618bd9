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
  /** What follows the colon: `unhealthy`, or the command of an exec; empty when nothing does. */
  readonly detail: string
  readonly id: string
  readonly attributes: Readonly<Record<string, string>>
  /** By the engine's clock: milliseconds since the epoch, with fractions; 0 when it did not say. */
  readonly timeMs: number
}

const Message = z.object({
  Type: z.string(),
  Action: z.string(),
  timeNano: z.number().optional(),
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

/**
 * What the engine still remembers of a container between two moments (seconds since the epoch); it keeps the last 256
 * events of everything, so this may be less than what happened.
 */
export async function pastEvents(
  client: DockerClient,
  container: string,
  since: number,
  until: number,
  signal?: AbortSignal
): Promise<readonly EngineEvent[]> {
  const filters = { type: ['container' as const], container: [container] }
  const reply = await client.docker.getEvents(withSignal({ since, until, filters }, signal))
  const events: EngineEvent[] = []
  for await (const event of readEvents(reply as AsyncIterable<Uint8Array> & NodeJS.ReadableStream))
    events.push(event)
  return events
}

async function* readEvents(source: AsyncIterable<Uint8Array>): AsyncGenerator<EngineEvent, void, undefined> {
  for await (const value of jsonLines(source)) {
    const message = Message.safeParse(value)
    if (!message.success) continue
    const { Type, Action, Actor, timeNano } = message.data
    const colon = Action.indexOf(':')
    yield {
      type: Type,
      action: colon < 0 ? Action : Action.slice(0, colon),
      detail: colon < 0 ? '' : Action.slice(colon + 1).trim(),
      id: Actor?.ID ?? '',
      attributes: Actor?.Attributes ?? {},
      timeMs: (timeNano ?? 0) / 1e6
    }
  }
}
