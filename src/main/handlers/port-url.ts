/** The address under which a published port can be opened. Pure; used by handlers/containers. */
import type { ContainerSummary } from '@shared/docker/container'

const ANY = new Set(['', '0.0.0.0', '::'])
const LOOPBACK = new Set(['127.0.0.1', '::1'])
const TLS_PORTS = new Set([443, 8443])

/** Null when no TCP port of that number is published. `engineHost` is where the engine runs: its ports are there. */
export function portUrl(
  row: Pick<ContainerSummary, 'Ports'>,
  privatePort: number,
  engineHost = 'localhost'
): string | null {
  const published = row.Ports.filter(
    (port) => port.PrivatePort === privatePort && port.Type === 'tcp' && port.PublicPort !== undefined
  )
  // IPv4 first: not everything that listens on all addresses can be reached by IPv6.
  const port = published.find((one) => !(one.IP ?? '').includes(':')) ?? published[0]
  if (port?.PublicPort === undefined) return null
  const ip = port.IP ?? ''
  const local = ANY.has(ip) || (LOOPBACK.has(ip) && engineHost === 'localhost')
  const host = local ? engineHost : ip
  const scheme = TLS_PORTS.has(privatePort) ? 'https' : 'http'
  return `${scheme}://${host.includes(':') ? `[${host}]` : host}:${port.PublicPort}`
}
