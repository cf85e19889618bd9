import { describe, expect, it } from 'vitest'
import { containerStats, StatsSample } from './stats'

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
    expect(stats).toEqual({ cpuPercent: 25, memoryBytes: 77, memoryLimitBytes: 0, pids: 0 })
  })
})
