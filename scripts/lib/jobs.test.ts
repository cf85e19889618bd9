import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { pool, runGroup } from './jobs.mjs'

const options = { cwd: process.cwd(), env: process.env, timeoutMs: 20_000 }

test('the output and the exit code of a program are kept', async () => {
  const result = await runGroup(
    ['-e', 'console.log("out"); console.error("err"); process.exitCode = 3'],
    options
  )
  expect(result).toMatchObject({ code: 3, timedOut: false })
  expect(result.output).toMatch(/out/)
  expect(result.output).toMatch(/err/)
})

test.runIf(process.platform === 'linux')(
  'a program that does not end is ended, with what it started',
  async () => {
    const script =
      'const c = require("node:child_process").spawn("sleep", ["600"], { stdio: "inherit" }); console.log("child", c.pid); setInterval(() => {}, 1000)'
    const result = await runGroup(['-e', script], { ...options, timeoutMs: 1_500 })
    expect(result).toMatchObject({ code: -1, timedOut: true })
    const pid = Number(/child (\d+)/.exec(result.output)?.[1])
    expect(pid).toBeGreaterThan(0)
    await expect.poll(() => running(pid)).toBe(false)
  },
  30_000
)

/** False for a process that is gone, or dead and only not yet collected by its parent. */
function running(pid: number): boolean {
  try {
    return !/^\d+ \(.*\) Z/.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))
  } catch {
    return false
  }
}

test('the pool runs at most so many at a time and keeps the order of the results', async () => {
  let now = 0
  let most = 0
  const task = (value: number) => async () => {
    most = Math.max(most, ++now)
    await Promise.resolve()
    now--
    return value
  }
  expect(await pool([1, 2, 3, 4, 5].map(task), 2)).toEqual([1, 2, 3, 4, 5])
  expect(most).toBe(2)
  expect(await pool([], 2)).toEqual([])
})
