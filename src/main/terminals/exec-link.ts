/** A process run in a container for a session (`docker exec -it`): started, found again to be ended, its exit explained. */
import { basename } from 'node:path/posix'
import type { ExecOptions, SessionEnd } from '@shared/contract/exec'
import { AppError, toAppError } from '@shared/errors'
import type { DockerClient } from '../docker/client'
import { inspectContainer } from '../docker/containers'
import { inspectExec, resizeExec, startExec, startFailure, type ExecState } from '../docker/exec'
import { findShells, SHELL_NAMES } from '../docker/shells'
import { pause } from '../resources/pause'
import { ENDING_KEYS, MARKER, signalProcess } from './end-process'
import { lost, type Link } from './link'

/** The engine of the moment: it may have been restarted since the session began. */
export type Clients = () => Promise<DockerClient>

/** The engine records an exit a moment after it has closed the output. */
const EXIT_WAITS = 40
const EXIT_WAIT_MS = 50
const KILLED = 137

const MEANINGS: Readonly<Record<number, string>> = {
  126: 'The command was found but cannot be executed.',
  127: 'The command was not found.',
  129: 'It was ended because its terminal was closed (SIGHUP).',
  130: 'It was interrupted (SIGINT), as by Ctrl+C.',
  137: 'It was killed (SIGKILL).',
  143: 'It was asked to end (SIGTERM).'
}

/** Starts the process; `marker` is how it is found again. */
export async function openExec(clients: Clients, options: ExecOptions, marker: string): Promise<Link> {
  const { id, command, user, workingDir } = options
  const env = ['TERM=xterm-256color', 'COLORTERM=truecolor', ...options.env, `${MARKER}=${marker}`]
  const { execId, socket } = await startExec(
    await clients(),
    id,
    { command, user, workingDir, env },
    options.size
  )
  return {
    socket,
    output: socket as AsyncIterable<Uint8Array>,
    resize: async (size) => resizeExec(await clients(), execId, size),
    outcome: (tail) => outcomeOf(clients, id, execId, tail),
    async end(harder) {
      const client = await clients()
      const shell = await shellOf(client, id, command[0] ?? '')
      if (shell === null) {
        if (socket.writable) socket.write(ENDING_KEYS)
        return
      }
      await signalProcess(client, { containerId: id, user, marker, shell }, harder ? 'KILL' : 'HUP')
    }
  }
}

/** The shell that signals: the session's own when it is one, else any the container has. */
async function shellOf(client: DockerClient, id: string, program: string): Promise<string | null> {
  const own = SHELL_NAMES.find((name) => name !== 'fish' && name === basename(program))
  if (own !== undefined) return program
  const shells = await findShells(client, id, undefined)
  return shells.filter((shell) => basename(shell) !== 'fish').at(-1) ?? null
}

async function outcomeOf(
  clients: Clients,
  id: string,
  execId: string,
  tail: Uint8Array
): Promise<SessionEnd> {
  try {
    const client = await clients()
    const state = await exitState(client, execId)
    if (state.Running) return lost('It may still be running in the container.')
    if (await stoppedWith(client, id, state.ExitCode)) return containerStopped(state.ExitCode)
    return exited(state.ExitCode, new TextDecoder().decode(tail))
  } catch (thrown) {
    const { code } = toAppError(thrown)
    return code === 'NotFound'
      ? containerStopped(null)
      : lost('Once the engine runs again, a new session can be started here.')
  }
}

async function exitState(client: DockerClient, execId: string): Promise<ExecState> {
  let state = await inspectExec(client, execId)
  for (let n = 0; state.Running && n < EXIT_WAITS; n += 1) {
    await pause(EXIT_WAIT_MS, new AbortController().signal)
    state = await inspectExec(client, execId)
  }
  return state
}

/** Whether the process ended because its container did: what runs beside the main process is killed a moment before. */
async function stoppedWith(client: DockerClient, id: string, exitCode: number | null): Promise<boolean> {
  for (let n = 0; await isRunning(client, id); n += 1) {
    if (exitCode !== KILLED || n >= EXIT_WAITS) return false
    await pause(EXIT_WAIT_MS, new AbortController().signal)
  }
  return true
}

/** Whether the container still runs; false once it is gone. */
export async function isRunning(client: DockerClient, id: string): Promise<boolean> {
  try {
    const { Status } = (await inspectContainer(client, id)).State
    return Status === 'running' || Status === 'paused'
  } catch (thrown) {
    if (thrown instanceof AppError && thrown.code === 'NotFound') return false
    throw thrown
  }
}

export const containerStopped = (exitCode: number | null): SessionEnd => ({
  reason: 'container-stopped',
  exitCode,
  message: 'The container stopped, and with it everything that ran in it.',
  hint: 'Start the container to run it again.'
})

function exited(code: number | null, output: string): SessionEnd {
  const exitCode = code ?? 0
  const failure = startFailure(exitCode, output)
  if (failure !== null) {
    return { reason: 'exited', exitCode, message: failure.message, hint: failure.hint ?? null }
  }
  return {
    reason: 'exited',
    exitCode,
    message: `It ended with exit code ${exitCode}.`,
    hint: MEANINGS[exitCode] ?? null
  }
}
