/** Where Docker Hub's own pages and its login are. */
import { isLoopback } from './known-hosts'

export interface HubAddress {
  /** Who gives out logins. */
  readonly tenant: string
  /** Whose API tells of repositories and makes access tokens. */
  readonly hub: string
}

export const DOCKER_HUB: HubAddress = {
  tenant: 'https://login.docker.com',
  hub: 'https://hub.docker.com'
}

/** For tests there may be another one (QUAYSIDE_HUB), on this machine alone: nobody can lead logins elsewhere by it. */
export function hubAddress(other: string | undefined): HubAddress {
  const url = other !== undefined && URL.canParse(other) ? new URL(other) : null
  if (url?.protocol !== 'http:' || !isLoopback(url.host)) return DOCKER_HUB
  return { tenant: url.origin, hub: url.origin }
}
