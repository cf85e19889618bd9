/**
 * Ending a rootful engine so that nothing stays: live restore off, then SIGTERM, so that dockerd itself stops the
 * containers (and restarts `always` and `unless-stopped` ones next time); and clearing what is left after a kill. Used
 * by linux-rootful.ts. Only what carries our folder in its command line, mount point or control group is touched.
 */
import { readdirSync, readFileSync, rmSync } from 'node:fs'
import { basename, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { z } from 'zod'
import { run } from '../../platform/child-process'
import type { Logger } from '../../platform/logger'
import type { Paths } from '../../platform/paths'
import type { EngineEndpoint } from '../endpoint'
import { writeLiveRestore } from '../engine-config'
import { readInfo, readJson } from '../probe'
import {
  descendants,
  findProcesses,
  mountsBelow,
  signalProcess,
  untilGone,
  type ProcessEntry,
  type ProcessId
} from './proc'
import { isOurContainerd, removePidFile, removeSocket } from './linux-ground'

/** What dockerd allows a container that does not say. */
const DEFAULT_STOP_TIMEOUT_S = 10

/** Switches live restore in a running engine; true once the engine says so itself. */
export async function applyLiveRestore(
  paths: Paths,
  endpoint: EngineEndpoint,
  dockerd: ProcessId,
  enabled: boolean
): Promise<boolean> {
  writeLiveRestore(paths.engineConfig, enabled)
  signalProcess(dockerd, 'SIGHUP')
  for (const end = Date.now() + 5000; Date.now() < end; await sleep(50)) {
    const info = await readInfo(endpoint, 2000).catch(() => null)
    if (info === null) return false
    if (info.LiveRestoreEnabled === enabled) return true
  }
  return false
}

const Ids = z.array(z.object({ Id: z.string() }))
const Inspect = z.object({ Config: z.object({ StopTimeout: z.number().nullish() }) })

/** The longest time, in seconds, that a running container may take to stop. */
export async function longestStopTimeout(endpoint: EngineEndpoint): Promise<number> {
  const running = await readJson(endpoint, '/containers/json', Ids, 3000).catch(() => [])
  let longest = DEFAULT_STOP_TIMEOUT_S
  const queue = running.map(({ Id }) => Id)
  const worker = async (): Promise<void> => {
    for (let id = queue.pop(); id !== undefined; id = queue.pop()) {
      const found = await readJson(endpoint, `/containers/${id}/json`, Inspect, 3000).catch(() => null)
      longest = Math.max(longest, found?.Config.StopTimeout ?? DEFAULT_STOP_TIMEOUT_S)
    }
  }
  await Promise.all(Array.from({ length: 8 }, worker))
  return longest
}

/** After dockerd is gone and its containers are not to live on: ends and unmounts everything of ours. */
export async function removeEverything(paths: Paths, logger: Logger): Promise<void> {
  const left = await killLeftProcesses(paths)
  const mounts = await unmountAll(paths)
  removePidFile(paths)
  rmSync(paths.engineRecord, { force: true })
  removeSocket(paths)
  if (left + mounts > 0)
    logger.info('Removed what the engine left.', { area: 'engine', count: left + mounts })
}

async function killLeftProcesses(paths: Paths): Promise<number> {
  let count = 0
  // Killing a shim may set its container free for a moment; look again until nothing is found.
  for (let round = 0; round < 5; round++) {
    const left = leftProcesses(paths)
    if (left.length === 0) return count
    count += left.length
    for (const entry of left) signalProcess(entry, 'SIGKILL')
    await untilGone(left, 3000)
  }
  return count
}

function leftProcesses(paths: Paths): ProcessEntry[] {
  const address = join(paths.execRoot, 'containerd', 'containerd.sock')
  const shims = findProcesses(
    ({ args }) => basename(args[0] ?? '').startsWith('containerd-shim') && args.includes(address)
  )
  const containerd = findProcesses((entry) => isOurContainerd(entry, paths))
  const ids = containerIds(paths)
  const inContainer =
    ids.length === 0 ? [] : findProcesses(({ pid }) => ids.some((id) => cgroupOf(pid).includes(id)))
  return [...containerd, ...shims, ...descendants(shims), ...inContainer]
}

function containerIds(paths: Paths): string[] {
  try {
    return readdirSync(join(paths.engineDataDir, 'containers')).filter((name) => /^[0-9a-f]{64}$/.test(name))
  } catch {
    return []
  }
}

function cgroupOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cgroup`, 'utf8')
  } catch {
    return ''
  }
}

async function unmountAll(paths: Paths): Promise<number> {
  const mounts = [...mountsBelow(paths.runDir), ...mountsBelow(paths.engineDataDir)]
  for (let at = 0; at < mounts.length; at += 200) {
    await run('/bin/umount', ['-l', '--', ...mounts.slice(at, at + 200)], { timeoutMs: 15_000 }).catch(
      () => undefined
    )
  }
  return mounts.length
}
