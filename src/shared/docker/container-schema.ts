/**
 * A container as the Engine API spells it in lists (`GET /containers/json`); inspect-schema.ts has the whole of one. Unknown
 * fields are dropped at the boundary; absent or null collections become empty ones.
 */
import { z } from 'zod'
import { CONTAINER_STATES } from './container'

/** One port of a list row; `PublicPort` only when it is published. */
export const PortSummary = z.object({
  IP: z.string().optional(),
  PrivatePort: z.number(),
  PublicPort: z.number().optional(),
  Type: z.string()
})
export type PortSummary = z.output<typeof PortSummary>

const orEmpty = <T extends z.ZodType>(schema: T) =>
  z
    .array(schema)
    .nullish()
    .transform((list) => list ?? [])
const labels = z
  .record(z.string(), z.string())
  .nullish()
  .transform((map) => map ?? {})

/** A row of `GET /containers/json`. */
export const ContainerSummary = z.object({
  Id: z.string(),
  /** With the leading slash Docker gives them; see {@link containerName}. */
  Names: orEmpty(z.string()),
  Image: z.string(),
  ImageID: z.string(),
  Command: z.string(),
  /** Seconds since the epoch. */
  Created: z.number(),
  Ports: orEmpty(PortSummary),
  Labels: labels,
  State: z.enum(CONTAINER_STATES),
  /**
   * The engine's sentence, made when the row was listed ("Up 3 minutes (healthy)"): it goes stale, so it is never shown.
   * Only its parts that do not age are read, by {@link exitCode} and {@link health}.
   */
  Status: z.string()
})
export type ContainerSummary = z.output<typeof ContainerSummary>

export { ContainerInspect } from './inspect-schema'

/** One sample of a container's use, by the docker CLI's own formulas (see {@link containerStats} in main/docker/stats.ts). */
export const ContainerStats = z.object({
  /** Percent of one core; 200 is two cores. */
  cpuPercent: z.number(),
  /** The cores of the engine's machine. */
  onlineCpus: z.number(),
  memoryBytes: z.number(),
  /** 0 when the engine gave no limit. */
  memoryLimitBytes: z.number(),
  /** Since the container started, over all its interfaces. */
  receivedBytes: z.number(),
  sentBytes: z.number(),
  /** Since the container started, over all devices. */
  readBytes: z.number(),
  writtenBytes: z.number(),
  pids: z.number()
})
export type ContainerStats = z.output<typeof ContainerStats>
