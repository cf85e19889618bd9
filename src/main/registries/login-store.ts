/**
 * Keeps a login that a registry has taken (docs/decisions/0526, 0595). The secret goes to the helper's input, to the system's
 * encryption or, after an explicit yes, into config.json; no log, error or command line holds it.
 */
import { AppError } from '@shared/errors'
import type { RegistryLogin } from '../docker/registry-login'
import type { CliConfig } from './cli-config'
import type { LoginPlace } from '@shared/contract/registries'
import type { OwnLogins } from './own-logins'

/** Runs `docker-credential-NAME store` with this input. */
export type StoreInHelper = (name: string, input: string, signal: AbortSignal) => Promise<void>

/** What can keep a login besides config.json. */
export interface Keepers {
  readonly inHelper: StoreInHelper
  readonly own: Pick<OwnLogins, 'keep' | 'forget'>
}

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
  { inHelper, own }: Keepers,
  signal: AbortSignal
): Promise<void> {
  assertKeepable(place, plain)
  const { server, username, secret } = login
  if (place.kind === 'app' && !plain) {
    own.keep(login, identityToken)
    return
  }
  if (place.kind !== 'helper') {
    config.write(server, fileEntry(login, identityToken), null)
    own.forget((key) => key === server)
    return
  }
  // What helpers call an identity token instead of a password.
  const kept =
    identityToken === null
      ? { ServerURL: server, Username: username, Secret: secret }
      : { ServerURL: server, Username: '<token>', Secret: identityToken }
  await inHelper(place.name, JSON.stringify(kept), signal)
  config.write(server, {}, place.detected ? place.name : null)
  own.forget((key) => key === server)
}

/** As the CLI writes it: the name with the password, or, where there is a token, without. */
function fileEntry(
  { username, secret }: RegistryLogin,
  identityToken: string | null
): Record<string, string> {
  const auth = Buffer.from(`${username}:${identityToken === null ? secret : ''}`).toString('base64')
  return identityToken === null ? { auth } : { auth, identitytoken: identityToken }
}
