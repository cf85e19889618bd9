/** The folder of one registry in the engine's `certs.d`: what writing there has in common for authorities and client certificates. */
import { rmdirSync } from 'node:fs'
import { AppError } from '@shared/errors'

/** One certificate as text. */
export const BLOCK = /-----BEGIN CERTIFICATE-----[A-Za-z0-9+/=\s]+-----END CERTIFICATE-----/g

/** Fails where the engine is on another machine. */
export function requireFolder(host: string, folder: string | null): string {
  if (folder !== null) return folder
  throw new AppError('Forbidden', 'The engine is on another machine, which keeps its own certificates.', {
    hint: `Put it into the certs.d folder for ${host} there.`
  })
}

/** Does what changes the folder; says whose it is when that is not allowed. */
export function changeFolder(folder: string, work: () => void): void {
  try {
    work()
  } catch (cause) {
    throw new AppError('Forbidden', `The engine’s ${folder} cannot be written.`, {
      hint: 'It belongs to the administrator: put it there with their rights (an authority as ca.crt, a client’s as client.cert and client.key).',
      cause
    })
  }
}

export function removeIfEmpty(folder: string): void {
  try {
    rmdirSync(folder)
  } catch {
    // The folder holds the files of others, or was never made.
  }
}
