/**
 * The bundled engine run by root on Linux: dockerd as a process of its own session that outlives the app, with live
 * restore, so that neither a crash of dockerd nor of the app ends a container. Made by hosts/index.ts.
 */
import { chmodSync, existsSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Precondition } from '@shared/contract/engine'
import type { Paths } from '../../platform/paths'
import { writeLiveRestore } from '../engine-config'
import { tailLines } from '../engine-log'
import { holdsClaim, readRecord, releaseFolder } from '../engine-record'
import type { EngineProcess, Host, Prepared, Terminated } from './host'
import {
  endEngine,
  findContainerd,
  findDockerd,
  prepareGround,
  removeLeftovers,
  supervisorFile,
  type LinuxHostOptions,
  type RunningEngine
} from './linux-ground'
import { adoptProcess, engineEnvironment, spawnEngine } from './linux-process'
import { bridgePrelude, giveBackRules, removeNetworks, saveRules, type SavedRules } from './linux-network'
import { applyLiveRestore, longestStopTimeout, removeEverything } from './linux-terminate'
import { checkBundle, refuseFailed, verifiedFile } from './linux-checks'
import { checkCgroups, checkDisk, checkIptables, checkOverlay } from './preconditions'
import { takeTurn } from './start-turn'
import { executableOf, isFrozen, readProcess, signalProcess } from './proc'

/** dockerd's own limit; a container's longer StopTimeout wins over it. */
const SHUTDOWN_TIMEOUT_S = 15

export function createRootfulHost(options: LinuxHostOptions): Host {
  const { paths, bundleDir } = options
  /** Between spawn and settled; without it nothing is given back. */
  let rules: SavedRules | null = null
  let endTurn = (): void => undefined
  return {
    mode: 'rootful',
    retry: 'budget',
    endpoint: endpointOf(options),
    check: async () => await check(options),
    prepare: async (signal) => await prepare(options, signal),
    spawn: async () => {
      endTurn = await takeTurn()
      try {
        rules = await saveRules(options)
        const prelude = bridgePrelude(paths)
        const engine = await spawnEngine(
          options,
          daemonCommand(options),
          engineEnvironment(bundleDir),
          prelude
        )
        void engine.exited.then(endTurn)
        return engine
      } catch (error) {
        endTurn()
        throw error
      }
    },
    terminate: async (process, keepContainers) => await terminate(options, process, keepContainers),
    kill: async (process) => await dumpAndKill(process),
    cleanup: async (keepContainers) => await cleanup(options, keepContainers),
    settled: () => {
      // dockerd makes it 0660; the folder is 0700, this is the second lock on the same door.
      chmodSync(paths.socket, 0o600)
      const given = rules === null ? Promise.resolve() : giveBackRules(options, rules)
      void given.finally(endTurn)
      rules = null
    },
    parts: {
      dockerd: () => findDockerd(paths),
      containerd: () => findContainerd(paths),
      seesContainers: true
    },
    lastLogLines: (count) =>
      tailLines(paths.engineLog, count, readRecord(paths.engineRecord)?.logOffset ?? 0),
    release: () => releaseFolder(supervisorFile(paths))
  }
}

function endpointOf({ paths }: LinuxHostOptions): { readonly kind: 'unix'; readonly path: string } {
  return { kind: 'unix', path: paths.socket }
}

function find(paths: Paths): RunningEngine | null {
  const dockerd = findDockerd(paths)
  return dockerd === null ? null : { watched: dockerd, dockerd }
}

async function check({ paths, bundleDir }: LinuxHostOptions): Promise<Precondition[]> {
  return await Promise.all([
    checkBundle(bundleDir, verifiedFile(paths)),
    checkCgroups(),
    checkOverlay(),
    checkIptables(true),
    checkDisk(paths.engineDataDir)
  ])
}

async function prepare(options: LinuxHostOptions, signal: AbortSignal): Promise<Prepared> {
  const { paths, bundleDir } = options
  const found = await prepareGround(options, () => find(paths), signal)
  if (found !== null && isOfThisBundle(found, bundleDir)) {
    await applyLiveRestore(paths, endpointOf(options), found.watched, wantsLiveRestore(options))
    return { kind: 'adopted', process: adoptProcess(found.watched) }
  }
  if (found !== null) {
    await endEngine(found)
    await removeLeftovers(paths)
  }
  refuseFailed(await check(options))
  writeLiveRestore(paths.engineConfig, wantsLiveRestore(options))
  return { kind: 'ready' }
}

async function terminate(
  options: LinuxHostOptions,
  process: EngineProcess,
  keepContainers: boolean
): Promise<Terminated> {
  const dockerd = readProcess(process.pid ?? -1)
  if (dockerd === null) return { graceMs: 1000 }
  if (keepContainers) {
    signalProcess(dockerd, 'SIGTERM')
    signalProcess(dockerd, 'SIGCONT')
    return { graceMs: 15_000 }
  }
  signalProcess(dockerd, 'SIGCONT')
  const endpoint = endpointOf(options)
  const longest = await longestStopTimeout(endpoint)
  const applied = await applyLiveRestore(options.paths, endpoint, dockerd, false)
  if (!applied)
    options.logger.warn('The engine did not confirm that live restore is off.', { area: 'engine' })
  signalProcess(dockerd, 'SIGTERM')
  return { graceMs: (longest + 15) * 1000 }
}

async function cleanup(options: LinuxHostOptions, keepContainers: boolean): Promise<void> {
  const { paths, logger } = options
  // After a start that was refused the engine here is another Quayside's.
  if (!holdsClaim(supervisorFile(paths)) || find(paths) !== null) return
  if (keepContainers) return await removeLeftovers(paths)
  await removeEverything(paths, logger)
  await removeNetworks(options)
}

/** Live restore and swarm mode exclude each other: dockerd would refuse to start. */
function wantsLiveRestore({ paths }: LinuxHostOptions): boolean {
  return !existsSync(join(paths.engineDataDir, 'swarm', 'docker-state.json'))
}

/** An engine of an older installation is restarted with ours; its containers live on. */
function isOfThisBundle(found: RunningEngine, bundleDir: string): boolean {
  const program = executableOf(found.watched.pid)
  return program === null || program === join(bundleDir, 'bin', 'dockerd')
}

function daemonCommand({ paths, bundleDir }: LinuxHostOptions): string[] {
  return [
    join(bundleDir, 'bin', 'dockerd'),
    ...['--config-file', paths.engineConfig],
    ...['--data-root', paths.engineDataDir],
    ...['--exec-root', paths.execRoot],
    ...['--pidfile', paths.pidFile],
    ...['-H', `unix://${paths.socket}`],
    ...['--shutdown-timeout', String(SHUTDOWN_TIMEOUT_S)]
  ]
}

/** Leaves dockerd's goroutines in the exec root for whoever asks why, then ends it. */
async function dumpAndKill(process: EngineProcess): Promise<void> {
  const dockerd = readProcess(process.pid ?? -1)
  if (dockerd === null) return
  if (!isFrozen(dockerd) && signalProcess(dockerd, 'SIGUSR1')) await sleep(300)
  signalProcess(dockerd, 'SIGKILL')
}
