import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { AppError } from '@shared/errors'
import { registryCredentials, withOwnLogins, type AskHelper } from './registry-credentials'

describe('the login for a registry', () => {
  let folder: string
  const { signal } = new AbortController()
  const never: AskHelper = () => Promise.reject(new Error('asked'))
  const decoded = (auth: string | undefined): unknown =>
    JSON.parse(Buffer.from(auth ?? '', 'base64url').toString('utf8'))
  const encode = (text: string): string => Buffer.from(text).toString('base64')
  async function login(config: unknown, domain: string, ask = never) {
    await writeFile(join(folder, 'config.json'), typeof config === 'string' ? config : JSON.stringify(config))
    return await registryCredentials(folder, ask)(domain, signal)
  }

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'q-login-'))
  })
  afterEach(async () => {
    await rm(folder, { recursive: true, force: true })
  })

  it('is none without a file, without an entry, and for names every object has', async () => {
    const none = { auth: undefined, problem: null }
    expect(await registryCredentials(folder, never)('r.test', signal)).toEqual(none)
    expect(await login({}, 'r.test')).toEqual(none)
    expect(await login({ auths: { 'r.test': {} }, credHelpers: {} }, 'constructor')).toEqual(none)
  })

  it('comes from auths, by host or by the address older files have; the password may hold colons', async () => {
    const auths = {
      'r.test:5000': { auth: encode('ann:a:b?>~é') },
      'https://old.test/v1/': { username: 'bob', password: 'x' },
      'https://index.docker.io/v1/': { auth: encode('hub:h'), identitytoken: 'token' }
    }
    expect(decoded((await login({ auths }, 'r.test:5000')).auth)).toEqual({
      username: 'ann',
      password: 'a:b?>~é',
      serveraddress: 'r.test:5000'
    })
    expect(decoded((await login({ auths }, 'old.test')).auth)).toMatchObject({ username: 'bob' })
    expect(decoded((await login({ auths }, 'docker.io')).auth)).toMatchObject({
      username: 'hub',
      identitytoken: 'token'
    })
    expect((await login({ auths }, 'r.test')).auth).toBeUndefined()
  })

  it('comes from the helper of that registry, else from the store, before auths', async () => {
    const asked: string[] = []
    const ask: AskHelper = (name, server) => {
      asked.push(`${name} ${server}`)
      return Promise.resolve(JSON.stringify({ Username: name === 'one' ? '<token>' : 'ann', Secret: 's' }))
    }
    const config = {
      auths: { 'r.test': { auth: encode('x:y') } },
      credHelpers: { 'r.test': 'one' },
      credsStore: 'two'
    }
    expect(decoded((await login(config, 'r.test', ask)).auth)).toEqual({
      identitytoken: 's',
      serveraddress: 'r.test'
    })
    expect(decoded((await login(config, 'docker.io', ask)).auth)).toMatchObject({ username: 'ann' })
    expect(asked).toEqual(['one r.test', 'two https://index.docker.io/v1/'])
  })

  it('is missing with a reason, never with a secret, when file or helper are damaged', async () => {
    const damaged = await login('{"auths": {"r.test": "canary', 'r.test')
    expect(damaged).toEqual({ auth: undefined, problem: 'The docker CLI’s config.json is damaged.' })
    const garbage = await login({ credsStore: 'x' }, 'r.test', () => Promise.resolve('canary{'))
    expect(garbage.problem).toBe('docker-credential-x gave an answer that is none.')
    const hangs = await login({ credsStore: 'x' }, 'r.test', () =>
      Promise.reject(new AppError('Deadline', 'The credential helper hangs.'))
    )
    expect(hangs.problem).toBe('The credential helper hangs.')
  })
  it('is the one that is kept beside the CLI’s only where the CLI has none', async () => {
    await writeFile(
      join(folder, 'config.json'),
      JSON.stringify({ auths: { 'r.test': { auth: encode('a:b') } } })
    )
    const asked: string[] = []
    const both = withOwnLogins(registryCredentials(folder, never), (server) => {
      asked.push(server)
      if (server === 'locked.test') throw new AppError('System', 'It cannot be read.')
      if (server === 'none.test') return null
      return { username: 'own', password: 'p', identityToken: server === 'token.test' ? 't' : '' }
    })
    const of = async (domain: string) => await both(domain, signal)
    expect(decoded((await of('r.test')).auth)).toMatchObject({ username: 'a' })
    const hub = 'https://index.docker.io/v1/'
    expect(decoded((await of('docker.io')).auth)).toEqual({
      username: 'own',
      password: 'p',
      serveraddress: hub
    })
    expect(decoded((await of('token.test')).auth)).toEqual({
      identitytoken: 't',
      serveraddress: 'token.test'
    })
    expect(await of('none.test')).toEqual({ auth: undefined, problem: null })
    expect(await of('locked.test')).toEqual({ auth: undefined, problem: 'It cannot be read.' })
    expect(asked).toEqual([hub, 'token.test', 'none.test', 'locked.test'])
  })
})
