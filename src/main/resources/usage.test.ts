import { describe, expect, it } from 'vitest'
import { parseStat } from './process-group'
import { cpuPercent, diskUse, memAvailable, watchUsage } from './usage'

describe('the use of this machine', () => {
  it('is the busy part of all cores between two readings', () => {
    expect(cpuPercent({ busy: 10, total: 100 }, { busy: 35, total: 200 })).toBe(25)
    expect(cpuPercent({ busy: 10, total: 100 }, { busy: 10, total: 100 })).toBe(0)
  })

  it('counts memory that can be given back as free', () => {
    expect(memAvailable('MemTotal:  100 kB\nMemFree:  1 kB\nMemAvailable:   40 kB\n')).toBe(40 * 1024)
    expect(() => memAvailable('MemTotal: 1 kB')).toThrow()
  })

  it('tells of the disk a folder will be on before there is the folder', async () => {
    expect(await diskUse('/nowhere/at/all')).toEqual({
      used: expect.any(Number) as number,
      total: (await diskUse('/')).total
    })
    expect((await diskUse('/')).total).toBeGreaterThan(0)
  })

  it('comes with the engine’s own use when there is an engine here', async () => {
    const sources = {
      dataRoot: () => '/',
      engineProcess: () => ({ pid: process.pid, execRoot: '/nowhere' })
    }
    const abort = new AbortController()
    const samples = watchUsage(sources, abort.signal, 20)
    const sample = (await samples.next()).value
    abort.abort()
    expect(sample?.host.cpus).toBeGreaterThan(0)
    expect(sample?.host.memoryBytes.used).toBeLessThan(sample?.host.memoryBytes.total ?? 0)
    expect(sample?.host.diskBytes.total).toBeGreaterThan(0)
    expect(sample?.engine?.memoryBytes).toBeGreaterThan(1_000_000)
    expect((await samples.next()).done).toBe(true)
  })

  it('comes without the engine when there is none', async () => {
    const abort = new AbortController()
    const samples = watchUsage({ dataRoot: () => null, engineProcess: () => null }, abort.signal, 20)
    expect((await samples.next()).value?.engine).toBeNull()
    await samples.return()
  })
})

describe('a line of /proc/PID/stat', () => {
  it('is read even when the process has parentheses and spaces in its name', () => {
    const fields = [
      'S',
      '7',
      ...Array.from({ length: 9 }, () => '0'),
      '11',
      '22',
      ...Array.from({ length: 8 }, () => '0'),
      '5'
    ]
    expect(parseStat(`42 (a) b (c) ${fields.join(' ')}`)).toEqual({
      pid: 42,
      name: 'a) b (c',
      parent: 7,
      ticks: 33,
      rssBytes: 5 * 4096
    })
    expect(parseStat('nonsense')).toBeNull()
  })
})
