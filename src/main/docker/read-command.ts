/**
 * Runs a command that only reads inside a running container and collects what it prints. Called by main/files/list-exec.
 * Not a terminal and not for commands of the user: those have streams, inputs and sizes of their own.
 */
import type { IncomingMessage } from 'node:http'
import { z } from 'zod'
import { AppError } from '@shared/errors'
import { segment, withSignal, type DockerClient } from './client'
import { parseReply } from './rows'

export interface CommandResult {
  readonly exitCode: number
  readonly stdout: Buffer
}

const Created = z.object({ Id: z.string() })
const Ended = z.object({ ExitCode: z.number().nullable() })

/** As root, without a terminal, at most `limit` bytes of output. A command that is not there ends with 126 or 127. */
export async function readCommand(
  client: DockerClient,
  id: string,
  command: { readonly argv: readonly string[]; readonly env: readonly string[]; readonly limit: number },
  signal: AbortSignal
): Promise<CommandResult> {
  const created = await post(
    client,
    `/containers/${segment(id)}/exec?`,
    { AttachStdout: true, AttachStderr: false, User: '0', Cmd: command.argv, Env: command.env },
    signal
  )
  const exec = parseReply(Created, created).Id
  const start = {
    path: `/exec/${segment(exec)}/start?`,
    method: 'POST',
    isStream: true,
    options: { _query: {}, _body: { Detach: false, Tty: false } }
  }
  const reply = (await client.request(withSignal(start, signal))) as IncomingMessage
  const stdout = await collect(reply, command.limit)
  const ended = await client.request(withSignal({ path: `/exec/${segment(exec)}/json` }, signal))
  return { exitCode: parseReply(Ended, ended).ExitCode ?? -1, stdout }
}

async function post(client: DockerClient, path: string, body: object, signal: AbortSignal): Promise<unknown> {
  return await client.request(
    withSignal({ path, method: 'POST', options: { _query: {}, _body: body } }, signal)
  )
}

/** The payloads of the engine's frames: a kind, three zeros, a big-endian length, and so many bytes. */
async function collect(reply: IncomingMessage, limit: number): Promise<Buffer> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of reply as AsyncIterable<Buffer>) {
    chunks.push(chunk)
    size += chunk.length
    if (size > limit) throw tooMuch()
  }
  const all = Buffer.concat(chunks)
  const payloads: Buffer[] = []
  for (let at = 0; at + 8 <= all.length;) {
    const length = all.readUInt32BE(at + 4)
    if (all[at] === 1) payloads.push(all.subarray(at + 8, at + 8 + length))
    at += 8 + length
  }
  return Buffer.concat(payloads)
}

function tooMuch(): AppError {
  return new AppError('System', 'The command in the container printed too much.', { hint: 'Try again.' })
}
