/** The bundled buildx for questions that end by themselves, as the docker CLI would reach the engine in use. Used by make-router. */
import { join } from 'node:path'
import type { EngineStatus } from '@shared/contract/engine'
import { buildxTarget, targetVariables } from '../builds/buildx'
import { run } from '../platform/child-process'
import type { RunBuildx } from './service'

const TIMEOUT_MS = 60_000
/** Of the app's environment: what finds programs, agents and proxies. */
const INHERITED = [
  ...[
    'PATH',
    'HOME',
    'USERPROFILE',
    'SystemRoot',
    'APPDATA',
    'LOCALAPPDATA',
    'XDG_RUNTIME_DIR',
    'SSH_AUTH_SOCK'
  ],
  ...['HTTP_PROXY', 'HTTPS_PROXY', 'NO_PROXY', 'http_proxy', 'https_proxy', 'no_proxy', 'KUBECONFIG']
]

export interface RunBuildxDeps {
  /** The folder of the bundled engine. */
  readonly bundleDir: string
  /** The CLI's own folder: contexts and logins. */
  readonly cliConfigDir: string
  /** What buildx remembers for the bundled engine. */
  readonly stateDir: string
  readonly status: () => EngineStatus
}

export function runBuildx({ bundleDir, cliConfigDir, stateDir, status }: RunBuildxDeps): RunBuildx {
  const program = join(
    bundleDir,
    'cli-plugins',
    process.platform === 'win32' ? 'docker-buildx.exe' : 'docker-buildx'
  )
  return async (args, signal) => {
    const engine = targetVariables(buildxTarget(status()), stateDir, process.env)
    const inherited = Object.fromEntries(INHERITED.map((name) => [name, process.env[name]]))
    const env = { ...inherited, DOCKER_CONFIG: cliConfigDir, ...engine }
    return await run(program, args, { env, timeoutMs: TIMEOUT_MS }, signal)
  }
}
