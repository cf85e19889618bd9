import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { AppError } from '@shared/errors'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { Settings } from '@shared/contract/settings'
import { silentLogger } from './logger'
import { openSettings } from './settings'

const notifications = { died: true, unhealthy: true, outOfMemory: true }
const defaults = { engine: { source: null, startAtLaunch: true }, theme: 'system', notifications }
let dir: string
let file: string
const open = () => openSettings(file, Settings, silentLogger)

beforeEach(() => {
  dir = mkdtempSync('/tmp/q-settings-')
  file = `${dir}/settings.json`
})
afterEach(() => rmSync(dir, { recursive: true, force: true }))

test('a missing file means defaults, and nothing is written by reading', () => {
  expect(open().current).toEqual(defaults)
  expect(readdirSync(dir)).toEqual([])
})

test.each([
  '',
  'null',
  '[]',
  '"text"',
  '{"theme":"dar',
  '{"engine":null}',
  '{"engine":[]}',
  '{"engine":{"source":7}}'
])('a file holding %j still gives all defaults', (content) => {
  writeFileSync(file, content)
  expect(open().current).toEqual(defaults)
})

test('one wrong key does not cost the others', () => {
  writeFileSync(file, '{"engine":{"source":"bundled","startAtLaunch":"maybe"},"theme":"dark"}')
  expect(open().current).toEqual({
    engine: { source: 'bundled', startAtLaunch: true },
    theme: 'dark',
    notifications
  })
})

test('a switch of notifications keeps the others, also in a file that has none', () => {
  writeFileSync(file, '{"theme":"dark"}')
  open().update({ notifications: { died: false } })
  expect(open().current).toMatchObject({ theme: 'dark', notifications: { ...notifications, died: false } })
})

test('keys and values of a newer version survive a change of another key', () => {
  writeFileSync(file, '{"version":99,"theme":"neon","engine":{"gpu":true}}')
  const settings = open()
  expect(settings.current.theme).toBe('system')
  settings.update({ engine: { source: 'bundled' } })
  expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual({
    version: 99,
    theme: 'neon',
    engine: { gpu: true, source: 'bundled' }
  })
})

test('the last good file is used when the newest is damaged, and the damaged one is kept', () => {
  const settings = open()
  settings.update({ theme: 'dark' })
  settings.update({ theme: 'light' })
  writeFileSync(file, '{"theme":')
  expect(open().current.theme).toBe('dark')
  expect(readFileSync(`${file}.broken`, 'utf8')).toBe('{"theme":')
})

test('a change that cannot be saved is undone and says so', () => {
  const settings = open()
  rmSync(dir, { recursive: true })
  expect(() => settings.update({ theme: 'dark' })).toThrow(AppError)
  expect(settings.current.theme).toBe('system')
  mkdirSync(dir)
})

test('a value outside the schema is refused', () => {
  const settings = open()
  expect(() => settings.update({ theme: 'neon' as 'dark' })).toThrow(/does not know/)
  expect(settings.current).toEqual(defaults)
})

test('a key named __proto__ pollutes nothing', () => {
  writeFileSync(file, '{"__proto__":{"theme":"dark"},"constructor":{"prototype":{"polluted":1}}}')
  const settings = open()
  settings.update(JSON.parse('{"__proto__":{"polluted":1},"theme":"light"}') as { theme: 'light' })
  expect(({} as Record<string, unknown>)['polluted']).toBeUndefined()
  expect(settings.current.theme).toBe('light')
})

test('watchers get the current settings and the newest after changes', async () => {
  const settings = open()
  const stop = new AbortController()
  const seen: string[] = []
  for await (const now of settings.watch(stop.signal)) {
    seen.push(now.theme)
    if (seen.length === 1) {
      settings.update({ theme: 'dark' })
      settings.update({ theme: 'light' })
    } else stop.abort()
  }
  expect(seen).toEqual(['system', 'light'])
})
