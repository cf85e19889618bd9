/** The fixture that other integration tests stand on: it starts, runs a container, and leaves nothing. */
import { existsSync } from 'node:fs'
import { expect, test } from 'vitest'
import { canRunEngine, mountsBelow, processesBelow, startEngine } from '../engine-fixture'

test.skipIf(!canRunEngine)('two test engines run side by side and leave nothing', async () => {
  const engines = await Promise.all([startEngine(), startEngine()])
  for (const engine of engines) {
    const image = await engine.importBusybox()
    expect(await engine.docker('run', '--rm', image, 'echo', 'hello')).toBe('hello')
  }
  await engines[0].docker('run', '-d', '-p', '8080:80', 'busybox:test', 'httpd', '-f', '-h', '/etc')
  expect(await engines[0].inNetwork('busybox', 'wget', '-qO-', 'http://127.0.0.1:8080/passwd')).toContain(
    'root'
  )
  await Promise.all(engines.map(async (engine) => await engine.stop()))
  for (const { home } of engines) {
    expect(processesBelow(home)).toEqual([])
    expect(mountsBelow(home)).toEqual([])
    expect(existsSync(home)).toBe(false)
  }
})
