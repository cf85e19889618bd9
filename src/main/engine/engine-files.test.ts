/** The small files of the engine: its configuration, its log, and what is written down about it. */
import { spawn } from 'node:child_process'
import { appendFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { readEngineConfig, writeLiveRestore } from './engine-config'
import { logSize, tailLines } from './engine-log'
import { claimFolder, holdsClaim, readRecord, releaseFolder, writeRecord } from './engine-record'
import {
  bootId,
  findProcesses,
  isAlive,
  isFrozen,
  mountsBelow,
  readProcess,
  signalProcess,
  untilGone
} from './hosts/proc'

let dir: string
beforeEach(() => {
  dir = mkdtempSync('/tmp/q-files-')
})
afterEach(() => rmSync(dir, { recursive: true, force: true }))

describe('the engine’s configuration', () => {
  test('gets live restore and keeps what the user wrote', () => {
    writeFileSync(`${dir}/d.json`, '{"debug":true}')
    expect(writeLiveRestore(`${dir}/d.json`, true)).toBe(true)
    expect(writeLiveRestore(`${dir}/d.json`, true)).toBe(false)
    expect(readEngineConfig(`${dir}/d.json`)).toEqual({ debug: true, 'live-restore': true })
  })

  test.each(['{', '[]', 'null', '"x"'])('holding %s is reported and left as it is', (text) => {
    writeFileSync(`${dir}/d.json`, text)
    expect(() => writeLiveRestore(`${dir}/d.json`, true)).toThrow(/not valid JSON/)
    expect(readFileSync(`${dir}/d.json`, 'utf8')).toBe(text)
  })
})

describe('the engine’s log', () => {
  test('answers the last lines since a start, and all after a rotation', () => {
    const path = `${dir}/e.log`
    expect(tailLines(path, 5)).toEqual([])
    writeFileSync(path, 'old\nolder\n')
    const from = logSize(path)
    appendFileSync(path, 'a\nb\n\nc')
    expect(tailLines(path, 2, from)).toEqual(['b', 'c'])
    expect(tailLines(path, 9, from)).toEqual(['a', 'b', 'c'])
    expect(tailLines(path, 9, 99_999)).toHaveLength(5)
  })

  test('of any size is read from its end, without half lines', () => {
    writeFileSync(`${dir}/e.log`, `${'x'.repeat(100)}\n`.repeat(10_000))
    const lines = tailLines(`${dir}/e.log`, 100_000)
    expect(lines.length).toBeGreaterThan(1000)
    expect(new Set(lines)).toEqual(new Set(['x'.repeat(100)]))
  })
})

describe('the claim on a folder', () => {
  const file = () => `${dir}/supervisor.json`

  test('is taken, held and given back', () => {
    claimFolder(file())
    claimFolder(file())
    expect(holdsClaim(file())).toBe(true)
    releaseFolder(file())
    expect(existsSync(file())).toBe(false)
  })

  test('of a living process is respected, of a dead, reused or rebooted one taken over', async () => {
    const child = spawn('/bin/sleep', ['100'])
    const { pid, startTime } = readProcess(child.pid ?? 0) ?? { pid: 0, startTime: '' }
    const claim = { bootId: bootId(), pid, startTime, logOffset: 0 }
    writeRecord(file(), claim)
    expect(() => claimFolder(file())).toThrow(`Another Quayside (process ${pid})`)
    for (const stale of [
      { ...claim, startTime: '1' },
      { ...claim, bootId: 'other' }
    ]) {
      writeRecord(file(), stale)
      claimFolder(file())
      expect(holdsClaim(file())).toBe(true)
    }
    writeRecord(file(), claim)
    child.kill('SIGKILL')
    await untilGone([{ pid, startTime }], 5000)
    claimFolder(file())
    expect(holdsClaim(file())).toBe(true)
  })

  test.each(['', 'null', '{"pid":"x"}', '[]'])('that reads %j is no claim', (text) => {
    writeFileSync(file(), text)
    expect(readRecord(file())).toBeNull()
    claimFolder(file())
  })
})

describe('processes', () => {
  test('are known by pid and start time, frozen or gone', async () => {
    const child = spawn('/bin/sleep', ['1234'])
    const found = findProcesses(({ args }) => args[0] === '/bin/sleep' && args[1] === '1234')
    expect(found.map(({ pid }) => pid)).toEqual([child.pid])
    const [entry] = found
    if (entry === undefined) throw new Error('not found')
    expect(isAlive(entry)).toBe(true)
    expect(isAlive({ ...entry, startTime: '1' })).toBe(false)
    expect(signalProcess({ ...entry, startTime: '1' }, 'SIGKILL')).toBe(false)
    expect(signalProcess(entry, 'SIGSTOP')).toBe(true)
    while (!isFrozen(entry)) await new Promise((done) => setTimeout(done, 5))
    signalProcess(entry, 'SIGKILL')
    expect(await untilGone([entry], 5000)).toBe(true)
    expect(signalProcess(entry, 'SIGTERM')).toBe(false)
  })

  test('that do not exist are null, whatever the number', () => {
    for (const pid of [0, -1, 1.5, Number.NaN, 2 ** 30]) expect(readProcess(pid)).toBeNull()
  })

  test('mounts are found below a folder only', () => {
    expect(mountsBelow('/proc/nothing')).toEqual([])
    expect(mountsBelow('/sys').length).toBeGreaterThan(0)
  })
})
