/**
 * What the words of a credential helper that does not work mean, and what mends it. The words themselves are never shown: they
 * may repeat what the helper was given. Used by credential-helper.ts.
 */
import { oneLine } from '@shared/docker/text'
import { AppError } from '@shared/errors'

interface Failure {
  readonly says: RegExp
  /** Goes on after the sentence that says what failed. */
  readonly why: string
  readonly hint: string
}

/** The first that fits counts: gpg's words come inside those of pass. */
const FAILURES: readonly Failure[] = [
  {
    says: /pass not initialized|password store is empty/i,
    why: 'pass is not set up',
    hint: 'Make a key with gpg --full-generate-key and set pass up with pass init KEY, then try again.'
  },
  {
    says: /no public key|unusable public key|encryption failed/i,
    why: 'the gpg key that pass was set up with is missing or has expired',
    hint: 'Run pass init KEY with a key that gpg --list-secret-keys shows, then try again.'
  },
  {
    says: /no secret key/i,
    why: 'the gpg key that it was encrypted for is missing',
    hint: 'Bring the key back with gpg --import, or run docker logout and log in again.'
  },
  {
    says: /no pinentry|inappropriate ioctl|operation cancelled|bad passphrase|timeout|decryption failed/i,
    why: 'the gpg key is locked',
    hint: 'Unlock it once in a terminal (pass show docker-credential-helpers), then try again.'
  },
  {
    says: /locked|dismissed/i,
    why: 'the keyring is locked',
    hint: 'Unlock the keyring of this desktop session, then try again.'
  },
  {
    says: /object does not exist at path|no such secret collection/i,
    why: 'the keyring has no collection to keep it in',
    hint: 'Make a default keyring (Passwords and Keys, or Seahorse), then try again.'
  },
  {
    says: /freedesktop\.secrets|dbus|d-bus|x11 \$?display/i,
    why: 'no keyring runs in this session',
    hint: 'Start one (gnome-keyring, KWallet), or use docker-credential-pass.'
  }
]

export const shownName = (name: string): string => `docker-credential-${oneLine(name, 60)}`

/** One sentence with the cause where it is known, and the fix. `what`: `could not keep the login`. */
export function helperFailure(
  name: string,
  what: string,
  { stdout, stderr }: { readonly stdout: string; readonly stderr: string }
): AppError {
  const known = FAILURES.find(({ says }) => says.test(stdout) || says.test(stderr))
  const sentence = `The credential helper ${shownName(name)} ${what}`
  return new AppError('System', known === undefined ? `${sentence}.` : `${sentence}: ${known.why}.`, {
    hint: known?.hint ?? `Run docker login in a terminal to see what ${shownName(name)} says.`
  })
}

export function notInstalled(name: string): AppError {
  return new AppError('NotFound', `The docker CLI’s credential helper ${shownName(name)} is not installed.`, {
    hint: 'Install it where the PATH leads to, or take it out of config.json (credsStore or credHelpers).'
  })
}
