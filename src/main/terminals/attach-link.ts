/** The container's own terminal (`docker attach`): letting go of it leaves the container as it is. */
import type { SessionEnd } from '@shared/contract/exec'
import { AppError } from '@shared/errors'
import { DETACH_KEYS, openAttach, resizeContainer, unframed } from '../docker/attach'
import { inspectContainer } from '../docker/containers'
import type { Size } from '../docker/exec'
import { containerStopped, isRunning, type Clients } from './exec-link'
import { lost, type Link } from './link'

export interface Attached {
  readonly link: Link
  readonly input: boolean
  readonly tty: boolean
}

const DETACHED: SessionEnd = {
  reason: 'detached',
  exitCode: null,
  message: 'Detached from the container.',
  hint: 'It goes on running.'
}

export async function openAttached(clients: Clients, id: string, size: Size): Promise<Attached> {
  const client = await clients()
  const { Config, State } = await inspectContainer(client, id)
  if (State.Status !== 'running') {
    throw new AppError(
      'Conflict',
      `The container is ${State.Status === 'paused' ? 'paused' : 'not running'}.`,
      {
        hint: State.Status === 'paused' ? 'Unpause it first.' : 'Start it first.'
      }
    )
  }
  const tty = Config.Tty === true
  // Without a terminal the engine closes such a container's input with ours: then it is only looked at.
  const input = Config.OpenStdin === true && (tty || Config.StdinOnce !== true)
  const socket = await openAttach(client, id, { input })
  const output = socket as AsyncIterable<Uint8Array>
  const link: Link = {
    socket,
    output: tty ? output : unframed(output),
    resize: async (next) => (tty ? resizeContainer(await clients(), id, next) : undefined),
    outcome: () => outcomeOf(clients, id),
    end() {
      // With a terminal the engine has to be asked to let go; a connection just cut could take the input with it.
      if (tty && input && socket.writable) socket.write(DETACH_KEYS, () => socket.end())
      else socket.destroy()
      return Promise.resolve()
    }
  }
  // A program that draws the screen draws it anew when its size changes; until then an attached screen is empty.
  await link.resize({ columns: size.columns, rows: size.rows + 1 }).catch(() => undefined)
  await link.resize(size).catch(() => undefined)
  return { link, input, tty }
}

async function outcomeOf(clients: Clients, id: string): Promise<SessionEnd> {
  try {
    const client = await clients()
    if (await isRunning(client, id)) return DETACHED
    const code = await inspectContainer(client, id).then(
      ({ State }) => State.ExitCode,
      () => null
    )
    return containerStopped(code)
  } catch {
    return lost('The container may still be running.')
  }
}
