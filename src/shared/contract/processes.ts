/** What runs inside a container: `docker top`, and signals to it. */
import { z } from 'zod'
import { SIGNALS } from '../docker/signals'
import { ContainerId } from './containers'
import { call } from './dsl'

/** One process; null where the engine's `ps` has no such column. */
export const ContainerProcess = z.object({
  /** As the engine's machine counts. */
  pid: z.number(),
  parentPid: z.number().nullable(),
  user: z.string(),
  /** Percent of one core, over the life of the process. */
  cpuPercent: z.number().nullable(),
  memoryPercent: z.number().nullable(),
  state: z.string(),
  time: z.string(),
  command: z.string(),
  /** The container's main process. */
  main: z.boolean(),
  /** As the container itself counts; null when that cannot be known from here. */
  insidePid: z.number().nullable()
})
export type ContainerProcess = z.output<typeof ContainerProcess>

export const processes = {
  /** Asked again by whoever shows it: the engine has no event for a process that comes or goes. */
  top: call({
    params: z.object({ id: ContainerId }),
    result: z.object({
      /** What `docker top` would be given to answer the same. */
      psArgs: z.string(),
      /** Whether pids inside are known, so that others than the main process can be sent a signal. */
      translated: z.boolean(),
      processes: z.array(ContainerProcess)
    })
  }),
  /** `process` null is the main one, through the engine; another one is sent it by a shell inside the container. */
  signal: call({
    params: z.object({
      id: ContainerId,
      signal: z.enum(SIGNALS),
      process: z.object({ pid: z.number().int().positive(), command: z.string() }).nullable()
    }),
    result: z.void()
  })
}
