/** What stands behind a container's volumes. Called by handlers. Volumes as a noun of their own are another part's work. */
import { z } from 'zod'
import { AppError } from '@shared/errors'
import { segment, withSignal, type DockerClient } from './client'
import { parseReply } from './rows'

const Volume = z.object({
  Name: z.string(),
  Driver: z.string(),
  Options: z.record(z.string(), z.string()).nullish()
})

/**
 * The host path behind each of these volumes, for those that are a host folder by their driver's options
 * (`--opt o=bind --opt device=/`). The options themselves stay here: they may hold a password.
 */
export async function volumeHostPaths(
  client: DockerClient,
  names: readonly string[],
  signal?: AbortSignal
): Promise<Record<string, string>> {
  const found = await Promise.all(
    names.map(async (name): Promise<readonly [string, string] | null> => {
      const path = await hostPath(client, name, signal)
      return path === null ? null : [name, path]
    })
  )
  return Object.fromEntries(found.filter((entry) => entry !== null))
}

async function hostPath(client: DockerClient, name: string, signal?: AbortSignal): Promise<string | null> {
  try {
    const reply = await client.request(withSignal({ path: `/volumes/${segment(name)}` }, signal))
    return boundPath(parseReply(Volume, reply).Options ?? {})
  } catch (error) {
    // Gone: then nothing is mounted from it either.
    if (error instanceof AppError && error.code === 'NotFound') return null
    throw error
  }
}

/** The folder a local volume binds; null when it is anything else. */
export function boundPath(options: Readonly<Record<string, string>>): string | null {
  const device = options['device'] ?? ''
  const flags = (options['o'] ?? '').split(',')
  const binds = flags.includes('bind') || flags.includes('rbind') || options['type'] === 'bind'
  return device.startsWith('/') && binds ? device : null
}
