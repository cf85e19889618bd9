/**
 * A container's log over the Engine API: how it is kept, and the raw byte stream. Called by logs/; frames are split there
 * (logs/framing.ts), because a demultiplexer that hands out streams has no way to wait for its reader.
 */
import type { IncomingMessage } from 'node:http'
import { z } from 'zod'
import { segment, withSignal, type DockerClient } from './client'
import { parseReply } from './rows'

const LogDescription = z.object({
  Config: z.object({ Tty: z.boolean().nullish() }),
  HostConfig: z.object({ LogConfig: z.object({ Type: z.string().nullish() }).nullish() }).nullish()
})

export interface LogOrigin {
  /** A terminal's output comes bare; everything else comes in frames. */
  readonly tty: boolean
  /** The log driver, for example `json-file`; empty when the engine does not say. */
  readonly driver: string
}

/** Drivers that pass lines on and keep none; an engine with its cache of 20.10 may still have them. */
export async function logOrigin(client: DockerClient, id: string, signal: AbortSignal): Promise<LogOrigin> {
  const reply: unknown = await client.docker.getContainer(segment(id)).inspect(withSignal({}, signal))
  const { Config, HostConfig } = parseReply(LogDescription, reply)
  return { tty: Config.Tty === true, driver: HostConfig?.LogConfig?.Type ?? '' }
}

export interface LogRequest {
  /** The engine answers from this moment on: seconds with up to nine decimals; null: from the beginning. */
  readonly since: string | null
  /** Only the last so many lines of what was written before; null: all. */
  readonly tail: number | null
}

/** The log with timestamps, and what is written from now on; not reading from it makes the engine wait. */
export async function openLog(
  client: DockerClient,
  id: string,
  { since, tail }: LogRequest,
  signal: AbortSignal
): Promise<IncomingMessage> {
  const query = new URLSearchParams({ stdout: '1', stderr: '1', timestamps: '1', follow: '1' })
  if (since !== null) query.set('since', since)
  query.set('tail', tail === null ? 'all' : String(tail))
  const path = `/containers/${segment(id)}/logs?${query.toString()}`
  return (await client.request({ path, isStream: true, abortSignal: signal })) as IncomingMessage
}
