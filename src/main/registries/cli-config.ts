/**
 * The docker CLI's config.json, for writing a login into it: everything else in it stays, in its order, as does its mode, and
 * where it is a symbolic link, the link. Written as the CLI writes it, whole or not at all.
 */
import { realpathSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { AppError } from '@shared/errors'
import { makeFolder, readIfThere, writeFileAtomically } from '../platform/files'

type Values = Record<string, unknown>

const isValues = (value: unknown): value is Values =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

export class CliConfig {
  readonly path: string
  readonly #folder: string
  readonly #values: Values

  /** Reads it anew; an absent or empty file is an empty configuration. Fails when it is damaged: it is never replaced. */
  constructor(folder: string) {
    this.#folder = folder
    this.path = join(folder, 'config.json')
    this.#values = parse(read(this.path), this.path)
  }

  /** The helper it names for a registry; null when it names none. */
  helperOf(server: string): string | null {
    const { credHelpers, credsStore } = this.#values
    const own = isValues(credHelpers) && Object.hasOwn(credHelpers, server) ? credHelpers[server] : undefined
    const name = own ?? credsStore
    return typeof name === 'string' && name !== '' ? name : null
  }

  /** The logins it holds, as they are: for reading who is logged in, never to be shown. */
  get logins(): ReadonlyMap<string, Readonly<Values>> {
    const { auths } = this.#values
    return new Map(
      Object.entries(isValues(auths) ? auths : {}).map(([key, entry]) => [key, isValues(entry) ? entry : {}])
    )
  }

  /** The registries that have a helper of their own. */
  get ownHelpers(): readonly string[] {
    const { credHelpers } = this.#values
    return isValues(credHelpers) ? Object.keys(credHelpers) : []
  }

  /** The helper for every registry without one of its own; null when there is none. */
  get store(): string | null {
    const { credsStore } = this.#values
    return typeof credsStore === 'string' && credsStore !== '' ? credsStore : null
  }

  /** Whether it names a store or holds logins already: then the CLI looks for no helper by itself. */
  get saysWhere(): boolean {
    const { auths, credHelpers, credsStore } = this.#values
    const some = (value: unknown) => isValues(value) && Object.keys(value).length > 0
    return (typeof credsStore === 'string' && credsStore !== '') || some(credHelpers) || some(auths)
  }

  /** Puts what is kept of a login under its registry; `credsStore` names the helper for all, when that is news. */
  write(server: string, entry: Readonly<Values>, credsStore: string | null): void {
    const auths = isValues(this.#values['auths']) ? this.#values['auths'] : {}
    this.#replace({
      ...this.#values,
      // Not by assignment: a registry may be called `__proto__`.
      auths: Object.fromEntries([
        ...Object.entries(auths).filter(([key]) => key !== server),
        [server, entry]
      ]),
      ...(credsStore === null ? {} : { credsStore })
    })
  }

  /** Takes registries out of what it holds of logins; without any of them the file is left as it is. */
  forget(servers: ReadonlySet<string>): void {
    const { auths } = this.#values
    if (!isValues(auths) || !Object.keys(auths).some((key) => servers.has(key))) return
    const kept = Object.entries(auths).filter(([key]) => !servers.has(key))
    this.#replace({ ...this.#values, auths: Object.fromEntries(kept) })
  }

  #replace(values: Readonly<Values>): void {
    try {
      makeFolder(this.#folder)
      const target = targetOf(this.path)
      const mode = statSync(target, { throwIfNoEntry: false })?.mode ?? 0o600
      writeFileAtomically(target, JSON.stringify(values, null, '\t'), mode & 0o777)
    } catch (cause) {
      throw new AppError('Forbidden', `The docker CLI’s ${this.path} cannot be written.`, {
        hint: 'Make the file and its folder writable, then try again.',
        cause
      })
    }
  }
}

function read(path: string): string {
  try {
    return readIfThere(path) ?? ''
  } catch (cause) {
    throw new AppError('Forbidden', `The docker CLI’s ${path} cannot be read.`, {
      hint: 'Make it readable, then try again.',
      cause
    })
  }
}

function parse(text: string, path: string): Values {
  if (text.trim() === '') return {}
  let values: unknown
  try {
    values = JSON.parse(text)
  } catch {
    // Without a cause: a parser's message quotes what it read.
  }
  if (isValues(values)) return values
  throw new AppError('InvalidParameter', `The docker CLI’s ${path} is damaged.`, {
    hint: 'Mend it or move it away, then try again; it is left as it is.'
  })
}

/** What a symbolic link leads to, so that the link stays; the path itself where there is none. */
function targetOf(path: string): string {
  try {
    return realpathSync(path)
  } catch {
    return path
  }
}
