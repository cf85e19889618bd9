/**
 * A container as the Engine API spells it (`GET /containers/json`, `GET /containers/{id}/json`), and what views derive from it.
 * Unknown fields are dropped at the boundary; absent or null collections become empty ones.
 */
import { z } from 'zod'

/** The engine's own states (`State` of a list row). */
export const CONTAINER_STATES = [
  'created',
  'running',
  'paused',
  'restarting',
  'removing',
  'exited',
  'dead'
] as const
export type ContainerState = (typeof CONTAINER_STATES)[number]

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

/** The name people know it by: the first one without its slash, or the short id while it has none. */
export function containerName(container: Pick<ContainerSummary, 'Id' | 'Names'>): string {
  const own = container.Names.find((name) => name.lastIndexOf('/') === 0) ?? container.Names[0]
  return own === undefined ? shortId(container.Id) : own.replace(/^\//, '')
}

/** Twelve hexadecimal digits, as the CLI shows ids; the `sha256:` of an image id is left out. */
export function shortId(id: string): string {
  return id.replace(/^sha256:/, '').slice(0, 12)
}

/** The exit code of a container that stopped; null for one that has not. */
export function exitCode(container: Pick<ContainerSummary, 'State' | 'Status'>): number | null {
  if (container.State !== 'exited' && container.State !== 'dead') return null
  const match = /^Exited \((-?\d+)\)/.exec(container.Status)
  return match?.[1] === undefined ? null : Number(match[1])
}

export type Health = 'healthy' | 'unhealthy' | 'starting'

/** What the container's health check says; null when it has none or does not run. */
export function health(container: Pick<ContainerSummary, 'Status'>): Health | null {
  if (container.Status.includes('(healthy)')) return 'healthy'
  if (container.Status.includes('(unhealthy)')) return 'unhealthy'
  return container.Status.includes('(health: starting)') ? 'starting' : null
}

/** The compose project and service a container belongs to, by compose's own labels; null for one started by hand. */
export function composeOf(
  container: Pick<ContainerSummary, 'Labels'>
): { project: string; service: string } | null {
  const project = container.Labels['com.docker.compose.project']
  if (project === undefined || project === '') return null
  return { project, service: container.Labels['com.docker.compose.service'] ?? '' }
}

/** Published ports once each (the engine lists IPv4 and IPv6 apart), in ascending order. */
export function publishedPorts(container: Pick<ContainerSummary, 'Ports'>): readonly PortSummary[] {
  const seen = new Map<string, PortSummary>()
  for (const port of container.Ports) {
    if (port.PublicPort === undefined) continue
    const key = `${port.PublicPort}/${port.PrivatePort}/${port.Type}`
    if (!seen.has(key)) seen.set(key, port)
  }
  return [...seen.values()].sort((a, b) => (a.PublicPort ?? 0) - (b.PublicPort ?? 0))
}

/** `8080→80/tcp` for a published port, `80/tcp` for one that is only exposed. */
export function portText(port: PortSummary): string {
  const inside = `${port.PrivatePort}/${port.Type}`
  return port.PublicPort === undefined ? inside : `${port.PublicPort}→${inside}`
}

/** What can be done with a container in this state, in Docker's verbs. */
export function allowedActions(state: ContainerState): {
  readonly start: boolean
  readonly stop: boolean
  readonly restart: boolean
  readonly pause: boolean
  readonly unpause: boolean
} {
  return {
    start: state === 'created' || state === 'exited' || state === 'dead',
    stop: state === 'running' || state === 'paused' || state === 'restarting',
    restart: state === 'running' || state === 'exited' || state === 'created',
    pause: state === 'running',
    unpause: state === 'paused'
  }
}

/** `GET /containers/{id}/json`, the parts the overview shows. */
export const ContainerInspect = z.object({
  Id: z.string(),
  Name: z.string(),
  Created: z.string(),
  Path: z.string(),
  Args: orEmpty(z.string()),
  Image: z.string(),
  Driver: z.string().optional(),
  RestartCount: z.number().optional(),
  SizeRw: z.number().optional(),
  State: z.object({
    Status: z.enum(CONTAINER_STATES),
    OOMKilled: z.boolean().optional(),
    ExitCode: z.number(),
    Error: z.string().optional(),
    StartedAt: z.string(),
    FinishedAt: z.string()
  }),
  Config: z.object({
    Hostname: z.string().optional(),
    Image: z.string(),
    User: z.string().optional(),
    WorkingDir: z.string().optional(),
    Tty: z.boolean().optional(),
    Labels: labels,
    Env: orEmpty(z.string())
  }),
  HostConfig: z.object({
    AutoRemove: z.boolean().optional(),
    NetworkMode: z.string().optional(),
    RestartPolicy: z.object({ Name: z.string(), MaximumRetryCount: z.number().optional() }).optional()
  }),
  Mounts: orEmpty(
    z.object({
      Type: z.string(),
      Name: z.string().optional(),
      Source: z.string(),
      Destination: z.string(),
      RW: z.boolean()
    })
  ),
  NetworkSettings: z.object({
    Networks: z
      .record(z.string(), z.object({ IPAddress: z.string().optional() }))
      .nullish()
      .transform((map) => map ?? {})
  })
})
export type ContainerInspect = z.output<typeof ContainerInspect>

/** One sample of a container's use, by the docker CLI's own formulas (see {@link containerStats} in main/docker/stats.ts). */
export const ContainerStats = z.object({
  /** Percent of one core; 200 is two cores. */
  cpuPercent: z.number(),
  memoryBytes: z.number(),
  /** 0 when the engine gave no limit. */
  memoryLimitBytes: z.number(),
  pids: z.number()
})
export type ContainerStats = z.output<typeof ContainerStats>
