/**
 * Signals: to a container's main process by the engine itself (`docker kill -s`), to another one of its processes by a
 * shell inside (`docker exec … kill`). Called by handlers/processes.ts.
 */
import type { IncomingMessage } from 'node:http'
import { z } from 'zod'
import { killWords, type Signal } from '@shared/docker/signals'
import { oneLine } from '@shared/docker/text'
import { AppError } from '@shared/errors'
import { segment, withSignal, type DockerClient } from './client'
import { parseReply } from './rows'

const MOST_OUTPUT = 4096
/** What a runtime answers when there is nothing to run by that name. */
const NOT_FOUND = new Set([126, 127])

export async function killContainer(
  client: DockerClient,
  id: string,
  signal: Signal,
  abort?: AbortSignal
): Promise<void> {
  await client.docker.getContainer(segment(id)).kill(withSignal({ signal: `SIG${signal}` }, abort))
}

/** @param pid as the container itself counts. */
export async function killInside(
  client: DockerClient,
  id: string,
  signal: Signal,
  pid: number,
  abort?: AbortSignal
): Promise<void> {
  // With a terminal the output comes without frames; there is one line of it at most.
  const create = { AttachStdout: true, AttachStderr: true, Tty: true, User: '0', Cmd: killWords(signal, pid) }
  const created = await client.request({
    path: `/containers/${segment(id)}/exec`,
    method: 'POST',
    options: { _body: create },
    abortSignal: abort
  })
  const exec = segment(parseReply(z.object({ Id: z.string() }), created).Id)
  const output = await client.request({
    path: `/exec/${exec}/start`,
    method: 'POST',
    options: { _body: { Detach: false, Tty: true } },
    isStream: true,
    abortSignal: abort
  })
  const said = await text(output as IncomingMessage)
  const state = await client.request({ path: `/exec/${exec}/json`, abortSignal: abort })
  const { ExitCode: code } = parseReply(z.object({ ExitCode: z.number().nullish() }), state)
  if (code !== 0) throw refused(code ?? null, said)
}

function refused(code: number | null, said: string): AppError {
  if (code !== null && NOT_FOUND.has(code)) {
    return new AppError('NotImplemented', 'The image has no shell that could send it.', {
      hint: 'Only the main process can be sent a signal here: that is done by the engine.'
    })
  }
  if (/no such process/i.test(said)) {
    return new AppError('NotFound', 'The process has ended.', { hint: 'The list shows those that run now.' })
  }
  const detail = said === '' ? `kill ended with ${code ?? 'no exit code'}` : said
  return new AppError('Forbidden', `The container refused: ${detail}.`, {
    hint: 'Its root may lack the right to send signals (CAP_KILL), or the signal is not known inside.'
  })
}

async function text(source: IncomingMessage): Promise<string> {
  let said = ''
  for await (const chunk of source as AsyncIterable<Buffer>) {
    if (said.length < MOST_OUTPUT) said += chunk.toString('utf8')
  }
  return oneLine(said, 300).replace(/\.$/, '')
}
