/**
 * What views and handlers derive from a container as the Engine API spells it. Pure and without schemas, so that the page's
 * bundle holds no schema library; those are in container-schema.ts.
 */
import type { ContainerSummary, PortSummary } from './container-schema'

export type { ContainerInspect, ContainerStats, ContainerSummary, PortSummary } from './container-schema'

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
