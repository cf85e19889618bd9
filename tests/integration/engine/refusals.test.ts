/** Starts that must be refused with the true reason: a full disk, changed or missing programs, bad configuration. */
import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import type { EngineFailure } from '@shared/contract/engine'
import type { SupervisorOptions } from '@main/engine/supervisor'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { bundleDir, canRunEngine, SYSTEM_PATH } from '../engine-fixture'
import { leftovers, supervisedHome, type SupervisedHome } from './supervised'

describe.skipIf(!canRunEngine)('a start is refused', () => {
  let home: SupervisedHome
  beforeEach(() => {
    home = supervisedHome()
  })
  afterEach(async () => await home.remove())

  async function failure(more?: Partial<SupervisorOptions>): Promise<EngineFailure> {
    const supervisor = home.supervisor(more)
    const state = await home.until(supervisor, 'failed')
    await supervisor.dispose()
    expect(leftovers(home.home).filter((line) => line !== home.paths.engineDataDir)).toEqual([])
    if (state.name !== 'failed') throw new Error('not failed')
    return state.failure
  }

  test('on a full disk, and works again once there is room', async () => {
    const { engineDataDir } = home.paths
    mkdirSync(engineDataDir)
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=100m', 'tmpfs', engineDataDir])
    const full = await failure()
    expect(full.kind).toBe('disk-full')
    expect(full.message).toMatch(/Free disk space: Only 100 MiB/)
    expect(full.hint).toMatch(/Free some space/)
    execFileSync('mount', ['-o', 'remount,size=600m', engineDataDir])
    const supervisor = home.supervisor()
    await home.until(supervisor, 'running')
    await supervisor.dispose()
    // What the user mounted is still there.
    expect(leftovers(home.home)).toEqual([engineDataDir])
  })

  test('without a bundle, saying what to run', async () => {
    const missing = await failure({ bundleDir: `${home.home}/nothing` })
    expect(missing).toMatchObject({ kind: 'bundle', step: 'preparing' })
    expect(missing.hint).toContain('node scripts/engine-bundle.mjs')
  })

  test('when one of its programs was changed', async () => {
    const copy = `${home.home}/bundle`
    cpSync(bundleDir, copy, { recursive: true })
    writeFileSync(`${copy}/bin/runc`, '#!/bin/sh\n')
    const changed = await failure({ bundleDir: copy })
    expect(changed.message).toContain('bin/runc')
    rmSync(copy, { recursive: true })
  })

  test.each([
    ['{"debug":', 'is not valid JSON'],
    ['{"nosuch":1}', 'refused its configuration']
  ])('when its configuration is %s', async (text, message) => {
    writeFileSync(home.paths.engineConfig, text)
    const bad = await failure()
    expect(bad.kind).toBe('bad-config')
    expect(bad.message).toContain(message)
  })
})

test.skipIf(!canRunEngine)('programs of the same name elsewhere are not run', async () => {
  const home = supervisedHome()
  mkdirSync(`${home.home}/evil`)
  for (const name of ['containerd', 'runc', 'docker-proxy']) {
    writeFileSync(`${home.home}/evil/${name}`, `#!/bin/sh\ntouch ${home.home}/evil/ran\n`, { mode: 0o755 })
  }
  const path = process.env['PATH']
  process.env['PATH'] = `${home.home}/evil:${SYSTEM_PATH}`
  const supervisor = home.supervisor()
  await home.until(supervisor, 'running')
  process.env['PATH'] = path
  const image = await home.importBusybox()
  expect(await home.docker('run', '--rm', '-p', '80', image, 'echo', 'ran')).toBe('ran')
  expect(execFileSync('ls', [`${home.home}/evil`], { encoding: 'utf8' })).not.toContain('ran')
  await supervisor.dispose()
  await home.remove()
})
