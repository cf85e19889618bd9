/** The one thing `docker info` reads from the CLI's own config.json: who is logged in to Docker Hub. Called by handlers/system. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'

const HUB = 'https://index.docker.io/v1/'
const Config = z.object({
  auths: z
    .record(z.string(), z.object({ auth: z.string().optional(), username: z.string().optional() }))
    .optional()
})

/** The user name the CLI prints after `Username:`; empty when there is none or the file cannot be read. */
export async function hubUserName(configDir: string): Promise<string> {
  try {
    const config = Config.parse(JSON.parse(await readFile(join(configDir, 'config.json'), 'utf8')))
    const entry = config.auths?.[HUB]
    // `auth` is base64 of user:password; only the part before the colon is looked at.
    const decoded = Buffer.from(entry?.auth ?? '', 'base64').toString('utf8')
    return decoded.includes(':') ? decoded.slice(0, decoded.indexOf(':')) : (entry?.username ?? '')
  } catch {
    return ''
  }
}
