/** The columns of `docker stats`, letter for letter (docker/cli cli/command/container/formatter_stats.go). */
import type { ContainerStats } from './container-schema'
import { bytesSize, humanSize } from './size'

/** What the CLI shows for a sample that says nothing. */
export const NO_VALUE = '--'

export interface StatsText {
  readonly cpu: string
  readonly memoryUsage: string
  readonly memoryPercent: string
  readonly network: string
  readonly block: string
  readonly pids: string
}

const INVALID: StatsText = {
  cpu: NO_VALUE,
  memoryUsage: `${NO_VALUE} / ${NO_VALUE}`,
  memoryPercent: NO_VALUE,
  network: NO_VALUE,
  block: NO_VALUE,
  pids: NO_VALUE
}

/** `null` is an invalid sample. */
export function statsText(stats: ContainerStats | null): StatsText {
  if (stats === null) return INVALID
  return {
    cpu: percentText(stats.cpuPercent),
    memoryUsage: `${bytesSize(stats.memoryBytes)} / ${bytesSize(stats.memoryLimitBytes)}`,
    memoryPercent: percentText(memoryPercent(stats)),
    network: `${humanSize(stats.receivedBytes, 3)} / ${humanSize(stats.sentBytes, 3)}`,
    block: `${humanSize(stats.readBytes, 3)} / ${humanSize(stats.writtenBytes, 3)}`,
    pids: `${stats.pids}`
  }
}

export function percentText(percent: number): string {
  return `${percent.toFixed(2)}%`
}

/** calculateMemPercentUnixNoCache: 0 when there is no limit. */
function memoryPercent({ memoryBytes, memoryLimitBytes }: ContainerStats): number {
  return memoryLimitBytes === 0 ? 0 : (memoryBytes / memoryLimitBytes) * 100
}
