import { describe, expect, it } from 'vitest'
import type { ContainerProcess } from '@shared/contract/processes'
import { COLUMNS, consequence, processRows, signalCommand, timeSeconds } from './process-list'

const process = (over: Partial<ContainerProcess>): ContainerProcess => ({
  pid: 100,
  parentPid: 1,
  user: 'root',
  cpuPercent: 0,
  memoryPercent: 0,
  state: 'S',
  time: '00:00:00',
  command: 'sleep 1000',
  main: false,
  insidePid: 7,
  ...over
})

const all = [
  process({ pid: 9, cpuPercent: 1.5, time: '1-00:00:00', command: 'nginx: worker', insidePid: 8 }),
  process({ pid: 100, cpuPercent: null, time: '00:10:00', main: true, insidePid: 1 }),
  process({ pid: 20, cpuPercent: 20, time: '00:09:59', user: 'www-data' })
]
const pids = (search: string, key: string, direction: 'ascending' | 'descending' = 'ascending') =>
  processRows(all, search, { key, direction }).map(({ key: pid }) => Number(pid))

describe('the process table', () => {
  it('is ordered by any column as what it holds, numbers as numbers and times as times', () => {
    expect(pids('', 'pid')).toEqual([9, 20, 100])
    expect(pids('', 'cpu', 'descending')).toEqual([20, 9, 100])
    expect(pids('', 'time')).toEqual([20, 100, 9])
    for (const { key, sortable } of COLUMNS) if (sortable === true) expect(pids('', key)).toHaveLength(3)
    expect(pids('', 'nosuch')).toEqual([9, 20, 100])
  })

  it('is searched by pid, user and command, every word', () => {
    expect(pids('WWW', 'pid')).toEqual([20])
    expect(pids('worker nginx', 'pid')).toEqual([9])
    expect(pids('100', 'pid')).toEqual([9, 20, 100].filter((pid) => pid !== 9))
    expect(pids('zzz', 'pid')).toEqual([])
  })

  it('reads the times of ps', () => {
    expect(['00:01', '01:00:01', '2-01:00:00', '', 'x'].map(timeSeconds)).toEqual([1, 3601, 176_400, -1, -1])
  })
})

describe('a signal', () => {
  it('equals docker kill for the main process and docker exec for another one', () => {
    expect(signalCommand('my web', 'HUP', process({ main: true }))).toBe("docker kill -s HUP 'my web'")
    expect(signalCommand('web', 'USR1', process({ insidePid: 12 }))).toBe(
      "docker exec --user 0 web sh -c 'kill -s USR1 12'"
    )
    expect(signalCommand('web', 'USR1', process({ insidePid: null }))).toBeNull()
  })

  it('says what comes of it', () => {
    expect(consequence('KILL', process({ main: true }))).toContain('The container stops at once')
    expect(consequence('KILL', process({}))).toContain('ends at once')
    expect(consequence('TERM', process({ main: true }))).toContain('ignores it')
  })
})
