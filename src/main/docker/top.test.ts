import { describe, expect, it } from 'vitest'
import { topProcesses } from './top'

describe('the processes of docker top', () => {
  it('are read by the titles of the ps that answered', () => {
    const titles = ['PID', 'PPID', 'USER', '%CPU', '%MEM', 'STAT', 'TIME', 'COMMAND']
    const row = ['13310', '13289', 'root', '0.2', '0.0', 'Ss', '1-02:03:04', 'sh -c sleep 1000 & wait']
    expect(topProcesses({ Titles: titles, Processes: [row] })).toEqual([
      {
        pid: 13310,
        parentPid: 13289,
        user: 'root',
        cpuPercent: 0.2,
        memoryPercent: 0,
        state: 'Ss',
        time: '1-02:03:04',
        command: 'sh -c sleep 1000 & wait'
      }
    ])
  })

  it('have no percent and no state where only ps -ef is known', () => {
    const titles = ['UID', 'PID', 'PPID', 'C', 'STIME', 'TTY', 'TIME', 'CMD']
    const row = ['33', '7', '1', '0', '07:21', '?', '00:00:00', 'nginx: worker process']
    expect(topProcesses({ Titles: titles, Processes: [row] })[0]).toMatchObject({
      pid: 7,
      user: '33',
      cpuPercent: null,
      memoryPercent: null,
      state: '',
      command: 'nginx: worker process'
    })
  })

  it('are those of Windows by its own titles', () => {
    const titles = ['Name', 'PID', 'CPU', 'Private Working Set']
    const row = ['cmd.exe', '1234', '00:00:00.015', '1.2MB']
    expect(topProcesses({ Titles: titles, Processes: [row] })[0]).toMatchObject({
      pid: 1234,
      command: 'cmd.exe'
    })
  })

  it('leave out what is no process and cut a command that nobody could read', () => {
    const Processes = [['x', 'a'], [], ['1', 'y'.repeat(1_000_000)]]
    const all = topProcesses({ Titles: ['PID', 'CMD'], Processes })
    expect(all.map(({ pid, command }) => [pid, command.length])).toEqual([[1, 4096]])
    expect(topProcesses({ Titles: [], Processes: [['1']] })).toEqual([])
  })
})
