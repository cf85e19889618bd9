/**
 * Live figures of one container, by the docker CLI's formulas (cli/command/container/stats_helpers.go).
 * Called by handlers; the engine pushes a sample about once a second, nothing is polled.
 */
import { z } from 'zod'
import type { ContainerStats } from '@shared/docker/container'
import { segment, withSignal, type DockerClient } from './client'
import { jsonLines } from './jsonl'

const count = z
  .number()
  .nullish()
  .transform((value) => value ?? 0)
const Cpu = z.object({
  cpu_usage: z.object({
    total_usage: count,
    percpu_usage: z
      .array(z.number())
      .nullish()
      .transform((list) => list ?? [])
  }),
  system_cpu_usage: count,
  online_cpus: count
})

/** One sample of `GET /containers/{id}/stats`, the parts the formulas read. */
export const StatsSample = z.object({
  read: z.string().optional(),
  preread: z.string().optional(),
  os_type: z.string().optional(),
  num_procs: count,
  cpu_stats: Cpu,
  precpu_stats: Cpu,
  memory_stats: z.object({
    usage: count,
    limit: count,
    privateworkingset: count,
    stats: z
      .record(z.string(), z.number())
      .nullish()
      .transform((map) => map ?? {})
  }),
  pids_stats: z
    .object({ current: count })
    .nullish()
    .transform((value) => value ?? { current: 0 })
})
export type StatsSample = z.output<typeof StatsSample>

/**
 * A sample as figures; null when it says nothing: the first one of a stream has no earlier reading to compare with, and
 * one of a container that does not run is all zero. The CLI shows `--` for those.
 */
export function containerStats(sample: StatsSample): ContainerStats | null {
  if (sample.memory_stats.limit === 0 && sample.pids_stats.current === 0 && sample.num_procs === 0)
    return null
  if (isZeroTime(sample.preread) && sample.precpu_stats.system_cpu_usage === 0) return null
  if (sample.os_type === 'windows' || sample.num_procs > 0) {
    return {
      cpuPercent: cpuPercentWindows(sample),
      memoryBytes: sample.memory_stats.privateworkingset,
      memoryLimitBytes: 0,
      pids: 0
    }
  }
  return {
    cpuPercent: cpuPercentUnix(sample),
    memoryBytes: memoryWithoutCache(sample.memory_stats),
    memoryLimitBytes: sample.memory_stats.limit,
    pids: sample.pids_stats.current
  }
}

/** calculateCPUPercentUnix: 100 is one core. */
function cpuPercentUnix({ cpu_stats: now, precpu_stats: before }: StatsSample): number {
  const used = now.cpu_usage.total_usage - before.cpu_usage.total_usage
  const system = now.system_cpu_usage - before.system_cpu_usage
  const cpus = now.online_cpus === 0 ? now.cpu_usage.percpu_usage.length : now.online_cpus
  return system > 0 && used > 0 ? (used / system) * cpus * 100 : 0
}

/** calculateCPUPercentWindows: usage is counted in intervals of 100 ns. */
function cpuPercentWindows(sample: StatsSample): number {
  const elapsedMs = Date.parse(sample.read ?? '') - Date.parse(sample.preread ?? '')
  const possible = elapsedMs * 10_000 * sample.num_procs
  const used = sample.cpu_stats.cpu_usage.total_usage - sample.precpu_stats.cpu_usage.total_usage
  return possible > 0 ? (used / possible) * 100 : 0
}

/** calculateMemUsageUnixNoCache: cgroup v1 counts `total_inactive_file`, v2 `inactive_file`. */
function memoryWithoutCache({ usage, stats }: StatsSample['memory_stats']): number {
  const v1 = stats['total_inactive_file']
  if (v1 !== undefined && v1 < usage) return usage - v1
  const v2 = stats['inactive_file'] ?? 0
  return v2 < usage ? usage - v2 : usage
}

function isZeroTime(time: string | undefined): boolean {
  return time === undefined || time.startsWith('0001-')
}

/**
 * Samples until the container is removed or the signal aborts; then the stream ends. While the container does not run the
 * engine sends empty samples, which are left out: the stream is silent and goes on when it runs again.
 */
export async function* watchStats(
  client: DockerClient,
  id: string,
  signal?: AbortSignal
): AsyncGenerator<ContainerStats, void, undefined> {
  const reply = await client.docker
    .getContainer(segment(id))
    .stats(withSignal({ stream: true as const }, signal))
  for await (const value of jsonLines(reply as AsyncIterable<Uint8Array> & NodeJS.ReadableStream)) {
    const sample = StatsSample.safeParse(value)
    const stats = sample.success ? containerStats(sample.data) : null
    if (stats !== null) yield stats
  }
}
