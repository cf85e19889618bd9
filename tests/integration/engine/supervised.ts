/**
 * A supervisor over the real bundled engine in a short temporary home, for the tests beside this file: rootful, in a
 * network namespace of its own. `leftovers` is the proof that nothing stayed.
 */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { execFile } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import type { EngineState } from '@shared/contract/engine'
import { Settings } from '@shared/contract/settings'
import {
  createEngineSupervisor,
  type EngineSupervisor,
  type SupervisorOptions
} from '@main/engine/supervisor'
import { createFileLogger } from '@main/platform/logger'
import { makeFolders, resolvePaths, type Paths } from '@main/platform/paths'
import { openSettings } from '@main/platform/settings'
import {
  bundleDir,
  importBusybox,
  killBelow,
  mountsBelow,
  processesBelow,
  SYSTEM_PATH
} from '../engine-fixture'

const exec = promisify(execFile)

/** Runs what follows it in a network of its own, keeping the process id. */
export const OWN_NETWORK = [
  '/usr/bin/unshare',
  '--net',
  '/bin/sh',
  '-c',
  'busybox ip link set lo up; exec "$@"',
  'sh'
]

export interface SupervisedHome {
  readonly home: string
  readonly paths: Paths
  supervisor(more?: Partial<SupervisorOptions>): EngineSupervisor
  docker(...args: string[]): Promise<string>
  importBusybox(): Promise<string>
  /** The pid of the engine, from its record. */
  enginePid(): number
  /** Waits for a state and answers it. */
  until(supervisor: EngineSupervisor, name: EngineState['name'], timeoutMs?: number): Promise<EngineState>
  /** Ends what a test left behind by force, and removes the home. */
  remove(): Promise<void>
}

export function supervisedHome(
  options: { readonly home?: string; readonly choose?: boolean } = {}
): SupervisedHome {
  const home = options.home ?? mkdtempSync('/tmp/q-')
  const paths = resolvePaths({ QUAYSIDE_HOME: home }, 'linux', '/')
  makeFolders(paths)
  mkdirSync(`${home}/user`, { recursive: true })
  const env = {
    PATH: `${bundleDir}/bin:${SYSTEM_PATH}`,
    HOME: `${home}/user`,
    DOCKER_CONFIG: `${home}/cli`,
    DOCKER_HOST: `unix://${paths.socket}`
  }
  const log = createFileLogger(paths.appLog, { level: 'debug' })
  const made: EngineSupervisor[] = []
  return {
    home,
    paths,
    supervisor: (more = {}) => {
      const supervisor = createEngineSupervisor({
        ...{ paths, log, bundleDir, env: {}, homeDir: `${home}/user`, wrap: OWN_NETWORK },
        settings: openSettings(paths.settingsFile, Settings, log),
        ...more
      })
      made.push(supervisor)
      return supervisor
    },
    docker: async (...args) =>
      (await exec(`${bundleDir}/bin/docker`, args, { env })).stdout.replace(/\n$/, ''),
    importBusybox: async () => await importBusybox(home, env),
    enginePid: () => (JSON.parse(readFileSync(paths.engineRecord, 'utf8')) as { pid: number }).pid,
    until: untilState,
    remove: async () => {
      // A test that failed half way has not done it, and its supervisor would start what is ended here again.
      for (const supervisor of made) await Promise.race([supervisor.dispose(), sleep(20_000)])
      await removeHome(home)
    }
  }
}

async function untilState(
  supervisor: EngineSupervisor,
  name: EngineState['name'],
  timeoutMs = 60_000
): Promise<EngineState> {
  const signal = AbortSignal.timeout(timeoutMs)
  let last: EngineState | undefined
  for await (const { state } of supervisor.watch(signal)) {
    last = state
    if (state.name === name) return state
  }
  throw new Error(`The engine did not become ${name} in ${timeoutMs} ms, it is ${JSON.stringify(last)}`)
}

/** What is left of an engine: processes and mounts below its home, and its socket. */
export function leftovers(home: string): string[] {
  const processes = processesBelow(home).map(({ pid, command }) => `${pid} ${command}`)
  const socket = existsSync(`${home}/run/docker.sock`) ? ['run/docker.sock'] : []
  return [...processes, ...mountsBelow(home), ...socket]
}

async function removeHome(home: string): Promise<void> {
  await killBelow(home, /./)
  for (const point of mountsBelow(home)) await exec('umount', ['-l', point]).catch(() => undefined)
  rmSync(home, { recursive: true, force: true, maxRetries: 5 })
}

/** Polls until `check` is true. */
export async function eventually(check: () => boolean | Promise<boolean>, timeoutMs = 30_000): Promise<void> {
  for (const end = Date.now() + timeoutMs; !(await check()); await sleep(100)) {
    if (Date.now() > end) throw new Error(`Not within ${timeoutMs} ms: ${check.toString()}`)
  }
}

/** The process id of a running container, or 0. */
export async function containerPid(home: SupervisedHome, name: string): Promise<number> {
  return Number(await home.docker('inspect', '-f', '{{.State.Pid}}', name))
}
