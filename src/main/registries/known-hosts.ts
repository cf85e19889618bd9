/**
 * Which registries a search may contact: those the CLI's config.json names, and those that images here came from.
 * Only hosts are read from the file, never what is stored for them. A host that is merely being typed is not contacted.
 */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { parseReference } from '@shared/docker/reference'

const HUB_HOSTS: ReadonlySet<string> = new Set(['docker.io', 'index.docker.io', 'registry-1.docker.io'])

const Config = z.object({
  auths: z.record(z.string(), z.unknown()).nullish(),
  credHelpers: z.record(z.string(), z.unknown()).nullish()
})

/** `https://registry.example/v1/` of an old entry and `registry.example` are the same registry; null when it is none. */
export function registryHost(key: string): string | null {
  const host = key.replace(/^https?:\/\//i, '').replace(/\/.*$/s, '')
  if (HUB_HOSTS.has(host.toLowerCase())) return null
  const parsed = parseReference(`${host}/x`)
  return parsed.ok && parsed.reference.domain === host ? host : null
}

/** The registries of config.json apart from Docker Hub, in its order. None when there is no such file or it is broken. */
export async function configuredHosts(configDir: string): Promise<string[]> {
  try {
    const config = Config.parse(JSON.parse(await readFile(join(configDir, 'config.json'), 'utf8')))
    return unique([...Object.keys(config.auths ?? {}), ...Object.keys(config.credHelpers ?? {})])
  } catch {
    // No file is the usual case; a broken one is the CLI's to complain about, a search goes on without it.
    return []
  }
}

/** The registries that these `repository:tag`s name, apart from Docker Hub. */
export function hostsOfTags(tags: Iterable<string>): string[] {
  return unique(Array.from(tags, (tag) => tag.slice(0, Math.max(tag.indexOf('/'), 0))))
}

function unique(keys: readonly string[]): string[] {
  return [...new Set(keys.map(registryHost).filter((host) => host !== null))]
}

/** Whether the host is the machine that asks; the engine speaks plain HTTP to such a registry, as we do. */
export function isLoopback(host: string): boolean {
  return /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::\d+)?$/i.test(host)
}
