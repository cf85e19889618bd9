/**
 * Live figures of one container, by the docker CLI's formulas (cli/command/container/stats_helpers.go), and the counters
 * behind them for what is measured over longer than the engine's own second. Called by main/stats; nothing is kept here.
 */
import { z } from 'zod'
import type { ContainerStats } from '@shared/docker/container'
import type { StatsPoint } from '@shared/docker/stats-history'
import { segment, withSignal, type DockerClient } from './client'
import { jsonLines } from './jsonl'
import { parseReply } from './rows'

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
const BlockEntry = z.object({ op: z.string().nullish(), value: count })

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
  blkio_stats: z.object({ io_service_bytes_recursive: z.array(BlockEntry).nullish() }).nullish(),
  storage_stats: z.object({ read_size_bytes: count, write_size_bytes: count }).nullish(),
  networks: z.record(z.string(), z.object({ rx_bytes: count, tx_bytes: count })).nullish(),
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
  if (isEmpty(sample)) return null
  if (isZeroTime(sample.preread) && sample.precpu_stats.system_cpu_usage === 0) return null
  const network = networkTotals(sample)
  const block = blockTotals(sample)
  const cpuPercent = isWindows(sample) ? cpuPercentWindows(sample) : cpuPercentUnix(sample)
  const memory = isWindows(sample)
    ? { memoryBytes: sample.memory_stats.privateworkingset, memoryLimitBytes: 0, pids: 0 }
    : {
        memoryBytes: memoryWithoutCache(sample.memory_stats),
        memoryLimitBytes: sample.memory_stats.limit,
        pids: sample.pids_stats.current
      }
  return { cpuPercent, onlineCpus: onlineCpus(sample), ...memory, ...network, ...block }
}

/**
 * What was used between two samples of one run of a container; null when they cannot be compared, because one is empty or
 * the counters began anew in between.
 *
 * @param at when `now` arrived, by our clock; the engine's is used for the distance only.
 */
export function pointBetween(before: StatsSample, now: StatsSample, at: number): StatsPoint | null {
  const spanMs = Date.parse(now.read ?? '') - Date.parse(before.read ?? '')
  if (isEmpty(before) || isEmpty(now) || !(spanMs > 0)) return null
  if (now.cpu_stats.cpu_usage.total_usage < before.cpu_stats.cpu_usage.total_usage) return null
  const perSecond = (bytes: number): number => (bytes / spanMs) * 1000
  const moved = networkBetween(before, now)
  const block = [blockTotals(before), blockTotals(now)] as const
  const preceded = { ...now, preread: before.read, precpu_stats: before.cpu_stats }
  return {
    at,
    spanMs,
    cpuPercent: isWindows(now) ? cpuPercentWindows(preceded) : cpuPercentUnix(preceded),
    memoryBytes: isWindows(now) ? now.memory_stats.privateworkingset : memoryWithoutCache(now.memory_stats),
    pids: now.pids_stats.current,
    receivedPerSecond: perSecond(moved.received),
    sentPerSecond: perSecond(moved.sent),
    readPerSecond: perSecond(Math.max(0, block[1].readBytes - block[0].readBytes)),
    writtenPerSecond: perSecond(Math.max(0, block[1].writtenBytes - block[0].writtenBytes))
  }
}

/** What the engine sends of a container that does not run. */
function isEmpty(sample: StatsSample): boolean {
  return sample.memory_stats.limit === 0 && sample.pids_stats.current === 0 && sample.num_procs === 0
}

function isWindows(sample: StatsSample): boolean {
  return sample.os_type === 'windows' || sample.num_procs > 0
}

/** calculateCPUPercentUnix: 100 is one core. */
function cpuPercentUnix(sample: StatsSample): number {
  const { cpu_stats: now, precpu_stats: before } = sample
  const used = now.cpu_usage.total_usage - before.cpu_usage.total_usage
  const system = now.system_cpu_usage - before.system_cpu_usage
  return system > 0 && used > 0 ? (used / system) * onlineCpus(sample) * 100 : 0
}

function onlineCpus({ cpu_stats: { online_cpus: online, cpu_usage: usage } }: StatsSample): number {
  return online === 0 ? usage.percpu_usage.length : online
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

/** calculateNetwork: the sum over the interfaces. */
function networkTotals({ networks }: StatsSample): { receivedBytes: number; sentBytes: number } {
  const all = Object.values(networks ?? {})
  return {
    receivedBytes: all.reduce((sum, { rx_bytes: bytes }) => sum + bytes, 0),
    sentBytes: all.reduce((sum, { tx_bytes: bytes }) => sum + bytes, 0)
  }
}

/** Interface by interface, because one that is disconnected takes its count along; one that is new brings all of its. */
function networkBetween(before: StatsSample, now: StatsSample): { received: number; sent: number } {
  let received = 0
  let sent = 0
  for (const [name, { rx_bytes: rx, tx_bytes: tx }] of Object.entries(now.networks ?? {})) {
    const earlier = before.networks?.[name]
    received += Math.max(0, rx - (earlier?.rx_bytes ?? 0))
    sent += Math.max(0, tx - (earlier?.tx_bytes ?? 0))
  }
  return { received, sent }
}

/** calculateBlockIO: by the first letter of the operation; Windows counts in `storage_stats`. */
function blockTotals(sample: StatsSample): { readBytes: number; writtenBytes: number } {
  if (isWindows(sample)) {
    const { read_size_bytes: readBytes = 0, write_size_bytes: writtenBytes = 0 } = sample.storage_stats ?? {}
    return { readBytes, writtenBytes }
  }
  let readBytes = 0
  let writtenBytes = 0
  for (const { op, value } of sample.blkio_stats?.io_service_bytes_recursive ?? []) {
    if (/^r/i.test(op ?? '')) readBytes += value
    else if (/^w/i.test(op ?? '')) writtenBytes += value
  }
  return { readBytes, writtenBytes }
}

function isZeroTime(time: string | undefined): boolean {
  return time === undefined || time.startsWith('0001-')
}

/**
 * Samples, about one a second, until the container is removed or the signal aborts; then the stream ends. While the
 * container does not run they are empty.
 */
export async function* watchSamples(
  client: DockerClient,
  id: string,
  signal?: AbortSignal
): AsyncGenerator<StatsSample, void, undefined> {
  const reply = await client.docker
    .getContainer(segment(id))
    .stats(withSignal({ stream: true as const }, signal))
  for await (const value of jsonLines(reply as AsyncIterable<Uint8Array> & NodeJS.ReadableStream)) {
    const sample = StatsSample.safeParse(value)
    if (sample.success) yield sample.data
  }
}

/** One sample at once (`one-shot`), without the second the engine would wait for another to compare with. */
export async function takeSample(
  client: DockerClient,
  id: string,
  signal?: AbortSignal
): Promise<StatsSample> {
  const options = { stream: false, 'one-shot': true }
  const path = `/containers/${segment(id)}/stats?`
  return parseReply(StatsSample, await client.request({ path, options, abortSignal: signal }))
}
