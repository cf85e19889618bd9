/**
 * Live use of this machine and of the engine on it, at the pace of who looks. Called by handlers/system.ts. Linux reads
 * /proc, at once rather than through the thread pool: that takes microseconds and wakes nobody. Elsewhere only what Node
 * knows is shown.
 */
import { readFileSync } from 'node:fs'
import { statfs } from 'node:fs/promises'
import { cpus, freemem, totalmem } from 'node:os'
import { dirname } from 'node:path'
import type { z } from 'zod'
import type { Usage as UsageSchema } from '@shared/contract/system'
import { ProcessGroup } from './process-group'
import { pause } from './pause'

export type Usage = z.output<typeof UsageSchema>

export interface UsageSources {
  /** Where the engine keeps its data; null when it is on another machine. Its file system is measured. */
  dataRoot(): string | null
  /** The engine's own process and the folder its containerd listens in; null when there is none here. */
  engineProcess(): { readonly pid: number; readonly execRoot: string } | null
}

const FIRST_INTERVAL_MS = 250

/** The first sample covers a short first interval so that the page has figures at once; then one every `intervalMs`. */
export async function* watchUsage(
  sources: UsageSources,
  signal: AbortSignal,
  intervalMs: number
): AsyncGenerator<Usage, void, undefined> {
  const group = new ProcessGroup()
  let before = cpuTimes()
  await group.sample(sources.engineProcess())
  let waitMs = Math.min(intervalMs, FIRST_INTERVAL_MS)
  while (await pause(waitMs, signal)) {
    const now = cpuTimes()
    yield await sample(sources, group, cpuPercent(before, now))
    before = now
    waitMs = intervalMs
  }
}

async function sample(sources: UsageSources, group: ProcessGroup, hostCpu: number): Promise<Usage> {
  const [disk, engine] = await Promise.all([
    diskUse(sources.dataRoot() ?? '/'),
    group.sample(sources.engineProcess())
  ])
  return {
    at: Date.now(),
    host: { cpuPercent: hostCpu, cpus: cpus().length, memoryBytes: memoryUse(), diskBytes: disk },
    engine
  }
}

interface CpuTimes {
  readonly busy: number
  readonly total: number
}

/** Milliseconds of all cores since boot. */
function cpuTimes(): CpuTimes {
  let busy = 0
  let total = 0
  for (const { times } of cpus()) {
    const all = times.user + times.nice + times.sys + times.idle + times.irq
    total += all
    busy += all - times.idle
  }
  return { busy, total }
}

/** Percent of all cores between two readings; 0 when no time has passed. */
export function cpuPercent(before: CpuTimes, now: CpuTimes): number {
  const total = now.total - before.total
  return total <= 0 ? 0 : Math.min(100, Math.max(0, ((now.busy - before.busy) / total) * 100))
}

/** Linux counts memory it can give back at once as available; `freemem` does not. */
function memoryUse(): { used: number; total: number } {
  const total = totalmem()
  try {
    return { used: total - memAvailable(readFileSync('/proc/meminfo', 'utf8')), total }
  } catch {
    return { used: total - freemem(), total }
  }
}

/** Bytes of the `MemAvailable` line. Throws when there is none (not Linux). */
export function memAvailable(meminfo: string): number {
  const kilobytes = /^MemAvailable:\s+(\d+) kB$/m.exec(meminfo)?.[1]
  if (kilobytes === undefined) throw new Error('no MemAvailable')
  return Number(kilobytes) * 1024
}

/** Use of the disk that holds `path`, or will: before the first start there is no data root yet. */
export async function diskUse(path: string): Promise<{ used: number; total: number }> {
  try {
    const { blocks, bavail, bfree, bsize } = await statfs(path)
    // What is reserved for root counts neither as used nor as free, as `df` has it.
    const used = (blocks - bfree) * bsize
    return { used, total: used + bavail * bsize }
  } catch {
    const parent = dirname(path)
    return parent === path ? { used: 0, total: 0 } : await diskUse(parent)
  }
}
