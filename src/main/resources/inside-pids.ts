/**
 * Process ids as a container counts them. `docker top` tells those of the engine's machine; the kernel knows both, when the
 * engine is on this machine (`NSpid` in /proc/PID/status). Called by handlers/processes.ts; Linux only.
 */
import { readdir, readFile } from 'node:fs/promises'
import { parseStat } from './process-group'

export interface InsideQuestion {
  readonly containerId: string
  /** The container's main process, as the engine counts. */
  readonly mainPid: number
  /** As the engine counts. */
  readonly pids: readonly number[]
  /** Our engine's own process or the one that started it; null for another's engine. */
  readonly enginePid: number | null
}

/**
 * By the engine's pid; what has ended is left out. Null when the engine's processes cannot be seen from here. Another's
 * engine is believed to be on this machine only when the kernel says that the process is in this container's cgroup.
 */
export async function insidePids(question: InsideQuestion): Promise<ReadonlyMap<number, number> | null> {
  const { containerId, mainPid, pids, enginePid } = question
  const proc = await procOf(enginePid)
  if (enginePid === null && !(await isInCgroup(`${proc}/${mainPid}`, containerId))) return null
  const main = await namespacePids(`${proc}/${mainPid}`)
  if (main === null) return null
  const found = await Promise.all(
    pids.map(async (pid) => {
      // A process may live in namespaces of its own below the container's: its pid there means nothing to our `kill`.
      const inside = (await namespacePids(`${proc}/${pid}`))?.[main.length - 1]
      return inside === undefined ? null : ([pid, inside] as const)
    })
  )
  return new Map(found.filter((pair) => pair !== null))
}

/** The /proc that counts as dockerd does: without root, dockerd lives in a pid namespace of its own (decision 0102). */
async function procOf(enginePid: number | null): Promise<string> {
  const dockerd = enginePid === null ? null : await findBelow(enginePid, 'dockerd')
  return dockerd === null ? '/proc' : `/proc/${dockerd}/root/proc`
}

async function findBelow(root: number, name: string): Promise<number | null> {
  const entries = await readdir('/proc').catch((): string[] => [])
  const stats = await Promise.all(
    entries
      .filter((entry) => /^\d+$/.test(entry))
      .map(async (pid) => parseStat(await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '')))
  )
  const byPid = new Map(stats.flatMap((stat) => (stat === null ? [] : [[stat.pid, stat] as const])))
  const isBelow = (pid: number, depth = 0): boolean =>
    pid === root || (depth < 20 && pid > 1 && isBelow(byPid.get(pid)?.parent ?? 0, depth + 1))
  return [...byPid.values()].find((stat) => stat.name === name && isBelow(stat.pid))?.pid ?? null
}

async function isInCgroup(folder: string, containerId: string): Promise<boolean> {
  return (await readFile(`${folder}/cgroup`, 'utf8').catch(() => '')).includes(containerId)
}

/** From the namespace of that /proc inwards. */
async function namespacePids(folder: string): Promise<readonly number[] | null> {
  return parseNamespacePids(await readFile(`${folder}/status`, 'utf8').catch(() => ''))
}

/** The `NSpid` line of /proc/PID/status (proc(5)); null when there is none. */
export function parseNamespacePids(status: string): readonly number[] | null {
  const line = /^NSpid:\s+([\d\s]+?)$/m.exec(status)?.[1]
  return line === undefined ? null : line.split(/\s+/).map(Number)
}
