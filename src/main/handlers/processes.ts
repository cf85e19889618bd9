/** The processes inside a container and signals to them. Thin: the work is in docker/ and resources/. */
import { shortId, containerName } from '@shared/docker/container'
import { AppError, attempted } from '@shared/errors'
import type { DockerClient } from '../docker/client'
import { inspectContainer } from '../docker/containers'
import { killContainer, killInside } from '../docker/signal'
import { topContainer } from '../docker/top'
import type { Handlers } from '../ipc/handler'
import { insidePids } from '../resources/inside-pids'
import type { EngineSession } from '../resources/session'

export interface ProcessesHandlerDeps {
  readonly session: EngineSession
  /** Our engine's process; null while another's is used. */
  readonly enginePid: () => number | null
}

export function processesHandlers({ session, enginePid }: ProcessesHandlerDeps) {
  const nameOf = (id: string): string => {
    const row = session.containers.get(id)
    return row === undefined ? shortId(id) : containerName(row)
  }
  return {
    async top({ id }, { signal }) {
      try {
        return await list(await session.client(), id, enginePid(), signal)
      } catch (error) {
        throw attempted(`Could not list the processes of container ${nameOf(id)}`, error)
      }
    },
    // As with every verb, closing the page does not take a sent signal back.
    async signal({ id, signal, process }) {
      const target = process === null ? '' : `process ${process.pid} of `
      try {
        const client = await session.client()
        if (process === null) return await killContainer(client, id, signal)
        await killInside(client, id, signal, await insideNow(client, id, process, enginePid()))
      } catch (error) {
        throw attempted(`Could not send ${signal} to ${target}container ${nameOf(id)}`, error)
      }
    }
  } satisfies Handlers['processes']
}

async function list(client: DockerClient, id: string, enginePid: number | null, signal?: AbortSignal) {
  const [{ State }, { psArgs, processes }] = await Promise.all([
    inspectContainer(client, id, {}, signal),
    topContainer(client, id, signal)
  ])
  const mainPid = State.Pid ?? 0
  const pids = processes.map(({ pid }) => pid)
  const inside = await insidePids({ containerId: id, mainPid, pids, enginePid })
  return {
    psArgs,
    translated: inside !== null,
    processes: processes.map((process) => ({
      ...process,
      main: process.pid === mainPid,
      insidePid: inside?.get(process.pid) ?? null
    }))
  }
}

/** Its pid inside, when it is still the process that was shown: pids are used again. */
async function insideNow(
  client: DockerClient,
  id: string,
  shown: { readonly pid: number; readonly command: string },
  enginePid: number | null
): Promise<number> {
  const { processes, translated } = await list(client, id, enginePid)
  const found = processes.find(({ pid, command }) => pid === shown.pid && command === shown.command)
  if (found === undefined) {
    throw new AppError('NotFound', 'The process has ended.', { hint: 'The list shows those that run now.' })
  }
  if (found.insidePid !== null) return found.insidePid
  throw new AppError(
    'NotImplemented',
    translated ? 'The process has ended.' : 'This engine’s processes cannot be seen from here.',
    { hint: 'The main process can be sent a signal through the engine.' }
  )
}
