import { describe, expect, it } from 'vitest'
import { containerStats, pointBetween, StatsSample } from './stats'

function sample(over: Record<string, unknown>) {
  return StatsSample.parse({
    preread: '2026-01-01T00:00:00Z',
    cpu_stats: { cpu_usage: { total_usage: 300 }, system_cpu_usage: 2000, online_cpus: 4 },
    precpu_stats: { cpu_usage: { total_usage: 100 }, system_cpu_usage: 1000, online_cpus: 4 },
    memory_stats: { usage: 1000, limit: 5000, stats: {} },
    pids_stats: { current: 7 },
    ...over
  })
}

describe('the figures of a container', () => {
  it('count one core as a hundred percent', () => {
    // 200 of 1000 ticks of 4 cores.
    expect(containerStats(sample({}))).toEqual({
      cpuPercent: 80,
      memoryBytes: 1000,
      memoryLimitBytes: 5000,
      receivedBytes: 0,
      sentBytes: 0,
      readBytes: 0,
      writtenBytes: 0,
      onlineCpus: 4,
      pids: 7
    })
  })

  it('count the cores listed when the engine does not say how many are online', () => {
    const cpu = { cpu_usage: { total_usage: 300, percpu_usage: [1, 2] }, system_cpu_usage: 2000 }
    expect(containerStats(sample({ cpu_stats: cpu }))?.cpuPercent).toBe(40)
  })

  it('are zero percent while the clock of the system stands still', () => {
    const cpu = { cpu_usage: { total_usage: 300 }, system_cpu_usage: 1000, online_cpus: 4 }
    expect(containerStats(sample({ cpu_stats: cpu }))?.cpuPercent).toBe(0)
  })

  it('leave the page cache out of the memory, on cgroup v1 and v2', () => {
    const memory = (stats: Record<string, number>) =>
      containerStats(sample({ memory_stats: { usage: 1000, limit: 5000, stats } }))?.memoryBytes
    expect(memory({ total_inactive_file: 400, inactive_file: 100 })).toBe(600)
    expect(memory({ inactive_file: 100 })).toBe(900)
    expect(memory({ inactive_file: 2000 })).toBe(1000)
  })

  it('are not there yet in the first sample, and not any more in that of a stopped container', () => {
    const first = { preread: '0001-01-01T00:00:00Z', precpu_stats: { cpu_usage: { total_usage: 0 } } }
    expect(containerStats(sample(first))).toBeNull()
    expect(containerStats(sample({ memory_stats: {}, pids_stats: {} }))).toBeNull()
  })

  it('follow the Windows formula for a Windows container', () => {
    const stats = containerStats(
      sample({
        read: '2026-01-01T00:00:01Z',
        num_procs: 2,
        cpu_stats: { cpu_usage: { total_usage: 5_000_100 } },
        memory_stats: { privateworkingset: 77 }
      })
    )
    expect(stats).toMatchObject({ cpuPercent: 25, memoryBytes: 77, memoryLimitBytes: 0, pids: 0 })
  })
})

describe('the counters of a container', () => {
  it('are summed over interfaces and devices, by the first letter of the operation', () => {
    const stats = containerStats(
      sample({
        networks: { eth0: { rx_bytes: 10, tx_bytes: 1 }, eth1: { rx_bytes: 5, tx_bytes: 2 } },
        blkio_stats: {
          io_service_bytes_recursive: [
            { op: 'Read', value: 7 },
            { op: 'read', value: 3 },
            { op: 'Write', value: 4 },
            { op: 'Total', value: 99 },
            { op: '', value: 99 },
            { value: 99 }
          ]
        }
      })
    )
    expect(stats).toMatchObject({ receivedBytes: 15, sentBytes: 3, readBytes: 10, writtenBytes: 4 })
  })

  it('are in storage_stats on Windows', () => {
    const storage = { read_size_bytes: 8, write_size_bytes: 9 }
    expect(containerStats(sample({ num_procs: 1, storage_stats: storage }))).toMatchObject({
      readBytes: 8,
      writtenBytes: 9
    })
  })

  it('are none without a network or with nulls in their places', () => {
    const stats = containerStats(
      sample({ networks: null, blkio_stats: { io_service_bytes_recursive: null } })
    )
    expect(stats).toMatchObject({ receivedBytes: 0, readBytes: 0 })
  })
})

describe('what was used between two samples', () => {
  const at = (second: number, used: number, over: Record<string, unknown> = {}) =>
    sample({
      read: `2026-01-01T00:00:${String(second).padStart(2, '0')}Z`,
      cpu_stats: { cpu_usage: { total_usage: used }, system_cpu_usage: second * 1000, online_cpus: 2 },
      ...over
    })
  const eth = (rx: number, tx: number) => ({ rx_bytes: rx, tx_bytes: tx })

  it('is a mean over the time between them, whatever it is', () => {
    const before = at(1, 100, { networks: { eth0: eth(0, 100) } })
    const now = at(11, 5100, { networks: { eth0: eth(5000, 200) } })
    expect(pointBetween(before, now, 42)).toMatchObject({
      at: 42,
      spanMs: 10_000,
      cpuPercent: 100,
      receivedPerSecond: 500,
      sentPerSecond: 10,
      pids: 7
    })
  })

  it('is not known when the container began anew, or when one of them is empty or not later', () => {
    expect(pointBetween(at(1, 500), at(2, 100), 0)).toBeNull()
    expect(pointBetween(at(1, 500), at(1, 600), 0)).toBeNull()
    expect(pointBetween(at(1, 500), at(2, 600, { memory_stats: {}, pids_stats: {} }), 0)).toBeNull()
    expect(pointBetween(sample({}), sample({}), 0)).toBeNull()
  })

  it('is never negative: an interface that is taken away takes its count, one that comes brings its own', () => {
    const before = at(1, 100, { networks: { eth0: eth(9000, 9000), eth1: eth(10, 10) } })
    const now = at(2, 200, { networks: { eth1: eth(15, 10), eth2: eth(7, 3) } })
    expect(pointBetween(before, now, 0)).toMatchObject({ receivedPerSecond: 12, sentPerSecond: 3 })
  })
})
