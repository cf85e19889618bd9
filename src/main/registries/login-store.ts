/**
 * Keeps a login that a registry has taken, where the docker CLI will find it (docs/decisions/0526). The secret goes to the
 * helper's input or, after an explicit yes, into config.json; no log, error or command line holds it.
 */
import { AppError } from '@shared/errors'
import type { RegistryLogin } from '../docker/registry-login'
import type { CliConfig } from './cli-config'
import type { LoginPlace } from '@shared/contract/registries'

/** Runs `docker-credential-NAME store` with this input. */
export type StoreInHelper = (name: string, input: string, signal: AbortSignal) => Promise<void>

export interface Keep {
  readonly login: RegistryLogin
  readonly identityToken: string | null
  /** Whether the user said yes to a file that is not encrypted. */
  readonly plain: boolean
}

/** Refuses what {@link keepLogin} would: asked before the registry is. */
export function assertKeepable(place: LoginPlace, plain: boolean): void {
  if (place.kind === 'helper' && !place.installed) {
    throw new AppError(
      'NotFound',
      `The docker CLI keeps logins in docker-credential-${place.name}, which is not installed.`,
      { hint: 'Install it, or take credsStore (or credHelpers) out of config.json, then try again.' }
    )
  }
  if (place.kind === 'file' && !plain) {
    throw new AppError('Conflict', 'No credential helper is set up, so the login would not be encrypted.', {
      hint: `Install one (docker-credential-pass, docker-credential-secretservice), or allow it to be kept in ${place.path}.`
    })
  }
}

export async function keepLogin(
  place: LoginPlace,
  config: CliConfig,
  { login, identityToken, plain }: Keep,
  store: StoreInHelper,
  signal: AbortSignal
): Promise<void> {
  assertKeepable(place, plain)
  const { server, username, secret } = login
  if (place.kind === 'file') {
    config.write(server, fileEntry(login, identityToken), null)
    return
  }
  // What helpers call an identity token instead of a password.
  const kept =
    identityToken === null
      ? { ServerURL: server, Username: username, Secret: secret }
      : { ServerURL: server, Username: '<token>', Secret: identityToken }
  await store(place.name, JSON.stringify(kept), signal)
  config.write(server, {}, place.detected ? place.name : null)
}

/** As the CLI writes it: the name with the password, or, where there is a token, without. */
function fileEntry(
  { username, secret }: RegistryLogin,
  identityToken: string | null
): Record<string, string> {
  const auth = Buffer.from(`${username}:${identityToken === null ? secret : ''}`).toString('base64')
  return identityToken === null ? { auth } : { auth, identitytoken: identityToken }
}
