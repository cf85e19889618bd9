/**
 * What the docker CLI would talk to from here: DOCKER_HOST, then DOCKER_CONTEXT, then config.json's currentContext, then
 * the default socket; with the TLS files each of them names. Read by the supervisor; nothing is written and no
 * connection is opened. Where the CLI is lax (ssh options as host names, passwords in URLs) this is strict.
 */
import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { AppError } from '@shared/errors'
import { z } from 'zod'
import { readIfThere } from '../platform/files'
import { endpointText, type EndpointTls, type EngineEndpoint } from './endpoint'

type Env = Readonly<Record<string, string | undefined>>

export interface CliTarget {
  /** The context's name, or `DOCKER_HOST` when that variable decides. */
  readonly name: string
  readonly endpoint: EngineEndpoint
  /** The endpoint as the CLI spells it. */
  readonly host: string
}

export interface CliPlace {
  readonly env: Env
  readonly platform: NodeJS.Platform
  readonly homeDir: string
}

/** What an engine is called that no context names. */
export const HOST_VARIABLE = 'DOCKER_HOST'

const Config = z.object({ currentContext: z.string().catch('') })
const Meta = z.object({
  Name: z.string(),
  Endpoints: z.object({
    docker: z.object({ Host: z.string().catch(''), SkipTLSVerify: z.boolean().catch(false) })
  })
})

/** What the CLI would use; a context that is not there or cannot be read is an AppError, as it is for the CLI. */
export function resolveCliTarget(place: CliPlace): CliTarget {
  const { env, platform } = place
  const host = env[HOST_VARIABLE]?.trim()
  if (host) {
    const endpoint = withTls(parseHost(host, usesTls(env) ? 2376 : 2375), () => tlsFromEnv(place))
    return { name: HOST_VARIABLE, endpoint, host: endpointText(endpoint) }
  }
  const name = env['DOCKER_CONTEXT'] || currentContext(place)
  if (name === '' || name === 'default') {
    const path = platform === 'win32' ? '//./pipe/docker_engine' : '/var/run/docker.sock'
    const endpoint: EngineEndpoint = platform === 'win32' ? { kind: 'npipe', path } : { kind: 'unix', path }
    return { name: 'default', endpoint, host: endpointText(endpoint) }
  }
  return storedContext(place, name)
}

function configDir({ env, homeDir }: CliPlace): string {
  return env['DOCKER_CONFIG'] || join(homeDir, '.docker')
}

function currentContext(place: CliPlace): string {
  try {
    return Config.parse(JSON.parse(readIfThere(join(configDir(place), 'config.json')) ?? '{}')).currentContext
  } catch {
    // The CLI warns about an unreadable file and goes on without it.
    return ''
  }
}

function storedContext(place: CliPlace, name: string): CliTarget {
  const id = createHash('sha256').update(name).digest('hex')
  const store = join(configDir(place), 'contexts')
  const text = readIfThere(join(store, 'meta', id, 'meta.json'))
  if (text === null) {
    throw new AppError('NotFound', `The docker context “${name}” does not exist.`, {
      hint: 'Choose another one with `docker context use`, or use the bundled engine.',
      details: { kind: 'context-missing' }
    })
  }
  const meta = parseMeta(name, text)
  const tlsDir = join(store, 'tls', id, 'docker')
  const tls = readTls(tlsDir)
  const hasTls = Object.values(tls).some((value) => value !== undefined)
  const endpoint = withTls(parseHost(meta.Host, hasTls ? 2376 : 2375), () =>
    hasTls || meta.SkipTLSVerify ? { ...tls, skipVerify: meta.SkipTLSVerify } : undefined
  )
  return { name, endpoint, host: endpointText(endpoint) }
}

function parseMeta(name: string, text: string): { readonly Host: string; readonly SkipTLSVerify: boolean } {
  try {
    return Meta.parse(JSON.parse(text)).Endpoints.docker
  } catch (cause) {
    throw new AppError('InvalidParameter', `The docker context “${name}” cannot be read.`, {
      hint: 'Make it again with `docker context create`, or use the bundled engine.',
      details: { kind: 'context-damaged' },
      cause
    })
  }
}

