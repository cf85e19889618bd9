import { chmod, lstat, mkdtemp, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { AppError } from '@shared/errors'
import { CliConfig } from './cli-config'
import { HUB, loginPlace, serverOf, type Finder } from './login-place'
import { keepLogin, type Keep } from './login-store'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'login-'))
})
afterEach(async () => {
  await rm(folder, { recursive: true, force: true })
})

const SECRET = 'canary-secret'
const path = (): string => join(folder, 'config.json')
const put = async (value: unknown) => await writeFile(path(), JSON.stringify(value))
const content = async () => JSON.parse(await readFile(path(), 'utf8')) as unknown
const finder = (...installed: string[]): Finder => ({
  isInstalled: (program) => Promise.resolve(installed.includes(program)),
  platform: 'linux'
})
const keep = (news: Partial<Keep> = {}): Keep => ({
  login: { server: 'reg.example:5000', username: 'ann', secret: SECRET },
  identityToken: null,
  plain: false,
  ...news
})

describe('a registry as it is typed', () => {
  it.each([
    ['', 'docker.io', HUB],
    [' docker.io ', 'docker.io', HUB],
    ['https://index.docker.io/v1/', 'docker.io', HUB],
    ['GHCR.io', 'ghcr.io', 'ghcr.io'],
    ['https://reg.example:5000/v2/', 'reg.example:5000', 'reg.example:5000'],
    ['localhost:5000', 'localhost:5000', 'localhost:5000'],
    ['[::1]:5000', '[::1]:5000', '[::1]:5000']
  ])('%j is %s', (typed, host, server) => {
    expect(serverOf(typed)).toEqual({ host, server })
  })

  it.each(['a b', 'reg.example/team', 'ann@reg.example', '../x', 'x:99999', '-x', 'x\n', 'http://'])(
    '%j is none or what is meant',
    (typed) => {
      expect([null, 'x', 'docker.io']).toContain(serverOf(typed)?.host ?? null)
    }
  )
})

describe('where a login is kept', () => {
  const place = async (value: unknown, ...installed: string[]) => {
    await put(value)
    return await loginPlace(new CliConfig(folder), 'reg.example:5000', finder(...installed))
  }

  it('is what config.json names, the registry’s own helper first', async () => {
    const both = { credsStore: 'all', credHelpers: { 'reg.example:5000': 'own' } }
    expect(await place(both, 'docker-credential-own')).toMatchObject({ name: 'own', installed: true })
    expect(await place({ credsStore: 'all' })).toMatchObject({ name: 'all', installed: false })
  })

  it('is the platform’s helper while the file says nothing, and else the file', async () => {
    const pass = ['pass', 'docker-credential-pass']
    expect(await place({ detachKeys: 'x' }, ...pass)).toMatchObject({ name: 'pass', detected: true })
    expect(await place({}, 'docker-credential-secretservice')).toMatchObject({ name: 'secretservice' })
    expect(await place({}, 'pass')).toEqual({ kind: 'file', path: path() })
    expect(await place({ auths: { other: {} } }, ...pass)).toEqual({ kind: 'file', path: path() })
  })
})

describe('a login that is kept', () => {
  const inHelper: string[] = []
  const store = (name: string, input: string) => Promise.resolve(void inHelper.push(`${name} ${input}`))
  const nobody = () => Promise.reject(new Error('not to be called'))
  const signal = new AbortController().signal

  it('goes to the helper, and its registry into the file, as docker login does it', async () => {
    await put({ detachKeys: 'ctrl-x' })
    const place = { kind: 'helper', name: 'pass', installed: true, detected: true } as const
    await keepLogin(place, new CliConfig(folder), keep(), store, signal)
    expect(inHelper).toEqual([`pass {"ServerURL":"reg.example:5000","Username":"ann","Secret":"${SECRET}"}`])
    expect(await content()).toEqual({
      detachKeys: 'ctrl-x',
      auths: { 'reg.example:5000': {} },
      credsStore: 'pass'
    })
  })

  it('leaves everything else in the file, its mode and a link to it', async () => {
    const real = join(folder, 'real.json')
    const before = { auths: { other: { auth: 'eA==' } }, currentContext: 'c', unknown: { deep: [1] } }
    await writeFile(real, JSON.stringify(before))
    await chmod(real, 0o640)
    await symlink(real, path())
    const place = { kind: 'file', path: path() } as const
    await keepLogin(place, new CliConfig(folder), keep({ plain: true }), nobody, signal)
    const auth = Buffer.from(`ann:${SECRET}`).toString('base64')
    expect(await content()).toEqual({
      ...before,
      auths: { ...before.auths, 'reg.example:5000': { auth } }
    })
    expect((await lstat(path())).isSymbolicLink()).toBe(true)
    expect((await stat(real)).mode & 0o777).toBe(0o640)
  })

  it('is a new file that only its owner reads, and a token in place of the password', async () => {
    const place = { kind: 'file', path: path() } as const
    await keepLogin(
      place,
      new CliConfig(folder),
      keep({
        plain: true,
        identityToken: 'tok',
        login: { server: '__proto__', username: 'ann', secret: SECRET }
      }),
      nobody,
      signal
    )
    expect((await stat(path())).mode & 0o777).toBe(0o600)
    const text = await readFile(path(), 'utf8')
    expect(text).toContain('"identitytoken": "tok"')
    expect(text).not.toContain(Buffer.from(SECRET).toString('base64').slice(0, 8))
    expect(text).toContain('"__proto__"')
  })

  it('is not kept without a yes, nor where its helper is missing, nor in a damaged file', async () => {
    const config = new CliConfig(folder)
    const file = { kind: 'file', path: path() } as const
    await expect(keepLogin(file, config, keep(), nobody, signal)).rejects.toMatchObject({ code: 'Conflict' })
    const gone = { kind: 'helper', name: 'gone', installed: false, detected: false } as const
    await expect(keepLogin(gone, config, keep(), nobody, signal)).rejects.toThrow(/not installed/)
    await writeFile(path(), `{"auths": {"x": {"auth": "${SECRET}`)
    const damaged = (): unknown => new CliConfig(folder)
    expect(damaged).toThrow(AppError)
    expect(damaged).not.toThrow(new RegExp(SECRET))
    expect(await readFile(path(), 'utf8')).toContain('{"auths"')
  })
})
