/** The registries that were added by their address: a small file of ours, since the docker CLI's has no place for them. */
import { z } from 'zod'
import { AppError } from '@shared/errors'
import { readIfThere, writeFileAtomically } from '../platform/files'
import { serverOf } from './login-place'

const MOST = 200
const File = z.object({ registries: z.array(z.string()) })

export class AddedRegistries {
  readonly #path: string
  readonly #listeners = new Set<() => void>()

  constructor(path: string) {
    this.#path = path
  }

  /** What does not read as a registry is left out; a damaged file holds none. */
  all(): string[] {
    try {
      const { registries } = File.parse(JSON.parse(readIfThere(this.#path) ?? ''))
      return registries.map((host) => serverOf(host)?.host ?? '').filter((host) => host !== '')
    } catch {
      return []
    }
  }

  add(host: string): void {
    const all = this.all()
    if (all.includes(host)) return
    if (all.length >= MOST) {
      throw new AppError('Conflict', `The list holds ${MOST} registries already.`, {
        hint: 'Remove one that is not needed any more.'
      })
    }
    this.#write([...all, host])
  }

  remove(host: string): void {
    const all = this.all()
    if (all.includes(host)) this.#write(all.filter((one) => one !== host))
  }

  /** Fails when {@link rename} would. */
  checkRename(host: string, to: string): void {
    const all = this.all()
    if (!all.includes(host)) {
      throw new AppError('NotFound', `${host} was not added here.`, {
        hint: 'Only the address of a registry that was added can be changed.'
      })
    }
    if (host !== to && all.includes(to)) {
      throw new AppError('Conflict', `${to} is on the list already.`, {
        hint: 'Remove the one that is wrong.'
      })
    }
  }

  /** The other address stands where the first one stood. */
  rename(host: string, to: string): void {
    this.checkRename(host, to)
    this.#write(this.all().map((one) => (one === host ? to : one)))
  }

  /** Tells those who listen: what is known of registries changed elsewhere. */
  touch(): void {
    for (const changed of [...this.#listeners]) changed()
  }

  /** Calls `changed` after each change, until the answer is called. */
  listen(changed: () => void): () => void {
    this.#listeners.add(changed)
    return () => this.#listeners.delete(changed)
  }

  #write(registries: readonly string[]): void {
    try {
      writeFileAtomically(this.#path, `${JSON.stringify({ registries }, null, 2)}\n`)
    } catch (cause) {
      throw new AppError('Forbidden', `The list of registries, ${this.#path}, cannot be written.`, {
        hint: 'Make the file and its folder writable, then try again.',
        cause
      })
    }
    this.touch()
  }
}
