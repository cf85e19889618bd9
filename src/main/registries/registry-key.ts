/** What a key of config.json, of a helper's list or of an image's name says of its registry: one host for all the ways it is written. */
import { parseReference } from '@shared/docker/reference'

const HUB_HOSTS: ReadonlySet<string> = new Set([
  'docker.io',
  'index.docker.io',
  'registry-1.docker.io',
  'hub.docker.com'
])

/** Docker Hub as images name it. */
export const HUB_HOST = 'docker.io'

/** `https://registry.example:5000/v1/` is `registry.example:5000`; every name of Docker Hub is `docker.io`; null when it is none. */
export function hostOfKey(key: string): string | null {
  const host = key.replace(/^https?:\/\//i, '').replace(/\/.*$/s, '')
  if (HUB_HOSTS.has(host.toLowerCase())) return HUB_HOST
  const parsed = parseReference(`${host}/x`)
  if (parsed.ok && parsed.reference.domain === host) return host
  // A host without a dot is a registry when it was logged in to by that name.
  return /^[a-z0-9](?:[a-z0-9-]{0,62})$/i.test(host) ? host : null
}

/** Whether a key is about a registry. */
export const isKeyOf =
  (host: string) =>
  (key: string): boolean =>
    hostOfKey(key)?.toLowerCase() === host.toLowerCase()
