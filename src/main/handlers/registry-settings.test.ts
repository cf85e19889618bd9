/** "Edit" of a registry: what can be changed from here, and what is said where it cannot. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { EngineConfigFile } from '../engine/configure'
import { resolvePaths } from '../platform/paths'
import { AddedRegistries } from '../registries/added-registries'
import type { EngineSession } from '../resources/session'
import { registrySettingsHandlers } from './registry-settings'

let home: string
let added: AddedRegistries
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'q-'))
  added = new AddedRegistries(join(home, 'registries.json'))
})
afterEach(() => rmSync(home, { recursive: true, force: true }))

const NO_SESSION = { client: () => Promise.reject(new Error('none')) } as unknown as EngineSession
const CONTEXT = { signal: new AbortController().signal } as never
const handlers = (file: EngineConfigFile | null) =>
  registrySettingsHandlers({ session: NO_SESSION, added, engineConfig: () => file })
const config = (text: string): EngineConfigFile => {
  const paths = resolvePaths({ QUAYSIDE_HOME: home }, 'linux', '/')
  const engineConfig = join(home, 'daemon.json')
  writeFileSync(engineConfig, text)
  return new EngineConfigFile({ ...paths, engineConfig }, '/nowhere')
}

describe('the settings of a registry', () => {
  it('are what the file says while the engine does not run', async () => {
    added.add('r.example:5000')
    const file = config('{"insecure-registries":["http://R.example:5000"],"registry-mirrors":["https://m/"]}')
    expect(await handlers(file).settings({ host: 'r.example:5000' }, CONTEXT)).toEqual({
      ...{ host: 'r.example:5000', renamable: true, problem: '', hint: '', file: join(home, 'daemon.json') },
      ...{ engineRuns: false, insecure: true, insecureBecause: '', mirrors: ['https://m/'] }
    })
    expect(await handlers(file).settings({ host: 'localhost:5000' }, CONTEXT)).toMatchObject({
      ...{ renamable: false, insecure: true, insecureBecause: 'this machine' }
    })
  })

  it('of an engine that is not ours are told with where they are', async () => {
    const told = await handlers(null).settings({ host: 'r.example' }, CONTEXT)
    expect(told).toMatchObject({ insecure: false, file: '' })
    expect(told.problem).toContain('not Quayside’s own')
    expect(told.hint).toContain('/etc/docker/daemon.json')
    const wish = { host: 'r.example', to: 'r.example', insecure: true, mirrors: null }
    expect(await handlers(null).configure(wish)).toEqual({ host: 'r.example', applied: 'left' })
  })

  it.each(['{', '{"insecure-registries":"x"}'])(
    'in a damaged file (%s) say so, and it stays',
    async (text) => {
      const told = await handlers(config(text)).settings({ host: 'r.example' }, CONTEXT)
      expect(told.problem).not.toBe('')
      const wish = { host: 'r.example', to: 'r.example', insecure: true, mirrors: null }
      await expect(handlers(config(text)).configure(wish)).rejects.toMatchObject({
        message: expect.stringContaining('Could not change the settings of r.example') as string
      })
    }
  )

  it('change the address of one that was added, when nothing else is there', async () => {
    added.add('a.example')
    added.add('b.example')
    const to = async (host: string, next: string) =>
      await handlers(null).configure({ host, to: next, insecure: null, mirrors: null })
    expect(await to('a.example', 'c.example')).toEqual({ host: 'c.example', applied: 'left' })
    await expect(to('b.example', 'c.example')).rejects.toMatchObject({ code: 'Conflict' })
    await expect(to('x.example', 'y.example')).rejects.toMatchObject({ code: 'NotFound' })
    expect(added.all()).toEqual(['c.example', 'b.example'])
  })
})
