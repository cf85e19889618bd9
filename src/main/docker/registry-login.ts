/** Asks the engine whether a registry takes a login, as `docker login` does (`POST /auth`). Called by handlers/registries. */
import { z } from 'zod'
import { withSignal, type DockerClient } from './client'
import { parseReply } from './rows'

export interface RegistryLogin {
  /** What the registry is called in config.json: its host, or Docker Hub's address of old. */
  readonly server: string
  readonly username: string
  /** A password or an access token. */
  readonly secret: string
}

const Reply = z.object({ IdentityToken: z.string().nullish() })

/**
 * Answers the identity token that some registries give in place of the password; null from the others.
 *
 * Fails with `Unauthorized` when the registry refuses it. No error holds the secret.
 */
export async function checkLogin(
  client: DockerClient,
  { server, username, secret }: RegistryLogin,
  signal: AbortSignal
): Promise<string | null> {
  const options = { _body: { username, password: secret, serveraddress: server } }
  const reply = await client.request(withSignal({ path: '/auth', method: 'POST', options }, signal))
  return parseReply(Reply, reply).IdentityToken || null
}
