import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs'
import { AppError } from '@shared/errors'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { causeChain, createFileLogger, formatLine, redact, type LogFields } from './logger'

let dir: string
beforeEach(() => {
  dir = mkdtempSync('/tmp/q-logger-')
})
afterEach(() => rmSync(dir, { recursive: true, force: true }))

test('a line holds the allowed fields and drops the others', () => {
  const fields = { area: 'engine', env: { TOKEN: 'canary' }, config: 'canary' } as LogFields
  const line = formatLine('info', 'started', fields)
  expect(JSON.parse(line)).toMatchObject({ level: 'info', message: 'started', area: 'engine' })
  expect(line).not.toContain('canary')
})

test('an error is written as its chain of messages and codes, without what hangs on it', () => {
  const inner = Object.assign(new Error('connect failed'), {
    code: 'ECONNREFUSED',
    request: { auth: 'canary' }
  })
  const outer = new AppError('Unavailable', 'Could not list.', {
    cause: inner,
    details: { secret: 'canary' }
  })
  expect(causeChain(outer)).toEqual([
    'AppError Unavailable: Could not list.',
    'Error ECONNREFUSED: connect failed'
  ])
  expect(formatLine('error', 'x', {}, outer)).not.toContain('canary')
})

test('a cause that refers to itself ends', () => {
  const loop = new Error('loop')
  loop.cause = loop
  expect(causeChain(loop)).toHaveLength(10)
})

test.each([
  ['pull https://user:canary@host/x', 'pull https://***@host/x'],
  ['Could not run user:canary@host/x: no', 'Could not run ***@host/x: no'],
  ['Could not run a/b:1@sha256:' + 'a'.repeat(64), 'Could not run a/b:1@sha256:' + 'a'.repeat(64)],
  ['Authorization: Basic Y2FuYXJ5Y2FuYXJ5', 'Authorization: ***'],
  ['"X-Registry-Auth":"canary"', '"X-Registry-Auth":"***"'],
  ['password=canary&x=1', 'password=***&x=1'],
  ['nothing to hide', 'nothing to hide']
])('%s is written as %s', (text, expected) => {
  expect(redact(text)).toBe(expected)
})

test('the file is rotated by size and old files are limited in number', () => {
  const logger = createFileLogger(`${dir}/a.log`, { maxBytes: 200, keep: 2 })
  for (let n = 0; n < 50; n++) logger.info(`line ${n}`)
  expect(readdirSync(dir).sort()).toEqual(['a.log', 'a.log.1', 'a.log.2'])
  expect(readFileSync(`${dir}/a.log`, 'utf8')).toContain('line 49')
})

test('a folder that cannot be written to is not an error', () => {
  createFileLogger('/proc/nowhere/a.log').error('lost', {}, new Error('x'))
})
