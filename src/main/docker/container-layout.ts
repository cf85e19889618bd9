/** What main/files needs to know of a container before it reads its files: whether it runs, and what is mounted where. */
import { z } from 'zod'
import type { FileMount } from '@shared/contract/files'
import { normalizePath } from '@shared/docker/container-path'
import { segment, withSignal, type DockerClient } from './client'
import { parseReply } from './rows'

const Inspect = z.object({
  State: z.object({
    Status: z.string(),
    StartedAt: z.string().optional(),
    FinishedAt: z.string().optional()
  }),
  Mounts: z
    .array(
      z.object({
        Type: z.string(),
        Name: z.string().optional(),
        Source: z.string().optional(),
        Destination: z.string(),
        RW: z.boolean()
      })
    )
    .nullish()
    .transform((list) => list ?? []),
  HostConfig: z.object({ Tmpfs: z.record(z.string(), z.string()).nullish() })
})

export interface ContainerLayout {
  /** Runs and is not paused: commands can be run in it. */
  readonly running: boolean
  /** Changes with every start and stop. */
  readonly generation: string
  /** By the path they are mounted at. */
  readonly mounts: ReadonlyMap<string, FileMount>
}

export async function containerLayout(
  client: DockerClient,
  id: string,
  signal?: AbortSignal
): Promise<ContainerLayout> {
  const reply = await client.request(withSignal({ path: `/containers/${segment(id)}/json` }, signal))
  const { State, Mounts, HostConfig } = parseReply(Inspect, reply)
  const tmpfs = Object.keys(HostConfig.Tmpfs ?? {}).map(
    (path) => [normalizePath(path), { type: 'tmpfs', source: '', readOnly: false }] as const
  )
  const mounts = Mounts.map(
    ({ Type, Name, Source, Destination, RW }) =>
      [normalizePath(Destination), { type: Type, source: Name ?? Source ?? '', readOnly: !RW }] as const
  )
  return {
    running: State.Status === 'running',
    generation: `${State.Status} ${State.StartedAt ?? ''} ${State.FinishedAt ?? ''}`,
    mounts: new Map([...tmpfs, ...mounts])
  }
}
