/**
 * Which registries the engine reaches without a trusted certificate, and what it asks before Docker Hub: `insecure-registries` and
 * `registry-mirrors` of its configuration. Pure: what a line of the page may say and what becomes of the file (docs/decisions/0591).
 */
import { z } from 'zod'
import { AppError } from '@shared/errors'

export interface RegistryWish {
  readonly host: string
  /** The address it had before; its entry goes. */
  readonly formerly?: string
  /** Null leaves it as it is. */
  readonly insecure: boolean | null
  readonly mirrors: readonly string[] | null
}

type Config = Readonly<Record<string, unknown>>

const MOST_MIRRORS = 20
const Strings = z.array(z.string()).nullish()

/** What the file says; a key that is no list is an error that names it. */
export function registriesOf(config: Config): { insecure: string[]; mirrors: string[] } {
  return { insecure: listOf(config, 'insecure-registries'), mirrors: listOf(config, 'registry-mirrors') }
}

function listOf(config: Config, key: string): string[] {
  const read = Strings.safeParse(config[key])
  if (read.success) return read.data ?? []
  throw new AppError('InvalidParameter', `“${key}” of the engine’s configuration is not a list of names.`, {
    hint: 'Correct it in the file, then try again.'
  })
}

/** As the engine reads it: older ones took an address with its scheme. */
export const namesHost =
  (host: string) =>
  (entry: string): boolean =>
    entry
      .trim()
      .replace(/^https?:\/\//i, '')
      .replace(/\/$/, '')
      .toLowerCase() === host.toLowerCase()

/** The configuration with the wish in it. Lists become empty, never absent: an absent one is not read anew. */
export function withWish(config: Config, { host, formerly = host, insecure, mirrors }: RegistryWish): Config {
  const now = registriesOf(config)
  const others = now.insecure.filter((entry) => !namesHost(host)(entry) && !namesHost(formerly)(entry))
  return {
    ...config,
    ...(insecure === null ? {} : { 'insecure-registries': insecure ? [...others, host] : others }),
    ...(mirrors === null ? {} : { 'registry-mirrors': mirrorsOf(mirrors) })
  }
}

const Info = z.object({
  RegistryConfig: z.object({
    IndexConfigs: z.record(z.string(), z.object({ Secure: z.boolean().nullish() })).nullish(),
    Mirrors: z.array(z.string()).nullish()
  })
})

/** Whether `GET /info` says what was wished for. */
export function isAsWished({ host, insecure, mirrors }: RegistryWish, info: unknown): boolean {
  const read = Info.safeParse(info)
  if (!read.success) return false
  const { IndexConfigs, Mirrors } = read.data.RegistryConfig
  const found = Object.entries(IndexConfigs ?? {}).some(
    ([name, { Secure }]) => namesHost(host)(name) && Secure === false
  )
  const bare = (list: readonly string[]): string => list.map((one) => one.replace(/\/$/, '')).join('\n')
  return (
    (insecure === null || insecure === found) &&
    (mirrors === null || bare(mirrorsOf(mirrors)) === bare(Mirrors ?? []))
  )
}

/** Checked here because dockerd takes some that it can never reach. */
export function mirrorsOf(typed: readonly string[]): string[] {
  const mirrors = [
    ...new Set(
      typed
        .map((line) => line.trim())
        .filter((line) => line !== '')
        .map(mirrorOf)
    )
  ]
  if (mirrors.length <= MOST_MIRRORS) return mirrors
  throw new AppError('InvalidParameter', `More than ${MOST_MIRRORS} mirrors are of no use.`, {
    hint: 'The engine tries one after another before Docker Hub.'
  })
}

function mirrorOf(typed: string): string {
  const url = URL.canParse(typed) ? new URL(typed) : null
  const web = url !== null && /^https?:$/.test(url.protocol) && /^https?:\/\/[^/]/i.test(typed)
  if (!web) {
    throw new AppError('InvalidParameter', `“${typed.slice(0, 100)}” is not the address of a mirror.`, {
      hint: 'Write it with its scheme: https://mirror.example.'
    })
  }
  if (
    url.username !== '' ||
    url.password !== '' ||
    url.search !== '' ||
    url.hash !== '' ||
    /\s/.test(typed)
  ) {
    throw new AppError('InvalidParameter', `${url.origin} is to be written without a name, “?” or “#”.`, {
      hint: 'A login for a mirror is not possible: the engine asks it without one.'
    })
  }
  return `${url.origin}${url.pathname}`
}
