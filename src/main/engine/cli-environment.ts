/**
 * What a program of the docker CLI (buildx, `docker trust`) has in its environment, so that it finds the engine in use, and
 * what a person's terminal would give it. Used by main/builds and main/registries.
 */
import type { EngineStatus } from '@shared/contract/engine'
import { engineNotRunning } from '../docker/errors'
import { HOST_VARIABLE } from './contexts'

type Environment = Readonly<Record<string, string | undefined>>

/** How the CLI would reach the engine in use. */
export interface CliEngine {
  /** `unix:///…` */
  readonly host: string
  /** The docker context, where the engine is that of one; its certificates are then found there. */
  readonly context: string | null
  /** DOCKER_HOST names it: its certificates are where the variables beside it say. */
  readonly fromEnvironment: boolean
}

/** @throws AppError `EngineNotRunning` */
export function cliEngine({ state, source, host, contextName }: EngineStatus): CliEngine {
  if (state.name !== 'running') throw engineNotRunning()
  const fromEnvironment = source === 'context' && contextName === HOST_VARIABLE
  const named = source === 'context' && contextName !== 'default' && !fromEnvironment
  return { host, context: named ? contextName : null, fromEnvironment }
}

/** What finds programs, agents, keyrings, clusters and proxies. Nothing of Quayside's own. */
const INHERITED = [
  ...[
    'PATH',
    'HOME',
    'USER',
    'USERPROFILE',
    'LANG',
    'TMPDIR',
    'TEMP',
    'SystemRoot',
    'APPDATA',
    'LOCALAPPDATA'
  ],
  ...['XDG_RUNTIME_DIR', 'DBUS_SESSION_BUS_ADDRESS', 'DISPLAY', 'SSH_AUTH_SOCK', 'KUBECONFIG'],
  ...['GPG_TTY', 'GNUPGHOME', 'PASSWORD_STORE_DIR', 'SSL_CERT_FILE'],
  ...['HTTP_PROXY', 'HTTPS_PROXY', 'NO_PROXY', 'http_proxy', 'https_proxy', 'no_proxy']
]
const TLS_VARIABLES = ['DOCKER_TLS', 'DOCKER_TLS_VERIFY', 'DOCKER_CERT_PATH']

/** Of the app's own environment what such a program may have. */
export function inheritedVariables(env: Environment): Record<string, string | undefined> {
  return taken(INHERITED, env)
}

/** What leads it to the engine. */
export function engineVariables(
  { host, context, fromEnvironment }: CliEngine,
  env: Environment
): Record<string, string | undefined> {
  if (context !== null) return { DOCKER_CONTEXT: context }
  return { DOCKER_HOST: host, ...(fromEnvironment ? taken(TLS_VARIABLES, env) : {}) }
}

function taken(names: readonly string[], env: Environment): Record<string, string | undefined> {
  return Object.fromEntries(names.map((name) => [name, env[name]]))
}
