/**
 * CPU and memory of the engine's own processes: dockerd, its containerd and proxies, and the shims of its containers; what
 * runs inside the containers is not the engine. Reads /proc, so it answers null off Linux. Called by usage.ts.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { setImmediate as breathe } from 'node:timers/promises'

export interface GroupUse {
  /** Percent of all cores. */
  readonly cpuPercent: number
  readonly memoryBytes: number
}

interface Stat {
  readonly pid: number
  readonly name: string
  readonly parent: number
  /** Ticks of CPU time, 100 a second on every Linux that Docker runs on. */
  readonly ticks: number
  readonly rssBytes: number
}

const TICKS_PER_SECOND = 100
const PAGE_BYTES = 4096
/** Looking for new shims walks all of /proc, which is not done for every sample. */
const SEARCH_EVERY = 5
/** Processes looked at before main's other work has its turn: about two milliseconds. */
const AT_ONCE = 100
const OWN_CHILDREN = /^(?:containerd|docker-proxy|rootlesskit|slirp4netns|vpnkit)/

export class ProcessGroup {
  #pids: readonly number[] = []
  #root = 0
  #samples = 0
  #before: { readonly at: number; readonly ticks: ReadonlyMap<number, number> } | null = null

  /** Use since the sample before; CPU is 0 in the first one. Null when there is no engine here. */
  async sample(engine: { readonly pid: number; readonly execRoot: string } | null): Promise<GroupUse | null> {
    if (engine === null) {
      this.#before = null
      return null
    }
    if (engine.pid !== this.#root || this.#samples % SEARCH_EVERY === 0) {
      if (engine.pid !== this.#root) this.#before = null
      this.#pids = await findGroup(engine.pid, engine.execRoot)
      this.#root = engine.pid
    }
    this.#samples += 1
    const stats = this.#pids.map(readStat).filter((stat) => stat !== null)
    return stats.length === 0 ? null : this.#use(stats)
  }

  #use(stats: readonly Stat[]): GroupUse {
    const at = performance.now()
    const before = this.#before
    let ticks = 0
    for (const stat of stats) {
      const earlier = before?.ticks.get(stat.pid)
      if (earlier !== undefined) ticks += Math.max(0, stat.ticks - earlier)
    }
    this.#before = { at, ticks: new Map(stats.map((stat) => [stat.pid, stat.ticks])) }
    const seconds = before === null ? 0 : (at - before.at) / 1000
    const cores = ticks / TICKS_PER_SECOND / seconds
    return {
      cpuPercent: seconds > 0 ? Math.min(100, (cores / availableParallelism()) * 100) : 0,
      memoryBytes: stats.reduce((sum, stat) => sum + stat.rssBytes, 0)
    }
  }
}

/** dockerd, those of its descendants that are the engine's programs, and the shims that talk to its containerd. */
async function findGroup(root: number, execRoot: string): Promise<number[]> {
  const stats = await allProcesses()
  const group = new Set([root])
  // Parents can come after their children in /proc: go on until nothing is added.
  for (let size = 0; size !== group.size;) {
    size = group.size
    for (const stat of stats) if (group.has(stat.parent) && OWN_CHILDREN.test(stat.name)) group.add(stat.pid)
  }
  for (const stat of stats) {
    if (stat.name.startsWith('containerd-shim') && talksTo(stat.pid, execRoot)) group.add(stat.pid)
  }
  return [...group]
}

async function allProcesses(): Promise<readonly Stat[]> {
  let names: string[]
  try {
    names = readdirSync('/proc').filter((name) => /^\d+$/.test(name))
  } catch {
    return []
  }
  const found: Stat[] = []
  for (const [index, name] of names.entries()) {
    if (index % AT_ONCE === AT_ONCE - 1) await breathe()
    const stat = readStat(Number(name))
    if (stat !== null) found.push(stat)
  }
  return found
}

/** Shims leave their parent, so they are known by the socket they were given. */
function talksTo(pid: number, execRoot: string): boolean {
  try {
    const argv = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0')
    return argv[argv.indexOf('-address') + 1]?.startsWith(`${execRoot}/`) === true
  } catch {
    return false
  }
}

function readStat(pid: number): Stat | null {
  try {
    return parseStat(readFileSync(`/proc/${pid}/stat`, 'utf8'))
  } catch {
    return null
  }
}

/** One line of /proc/PID/stat (proc(5)); the name stands in parentheses and may hold anything. */
export function parseStat(text: string): Stat | null {
  const close = text.lastIndexOf(')')
  const open = text.indexOf('(')
  if (open < 0 || close < open) return null
  const fields = text
    .slice(close + 2)
    .split(' ')
    .map(Number)
  return {
    pid: Number(text.slice(0, open)),
    name: text.slice(open + 1, close),
    parent: fields[1] ?? 0,
    ticks: (fields[11] ?? 0) + (fields[12] ?? 0),
    rssBytes: (fields[21] ?? 0) * PAGE_BYTES
  }
}
