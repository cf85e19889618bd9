import { expect, test } from 'vitest'
import { run } from './child-process'

test('answers exit code and both outputs', async () => {
  const result = await run('/bin/sh', ['-c', 'echo out; echo err >&2; exit 3'])
  expect(result).toEqual({ exitCode: 3, signal: null, stdout: 'out\n', stderr: 'err\n' })
})

test('gives the input and nothing of our environment but a fixed PATH', async () => {
  process.env['QUAYSIDE_CANARY'] = 'canary'
  const result = await run('/bin/sh', ['-c', 'cat; env'], { input: 'in\n' })
  delete process.env['QUAYSIDE_CANARY']
  expect(result.stdout).toContain('in\n')
  expect(result.stdout).toContain('PATH=/usr/sbin:/usr/bin:/sbin:/bin')
  expect(result.stdout).not.toContain('canary')
})

test('kills what does not end in time', async () => {
  const start = Date.now()
  await expect(run('/bin/sleep', ['30'], { timeoutMs: 100 })).rejects.toMatchObject({ code: 'Deadline' })
  expect(Date.now() - start).toBeLessThan(5000)
})

test('can be cancelled', async () => {
  const stop = new AbortController()
  const running = run('/bin/sleep', ['30'], {}, stop.signal)
  stop.abort()
  await expect(running).rejects.toMatchObject({ code: 'Cancelled' })
})

test('keeps only so much output and still ends', async () => {
  const result = await run('/bin/sh', ['-c', 'head -c 1000000 /dev/zero | tr "\\0" x'], { maxBytes: 1000 })
  expect(result.stdout).toHaveLength(1000)
})

test('names a missing program, and refuses one without a path', async () => {
  await expect(run('/nowhere/tool', [])).rejects.toMatchObject({ code: 'NotFound' })
  await expect(run('tool', [])).rejects.toMatchObject({ code: 'InvalidParameter' })
})

test('a program that does not read its input is no failure', async () => {
  const result = await run('/bin/true', [], { input: new Uint8Array(1_000_000) })
  expect(result.exitCode).toBe(0)
})
