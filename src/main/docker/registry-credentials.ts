/**
 * Who is logged in to a registry, by the docker CLI's own config.json: credHelpers, credsStore, auths, in the CLI's order.
 * Called by handlers/image-transfers for each transfer, so that a `docker login` counts at once. What it answers goes to the
 * engine and nowhere else: no log, no error and no page ever holds it.
 */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { AppError, toAppError } from '@shared/errors'

/** What a registry is entered with, and why it may be missing. */
export interface Login {
  /** The value of X-Registry-Auth; undefined when nobody is logged in. */
  readonly auth: string | undefined
  /** One sentence when the CLI's configuration should have had a login but did not give it. */
  readonly problem: string | null
}

/** Looks up the login for a registry's domain (`docker.io`, `localhost:5000`). Never rejects but for an abort. */
export type Credentials = (domain: string, signal: AbortSignal) => Promise<Login>

/** Runs `docker-credential-NAME get`; answers its output, or null when it holds nothing for that server. */
export type AskHelper = (name: string, server: string, signal: AbortSignal) => Promise<string | null>

const HUB = 'https://index.docker.io/v1/'

const Entry = z.object({
  auth: z.string().nullish(),
  username: z.string().nullish(),
  password: z.string().nullish(),
  identitytoken: z.string().nullish(),
  registrytoken: z.string().nullish()
})
const Config = z.object({
  auths: z.record(z.string(), Entry.nullish().catch(null)).nullish(),
  credsStore: z.string().nullish(),
  credHelpers: z.record(z.string(), z.string()).nullish()
})
const HelperReply = z.object({ Username: z.string(), Secret: z.string() })

const NOBODY: Login = { auth: undefined, problem: null }

/** Reads the configuration in `configDir` anew for every question. */
export function registryCredentials(configDir: string, ask: AskHelper): Credentials {
  return async (domain, signal) => {
    const server = serverOf(domain)
    try {
      const config = await readConfig(join(configDir, 'config.json'))
      if (config === null) return NOBODY
      const helper = own(config.credHelpers, server) ?? config.credsStore ?? ''
      return helper === '' ? fromFile(config.auths, server) : await fromHelper(helper, server, ask, signal)
    } catch (thrown) {
      if (signal.aborted) throw thrown
      return { auth: undefined, problem: toAppError(thrown).message }
    }
  }
}

/** What an app keeps of a login that the CLI has not. */
export type FindOwn = (server: string) => {
  readonly username: string
  readonly password: string
  readonly identityToken: string
} | null

/** The CLI's login and, where it has none, the one that is kept beside it. */
export function withOwnLogins(cli: Credentials, find: FindOwn): Credentials {
  return async (domain, signal) => {
    const known = await cli(domain, signal)
    if (known.auth !== undefined) return known
    const server = serverOf(domain)
    try {
      const own = find(server)
      if (own === null) return known
      const { username, password, identityToken } = own
      return login({
        ...(identityToken === '' ? { username, password } : { identitytoken: identityToken }),
        serveraddress: server
      })
    } catch (thrown) {
      return { auth: undefined, problem: toAppError(thrown).message }
    }
  }
}

/** What config.json and the engine call the registry of a domain. */
export const serverOf = (domain: string): string => (domain === 'docker.io' ? HUB : domain)

async function readConfig(path: string): Promise<z.output<typeof Config> | null> {
  let text: string
  try {
    text = await readFile(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw new AppError('Forbidden', 'The docker CLI’s config.json cannot be read.')
  }
  try {
    return Config.parse(JSON.parse(text))
  } catch {
    // Without a cause: a parser's message quotes what it read.
    throw new AppError('InvalidParameter', 'The docker CLI’s config.json is damaged.')
  }
}

/** Own keys only: a registry may be called `constructor`. */
function own<V>(values: Readonly<Record<string, V>> | null | undefined, key: string): V | undefined {
  return values !== null && values !== undefined && Object.hasOwn(values, key) ? values[key] : undefined
}

async function fromHelper(name: string, server: string, ask: AskHelper, signal: AbortSignal): Promise<Login> {
  const output = await ask(name, server, signal)
  if (output === null) return NOBODY
  let reply: z.output<typeof HelperReply>
  try {
    reply = HelperReply.parse(JSON.parse(output))
  } catch {
    throw new AppError('InvalidParameter', `docker-credential-${name} gave an answer that is none.`)
  }
  const { Username, Secret } = reply
  // What pass answers when it has nothing.
  if (Secret === '') return NOBODY
  // What helpers call an identity token instead of a password.
  if (Username === '<token>') return login({ identitytoken: Secret, serveraddress: server })
  return login({ username: Username, password: Secret, serveraddress: server })
}

function fromFile(auths: z.output<typeof Config>['auths'], server: string): Login {
  const keys = Object.keys(auths ?? {})
  // Old files have addresses such as https://host/v1/ as keys.
  const key = keys.find((one) => one === server) ?? keys.find((one) => hostOf(one) === hostOf(server))
  const entry = key === undefined ? undefined : own(auths, key)
  if (entry === undefined || entry === null) return NOBODY
  const { identitytoken, registrytoken } = entry
  const decoded = Buffer.from(entry.auth ?? '', 'base64')
    .toString('utf8')
    .replace(/\0+$/, '')
  const colon = decoded.indexOf(':')
  const username = colon < 0 ? (entry.username ?? '') : decoded.slice(0, colon)
  const password = colon < 0 ? (entry.password ?? '') : decoded.slice(colon + 1)
  if (username === '' && !identitytoken && !registrytoken) return NOBODY
  return login({
    ...(username === '' ? {} : { username, password }),
    ...(identitytoken ? { identitytoken } : {}),
    ...(registrytoken ? { registrytoken } : {}),
    serveraddress: server
  })
}

function hostOf(address: string): string {
  return address.replace(/^https?:\/\//, '').replace(/\/.*$/, '')
}

/** The engine decodes the alphabet for addresses, with its padding. */
function login(auth: Readonly<Record<string, string>>): Login {
  const encoded = Buffer.from(JSON.stringify(auth)).toString('base64')
  return { auth: encoded.replaceAll('+', '-').replaceAll('/', '_'), problem: null }
}
