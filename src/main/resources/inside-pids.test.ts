import { describe, expect, it } from 'vitest'
import { insidePids, parseNamespacePids } from './inside-pids'

describe('process ids inside a container', () => {
  it('are the rest of the NSpid line', () => {
    expect(parseNamespacePids('Pid:\t13310\nNSpid:\t13310\t42\t7\nNSpgid:\t1\n')).toEqual([13310, 42, 7])
    expect(parseNamespacePids('NSpid:\t5\n')).toEqual([5])
    expect(parseNamespacePids('Name:\tNSpid: 1\n')).toBeNull()
    expect(parseNamespacePids('')).toBeNull()
  })

  it('are not guessed for a process of another machine that happens to have the number of one here', async () => {
    const question = {
      containerId: 'a'.repeat(64),
      mainPid: process.pid,
      pids: [process.pid],
      enginePid: null
    }
    expect(await insidePids(question)).toBeNull()
  })

  it('leave out what has ended', async () => {
    const question = {
      containerId: 'a'.repeat(64),
      mainPid: process.pid,
      pids: [process.pid, 2 ** 30],
      enginePid: process.pid
    }
    expect(await insidePids(question)).toEqual(new Map([[process.pid, process.pid]]))
    expect(await insidePids({ ...question, mainPid: 2 ** 30 })).toBeNull()
  })
})
