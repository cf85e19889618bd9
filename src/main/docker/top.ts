/**
 * The processes of a container (`GET /containers/{id}/top`). The engine runs `ps` on its own machine, so an image needs none;
 * pids are those of that machine. Called by handlers/processes.ts.
 */
import { z } from 'zod'
import { AppError, toAppError } from '@shared/errors'
import { segment, type DockerClient } from './client'
import { parseReply } from './rows'

/** One process as `ps` tells it; null where this engine's `ps` has no such column. */
export interface TopProcess {
  readonly pid: number
  readonly parentPid: number | null
  readonly user: string
  /** Percent of one core, over the life of the process. */
  readonly cpuPercent: number | null
  readonly memoryPercent: number | null
  /** ps(1)'s PROCESS STATE CODES. */
  readonly state: string
  /** Used CPU time, `[days-]hours:minutes:seconds`. */
  readonly time: string
  readonly command: string
}

/** The columns that are shown; for a `ps` that does not know them (busybox), the engine's default. */
const PS_ARGS = ['-eo pid,ppid,user:32,pcpu,pmem,stat,time,args', '-ef'] as const

const MOST_COMMAND = 4096

const Top = z.object({
  Titles: z
    .array(z.string())
    .nullish()
    .transform((list) => list ?? []),
  Processes: z
    .array(z.array(z.string()))
    .nullish()
    .transform((list) => list ?? [])
})

/** The processes and the arguments of `ps` they were asked with; fails with Conflict when the container does not run. */
export async function topContainer(
  client: DockerClient,
  id: string,
  signal?: AbortSignal
): Promise<{ readonly psArgs: string; readonly processes: TopProcess[] }> {
  let failure: unknown
  for (const psArgs of PS_ARGS) {
    try {
      const path = `/containers/${segment(id)}/top?`
      const reply = await client.request({ path, options: { ps_args: psArgs }, abortSignal: signal })
      return { psArgs, processes: topProcesses(parseReply(Top, reply)) }
    } catch (error) {
      const { code, message } = toAppError(error)
      if (/executable file not found/.test(message) || /"ps"/.test(message)) throw noPs(error)
      failure ??= error
      if (code !== 'System' && code !== 'InvalidParameter' && code !== 'Unknown') break
    }
  }
  throw failure
}

function noPs(cause: unknown): AppError {
  return new AppError('NotImplemented', 'The engine’s machine has no ps.', {
    hint: 'Install procps there; the container itself needs nothing.',
    cause
  })
}

/** Rows by the titles of whichever `ps` answered. A row without a process id is none. */
export function topProcesses({ Titles, Processes }: z.output<typeof Top>): TopProcess[] {
  const titles = Titles.map((title) => title.toUpperCase())
  const place = (...names: string[]): number => titles.findIndex((title) => names.includes(title))
  const columns = {
    pid: place('PID'),
    parent: place('PPID'),
    user: place('USER', 'UID'),
    cpu: place('%CPU'),
    memory: place('%MEM'),
    state: place('STAT', 'S'),
    time: place('TIME', 'CPU'),
    command: place('COMMAND', 'CMD', 'NAME')
  }
  return Processes.flatMap((row) => {
    const pid = number(row[columns.pid])
    if (pid === null) return []
    return {
      pid,
      parentPid: number(row[columns.parent]),
      user: row[columns.user] ?? '',
      cpuPercent: number(row[columns.cpu]),
      memoryPercent: number(row[columns.memory]),
      state: row[columns.state] ?? '',
      time: row[columns.time] ?? '',
      // A command line may be megabytes long; nobody reads that in a table.
      command: (row[columns.command] ?? '').slice(0, MOST_COMMAND)
    }
  })
}

function number(text: string | undefined): number | null {
  const value = text === undefined || text.trim() === '' ? NaN : Number(text)
  return Number.isFinite(value) ? value : null
}