function usesTls(env: Env): boolean {
  return Boolean(env['DOCKER_TLS_VERIFY']) || Boolean(env['DOCKER_TLS'])
}

function tlsFromEnv(place: CliPlace): EndpointTls | undefined {
  const { env } = place
  if (!usesTls(env)) return undefined
  const tls = readTls(env['DOCKER_CERT_PATH'] || configDir(place))
  return { ...tls, skipVerify: !env['DOCKER_TLS_VERIFY'] }
}

function readTls(dir: string): EndpointTls {
  const read = (name: string): string | undefined => readIfThere(join(dir, name)) ?? undefined
  return { ca: read('ca.pem'), cert: read('cert.pem'), key: read('key.pem') }
}

function withTls(endpoint: EngineEndpoint, tls: () => EndpointTls | undefined): EngineEndpoint {
  if (endpoint.kind !== 'tcp') return endpoint
  const found = tls()
  return found === undefined ? endpoint : { ...endpoint, tls: found }
}

function badHost(host: string, why: string): AppError {
  // The host may hold a password: it is not repeated.
  const scheme = /^[a-z]+(?=:\/\/)/.exec(host)?.[0] ?? 'engine'
  return new AppError(
    'InvalidParameter',
    `The ${scheme} address the docker CLI would use is not usable: ${why}.`,
    {
      hint: 'Correct DOCKER_HOST or the docker context, or use the bundled engine.',
      details: { kind: 'bad-host' }
    }
  )
}

/** Parses what `docker -H` takes: unix, npipe, tcp, http(s) and ssh addresses, or host:port. */
export function parseHost(host: string, defaultPort = 2375): EngineEndpoint {
  const [scheme, rest] = host.includes('://') ? splitOnce(host, '://') : ['tcp', host]
  switch (scheme) {
    case 'unix':
      return { kind: 'unix', path: rest === '' ? '/var/run/docker.sock' : rest }
    case 'npipe':
      return { kind: 'npipe', path: rest === '' ? '//./pipe/docker_engine' : rest }
    case 'tcp':
    case 'http':
    case 'https': {
      const url = parseUrl(host, rest)
      if (url.username !== '' || url.password !== '') throw badHost(host, 'it holds a user name or password')
      return {
        kind: 'tcp',
        host: unbracket(url.hostname),
        port: url.port === '' ? defaultPort : Number(url.port)
      }
    }
    case 'ssh':
      return parseSsh(host, rest)
    default:
      throw badHost(host, `${scheme} is not a scheme Docker knows`)
  }
}

function parseSsh(host: string, rest: string): EngineEndpoint {
  const url = parseUrl(host, rest)
  if (url.password !== '') throw badHost(host, 'it holds a password')
  const user = decodeURIComponent(url.username)
  const name = unbracket(url.hostname)
  // ssh would take either for an option, such as -oProxyCommand=….
  if (name.startsWith('-') || user.startsWith('-')) throw badHost(host, 'a name begins with a dash')
  return {
    kind: 'ssh',
    host: name,
    ...(user === '' ? {} : { user }),
    ...(url.port === '' ? {} : { port: Number(url.port) })
  }
}

/** Through a scheme without rules of its own, so that no default port is dropped. */
function parseUrl(host: string, rest: string): URL {
  try {
    const url = new URL(`docker://${rest}`)
    if (url.hostname === '') throw new Error('no host')
    return url
  } catch {
    throw badHost(host, 'it names no host, or an impossible port')
  }
}

function splitOnce(text: string, by: string): [string, string] {
  const at = text.indexOf(by)
  return [text.slice(0, at), text.slice(at + by.length)]
}

function unbracket(host: string): string {
  return host.replace(/^\[(.*)\]$/, '$1')
}
