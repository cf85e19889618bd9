/**
 * `docker exec` with a terminal: create, start on a raw connection, resize, and how it ended. Called by main/terminals.
 */
import type { Duplex } from 'node:stream'
import { z } from 'zod'
import { oneLine } from '@shared/docker/text'
import type { AppError } from '@shared/errors'
import { segment, withSignal, type DockerClient } from './client'
import { streamError } from './errors'
import { parseReply } from './rows'

export interface ExecSpec {
  readonly command: readonly string[]
  readonly user: string
  readonly workingDir: string
  readonly env: readonly string[]
}

export interface Size {
  readonly columns: number
  readonly rows: number
}

/**
 * An exec has no need to be detached from, but the engine always listens for keys and keeps the first of them back until
 * the next one comes. Docker's own Ctrl+P is "previous command" in every shell; these nobody types.
 */
const NO_DETACH_KEYS = 'ctrl-^,ctrl-@,ctrl-^,ctrl-@,ctrl-^'

const Created = z.object({ Id: z.string() })

/** Makes an exec with a terminal and connects to it; the process starts once the connection stands. */
export async function startExec(
  client: DockerClient,
  containerId: string,
  spec: ExecSpec,
  size: Size
): Promise<{ readonly execId: string; readonly socket: Duplex }> {
  // The engine opens the terminal in this size; older ones are told afterwards.
  const consoleSize = client.speaks('1.42') ? { ConsoleSize: [size.rows, size.columns] } : {}
  const execId = await createExec(client, containerId, {
    ...bodyOf(spec),
    ...consoleSize,
    AttachStdin: true,
    AttachStdout: true,
    AttachStderr: true,
    Tty: true,
    DetachKeys: NO_DETACH_KEYS
  })
  const socket = await client.hijack({
    path: `/exec/${segment(execId)}/start`,
    method: 'POST',
    options: { _body: { Detach: false, Tty: true, ...consoleSize } }
  })
  return { execId, socket }
}

/** Runs a command in a container and does not wait for it. */
export async function execDetached(client: DockerClient, containerId: string, spec: ExecSpec): Promise<void> {
  const execId = await createExec(client, containerId, bodyOf(spec))
  await client.request({
    path: `/exec/${segment(execId)}/start`,
    method: 'POST',
    options: { _body: { Detach: true } }
  })
}

function bodyOf({ command, user, workingDir, env }: ExecSpec) {
  return {
    Cmd: command,
    Env: env,
    ...(user === '' ? {} : { User: user }),
    ...(workingDir === '' ? {} : { WorkingDir: workingDir })
  }
}

async function createExec(client: DockerClient, containerId: string, body: object): Promise<string> {
  const reply = await client.request({
    path: `/containers/${segment(containerId)}/exec`,
    method: 'POST',
    options: { _body: body }
  })
  return parseReply(Created, reply).Id
}

/** Tells the terminal of an exec its new size. */
export async function resizeExec(client: DockerClient, execId: string, size: Size): Promise<void> {
  await client.docker.getExec(segment(execId)).resize({ w: size.columns, h: size.rows })
}

const ExecState = z.object({ Running: z.boolean(), ExitCode: z.number().nullable() })
export type ExecState = z.output<typeof ExecState>

export async function inspectExec(
  client: DockerClient,
  execId: string,
  signal?: AbortSignal
): Promise<ExecState> {
  return parseReply(ExecState, await client.docker.getExec(segment(execId)).inspect(withSignal({}, signal)))
}

/**
 * What the engine wrote into the terminal instead of the program, when it could not start it: it has answered with a
 * success by then, so its sentence is at the end of the output. null when the program ran.
 */
export function startFailure(exitCode: number, output: string): AppError | null {
  if (exitCode < 126 || exitCode > 128) return null
  const sentence = /OCI runtime exec failed: .*/.exec(oneLine(output))?.[0]
  return sentence === undefined ? null : streamError(sentence.replace(/: unknown$/, ''))
}
