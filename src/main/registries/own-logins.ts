/**
 * Logins that Quayside keeps itself, because no credential helper is there: encrypted by the system, in a file of ours
 * (docs/decisions/0595). Names are readable in it, passwords and tokens are not.
 */
import { z } from 'zod'
import { oneLine } from '@shared/docker/text'
import { AppError } from '@shared/errors'
import type { RegistryLogin } from '../docker/registry-login'
import { readIfThere, writeFileAtomically } from '../platform/files'

/** What encrypts for this app and nobody else. */
export interface Sealer {
  /** What it is called in a sentence: `the keyring of this desktop`. */
  readonly name: string
  readonly seal: (text: string) => Buffer
  readonly open: (sealed: Buffer) => string
}

/** A login that is kept, opened. */
export interface OwnLogin {
  readonly username: string
  readonly password: string
  /** In place of the password, where the registry gave one. */
  readonly identityToken: string
}

const File = z.object({
  logins: z.array(z.object({ server: z.string(), username: z.string(), sealed: z.string() }))
})
const Secrets = z.object({ password: z.string(), identityToken: z.string() })
type Kept = z.output<typeof File>['logins'][number]

export class OwnLogins {
  readonly #path: string
  readonly #findSealer: () => Sealer | null
  readonly #listeners = new Set<() => void>()

  /** `findSealer` may have the system unlock its keyring, so it is asked only when something is to be kept or read. */
  constructor(path: string, findSealer: () => Sealer | null) {
    this.#path = path
    this.#findSealer = findSealer
  }

  /** What would encrypt a login; null where nothing does. */
  get keeper(): string | null {
    return this.#findSealer()?.name ?? null
  }

  /** Who is logged in, by the registry's key in config.json. Nothing is decrypted for it. */
  users(): ReadonlyMap<string, string> {
    return new Map(this.#read().map(({ server, username }) => [server, username]))
  }

  /** @throws AppError when it is there but cannot be decrypted; without a cause, which could quote it. */
  find(server: string): OwnLogin | null {
    const kept = this.#read().find((one) => one.server === server)
    if (kept === undefined) return null
    const text = this.#opened(kept)
    if (text !== null) return { username: kept.username, ...text }
    throw new AppError(
      'System',
      `The login that Quayside keeps for ${oneLine(server, 100)} cannot be read.`,
      {
        hint: 'Unlock the keyring of this desktop and try again, or log in again.'
      }
    )
  }

  keep({ server, username, secret }: RegistryLogin, identityToken: string | null): void {
    const sealer = this.#findSealer()
    if (sealer === null) {
      throw new AppError('Conflict', 'Nothing on this system encrypts a login any more.', {
        hint: 'Unlock the keyring of this desktop, then try again.'
      })
    }
    const secrets: z.output<typeof Secrets> = {
      password: identityToken === null ? secret : '',
      identityToken: identityToken ?? ''
    }
    const sealed = sealer.seal(JSON.stringify(secrets)).toString('base64')
    this.#write([...this.#read().filter((one) => one.server !== server), { server, username, sealed }])
  }

  /** Forgets those whose key fits. */
  forget(isKey: (server: string) => boolean): void {
    const all = this.#read()
    const left = all.filter(({ server }) => !isKey(server))
    if (left.length < all.length) this.#write(left)
  }

  /** Calls `changed` after each change, until the answer is called. */
  listen(changed: () => void): () => void {
    this.#listeners.add(changed)
    return () => this.#listeners.delete(changed)
  }

  #opened({ sealed }: Kept): z.output<typeof Secrets> | null {
    try {
      const text = this.#findSealer()?.open(Buffer.from(sealed, 'base64'))
      return text === undefined ? null : Secrets.parse(JSON.parse(text))
    } catch {
      return null
    }
  }

  /** A damaged file holds none. */
  #read(): readonly Kept[] {
    try {
      return File.parse(JSON.parse(readIfThere(this.#path) ?? '')).logins
    } catch {
      return []
    }
  }

  #write(logins: readonly Kept[]): void {
    try {
      writeFileAtomically(this.#path, `${JSON.stringify({ logins }, null, 2)}\n`)
    } catch (cause) {
      throw new AppError('Forbidden', `Quayside’s file of logins, ${this.#path}, cannot be written.`, {
        hint: 'Make the file and its folder writable, then try again.',
        cause
      })
    }
    for (const changed of [...this.#listeners]) changed()
  }
}
