/** Opens a registry with what is stored and configured for it. Called by the handler; docker/registry-credentials looks the login up. */
import { z } from 'zod'
import { AppError } from '@shared/errors'
import type { Credentials } from '../docker/registry-credentials'
import type { EngineReach } from './engine-registries'
import { RegistryHttp, type RegistryAccess } from './registry-http'
import { trustFor } from './registry-trust'
import type { SeenCertificates } from './seen-certificates'
import type { Login } from './token-auth'

const text = z
  .string()
  .nullish()
  .transform((value) => value ?? '')
const Auth = z.object({ username: text, password: text, identitytoken: text, registrytoken: text })

export interface AccessDeps {
  readonly credentials: Credentials
  /** The `certs.d` folders of the engine in use. */
  readonly certFolders: () => readonly string[]
  /** For the app's run. */
  readonly seen: SeenCertificates
}

export interface Opened {
  readonly http: RegistryHttp
  readonly access: RegistryAccess
  /** Why a login that should be there could not be had. */
  readonly problem: string | null
}

export async function openRegistry(
  { credentials, certFolders, seen }: AccessDeps,
  host: string,
  reach: EngineReach,
  signal: AbortSignal
): Promise<Opened> {
  const { auth, problem } = await credentials(host, signal)
  const folders = certFolders()
  const access: RegistryAccess = {
    host,
    login: loginOf(auth),
    isInsecure: reach.isInsecure,
    trustFor: (at) => trustFor(at, folders),
    seen
  }
  return { http: new RegistryHttp(access), access, problem }
}

/** What was made for the engine's X-Registry-Auth, read again. */
function loginOf(auth: string | undefined): Login | null {
  if (auth === undefined) return null
  try {
    const { username, password, identitytoken, registrytoken } = Auth.parse(
      JSON.parse(Buffer.from(auth, 'base64url').toString('utf8'))
    )
    return { username, password, identityToken: identitytoken, registryToken: registrytoken }
  } catch {
    // Without a cause: it would quote the login.
    throw new AppError('System', 'The login that is stored cannot be read.', { hint: 'Log in again.' })
  }
}
