/**
 * What both Linux hosts do before a start: claim the folder, find an engine of ours that still runs, and clear away what
 * a dead one left (socket, pid files, containerd). Used by linux-rootful.ts and linux-rootless.ts. It refuses rather
 * than removes what it does not know, and never touches the data root.
 */
import { lstatSync, readdirSync, realpathSync, rmSync } from 'node:fs'
import { basename, join } from 'node:path'
import { AppError } from '@shared/errors'
import type { Logger } from '../../platform/logger'
import { makeFolders, type Paths } from '../../platform/paths'
import { claimFolder, readRecord } from '../engine-record'
import { ping, readInfo } from '../probe'
import {
  bootId,
  findProcesses,
  mountsBelow,
  readPidFile,
  readProcess,
  signalProcess,
  untilGone,
  type ProcessEntry
} from './proc'

export interface LinuxHostOptions {
  readonly paths: Paths
  readonly bundleDir: string
  readonly logger: Logger
  /** A command the engine is run under, before its own (for tests: a network namespace). It must exec its arguments. */
  readonly wrap?: readonly string[]
}

/** An engine of ours that runs: the process we watch, and dockerd, which may be the same one. */
export interface RunningEngine {
  readonly watched: ProcessEntry
  readonly dockerd: ProcessEntry | null
}

export function supervisorFile(paths: Paths): string {
  return join(paths.runDir, 'supervisor.json')
}

/** Our dockerd: found by its own command line, because a pid file may be stale and its number may be another's. */
export function findDockerd(paths: Paths): ProcessEntry | null {
  const ours = (entry: ProcessEntry): boolean =>
    basename(entry.args[0] ?? '') === 'dockerd' && entry.args.includes(paths.pidFile)
  return findProcesses(ours)[0] ?? null
}

/** The containerd that our dockerd starts. */
export function isOurContainerd(entry: ProcessEntry, paths: Paths): boolean {
  const config = join(paths.execRoot, 'containerd', 'containerd.toml')
  return basename(entry.args[0] ?? '') === 'containerd' && entry.args.includes(config)
}

export function findContainerd(paths: Paths): ProcessEntry | null {
  return findProcesses((entry) => isOurContainerd(entry, paths))[0] ?? null
}

export type SocketOwner = 'nobody' | 'ours' | 'silent'

/**
 * Prepares the ground for a start. Answers the engine to adopt, or null when there is none; throws an AppError that
 * says what is in the way.
 */
export async function prepareGround(
  options: LinuxHostOptions,
  find: () => RunningEngine | null,
  signal: AbortSignal
): Promise<RunningEngine | null> {
  const { paths, logger } = options
  makeFolders(paths)
  claimFolder(supervisorFile(paths))
  wipeAfterReboot(paths, logger)
  const found = find()
  const owner = await socketOwner(paths, signal)
  if (found !== null && owner === 'ours') return found
  if (found === null && owner !== 'nobody') throw socketTaken(paths)
  if (found !== null) {
    logger.warn('An engine of ours runs but cannot be reached; ending it.', {
      area: 'engine',
      pid: found.watched.pid
    })
    await endEngine(found)
  }
  await removeLeftovers(paths)
  return null
}

/** The run folder of an earlier boot describes processes that cannot live any more. */
function wipeAfterReboot(paths: Paths, logger: Logger): void {
  const record = readRecord(paths.engineRecord)
  if (record === null || record.bootId === bootId() || mountsBelow(paths.runDir).length > 0) return
  logger.info('The computer was restarted; clearing the run folder.', { area: 'engine', path: paths.runDir })
  for (const name of readdirSync(paths.runDir)) {
    if (name !== 'supervisor.json') rmSync(join(paths.runDir, name), { recursive: true, force: true })
  }
}

async function socketOwner(paths: Paths, signal: AbortSignal): Promise<SocketOwner> {
  const stat = lstatSync(paths.socket, { throwIfNoEntry: false })
  if (stat === undefined) return 'nobody'
  if (!stat.isSocket()) {
    const what = stat.isDirectory() ? 'a folder' : stat.isSymbolicLink() ? 'a link' : 'a file'
    throw new AppError('Conflict', `The engine’s socket cannot be made: ${paths.socket} is ${what}.`, {
      hint: 'Remove or rename it, then start the engine again.',
      details: { kind: 'socket-path', path: paths.socket }
    })
  }
  const endpoint = { kind: 'unix', path: paths.socket } as const
  try {
    const info = await readInfo(endpoint, 3000, signal)
    if (sameFolder(info.DockerRootDir, paths.engineDataDir)) return 'ours'
    throw socketTaken(paths, info.DockerRootDir)
  } catch (error) {
    if (error instanceof AppError && error.code === 'Conflict') throw error
    const refused = ((error as Error).cause as NodeJS.ErrnoException | undefined)?.code
    if (refused === 'ECONNREFUSED' || refused === 'ENOENT') return 'nobody'
    // It listens, but does not tell who it is: hung, or no engine at all.
    return (await ping(endpoint, 1000, signal)) && findDockerd(paths) !== null ? 'ours' : 'silent'
  }
}

function sameFolder(a: string, b: string): boolean {
  try {
    return realpathSync(a) === realpathSync(b)
  } catch {
    return a === b
  }
}

function socketTaken(paths: Paths, dataRoot?: string): AppError {
  const who = dataRoot === undefined ? 'another program' : `another engine (data in ${dataRoot})`
  return new AppError('Conflict', `The engine’s socket ${paths.socket} is used by ${who}.`, {
    hint: 'Stop that program, or set QUAYSIDE_HOME to another folder.',
    details: { kind: 'socket-taken', path: paths.socket }
  })
}

/** Ends an engine, keeping containers where live restore is on; SIGCONT first, as it may be frozen. */
export async function endEngine(engine: RunningEngine, timeoutMs = 12_000): Promise<void> {
  const target = engine.dockerd ?? engine.watched
  signalProcess(target, 'SIGTERM')
  signalProcess(target, 'SIGCONT')
  const all = [engine.watched, target]
  if (await untilGone(all, timeoutMs)) return
  for (const id of all) signalProcess(id, 'SIGKILL')
  await untilGone(all, 5000)
}

/** With no dockerd alive, these can only mislead the next one: it would wait for them, or refuse to start. */
export async function removeLeftovers(paths: Paths): Promise<void> {
  const pidFile = lstatSync(paths.pidFile, { throwIfNoEntry: false })
  if (pidFile?.isDirectory() === true) {
    throw new AppError('Conflict', `The engine’s pid file cannot be made: ${paths.pidFile} is a folder.`, {
      hint: 'Remove or rename it, then start the engine again.',
      details: { kind: 'pidfile-bad', path: paths.pidFile }
    })
  }
  removePidFile(paths)
  await endOrphanContainerd(paths)
  removeSocket(paths)
}

export function removePidFile({ pidFile }: Paths): void {
  if (lstatSync(pidFile, { throwIfNoEntry: false })?.isDirectory() !== true) rmSync(pidFile, { force: true })
}

/** Only a socket is ours to remove. */
export function removeSocket({ socket }: Paths): void {
  if (lstatSync(socket, { throwIfNoEntry: false })?.isSocket() === true) rmSync(socket, { force: true })
}

/**
 * A containerd whose dockerd is dead would hold the new one up for 15 s; so would a pid file that names another
 * process, or a zombie. Containers do not mind: their shims carry them.
 */
async function endOrphanContainerd(paths: Paths): Promise<void> {
  const file = join(paths.execRoot, 'containerd', 'containerd.pid')
  const orphans = findProcesses((entry) => isOurContainerd(entry, paths))
  const named = readProcess(readPidFile(file) ?? -1)
  if (named !== null && isOurContainerd(named, paths)) orphans.push(named)
  for (const orphan of orphans) signalProcess(orphan, 'SIGKILL')
  await untilGone(orphans, 5000)
  if (lstatSync(file, { throwIfNoEntry: false })?.isDirectory() !== true) rmSync(file, { force: true })
}
