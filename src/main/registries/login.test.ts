import { chmod, lstat, mkdtemp, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { AppError } from '@shared/errors'
import { CliConfig } from './cli-config'
import { HUB, loginPlace, serverOf, type Finder } from './login-place'
import { keepLogin, type Keep, type Keepers } from './login-store'
import { rememberFailures } from './helper-check'
import { OwnLogins, type Sealer } from './own-logins'

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
    const file = { kind: 'file', path: path(), problem: '', hint: '' }
    expect(await place({}, 'pass')).toEqual(file)
    expect(await place({ auths: { other: {} } }, ...pass)).toEqual(file)
  })

  it('is the next one when the platform’s own does not work, which is told when none is left', async () => {
    await put({})
    const broken = new AppError('System', 'pass is not set up.', { hint: 'Set it up.' })
    const all = ['pass', 'docker-credential-pass', 'docker-credential-secretservice']
    const failing = (...names: string[]): Finder => ({
      ...finder(...all),
      failureOf: (name) => Promise.resolve(names.includes(name) ? broken : null)
    })
    const at = async (one: Finder) => await loginPlace(new CliConfig(folder), 'reg.example:5000', one)
    expect(await at(failing('pass'))).toMatchObject({ name: 'secretservice', detected: true })
    const left = { path: path(), problem: 'pass is not set up.', hint: 'Set it up.' }
    expect(await at(failing('pass', 'secretservice'))).toEqual({ kind: 'file', ...left })
    const sealed = { ...failing('pass', 'secretservice'), keeper: () => 'a keyring' }
    expect(await at(sealed)).toEqual({ kind: 'app', keeper: 'a keyring', ...left })
  })

  it('is what the system encrypts before a plain file, but not beside a login that stands in it', async () => {
    const one = { ...finder(), keeper: () => 'a keyring' }
    await put({ auths: { other: { auth: 'eA==' } } })
    expect(await loginPlace(new CliConfig(folder), 'reg.example', one)).toMatchObject({ kind: 'app' })
    await put({ auths: { 'reg.example': { auth: 'eA==' } } })
    expect(await loginPlace(new CliConfig(folder), 'reg.example', one)).toMatchObject({ kind: 'file' })
  })

  it('asks a helper that nobody chose once in a while, and believes one that cannot list', async () => {
    let now = 0
    const asked: string[] = []
    const check = rememberFailures(
      (name) => {
        asked.push(name)
        const code = name === 'mute' ? 'InvalidParameter' : 'System'
        return name === 'good' ? Promise.resolve(null) : Promise.reject(new AppError(code, 'It is broken.'))
      },
      () => now
    )
    expect(await check('good')).toBeNull()
    expect(await check('mute')).toBeNull()
    expect((await check('bad'))?.message).toBe('It is broken.')
    await check('bad')
    now = 10_000
    await check('bad')
    expect(asked).toEqual(['good', 'mute', 'bad', 'bad'])
  })
})

describe('a login that is kept', () => {
  const inHelper: string[] = []
  const forgotten: boolean[] = []
  const own: Keepers['own'] = {
    keep: () => expect.fail('not to be called'),
    forget: (isKey) => void forgotten.push(isKey('reg.example:5000'))
  }
  const store: Keepers = {
    inHelper: (name, input) => Promise.resolve(void inHelper.push(`${name} ${input}`)),
    own
  }
  const nobody: Keepers = { inHelper: () => Promise.reject(new Error('not to be called')), own }
  const passedOver = { problem: '', hint: '' }
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
    // What Quayside kept itself before would be a second one.
    expect(forgotten).toEqual([true])
  })

  it('leaves everything else in the file, its mode and a link to it', async () => {
    const real = join(folder, 'real.json')
    const before = { auths: { other: { auth: 'eA==' } }, currentContext: 'c', unknown: { deep: [1] } }
    await writeFile(real, JSON.stringify(before))
    await chmod(real, 0o640)
    await symlink(real, path())
    const place = { kind: 'file', path: path(), ...passedOver } as const
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
    const place = { kind: 'file', path: path(), ...passedOver } as const
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
    const file = { kind: 'file', path: path(), ...passedOver } as const
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

describe('a login that Quayside keeps itself', () => {
  /** Turns every byte, so that nothing of it can be read in the file. */
  const turned = (bytes: Buffer): Buffer => Buffer.from(bytes.map((byte) => byte ^ 0xff))
  const sealer: Sealer = {
    name: 'a keyring',
    seal: (text) => turned(Buffer.from(text)),
    open: (sealed) => turned(sealed).toString()
  }
  const file = (): string => join(folder, 'logins.json')
  const login = { server: 'reg.example', username: 'ann', secret: SECRET }
  const signal = new AbortController().signal

  it('is sealed, read again, replaced and forgotten; a yes to the plain file takes it away', async () => {
    const own = new OwnLogins(file(), () => sealer)
    let changes = 0
    own.listen(() => (changes += 1))
    const place = { kind: 'app', keeper: 'a keyring', path: path(), problem: '', hint: '' } as const
    const keepers = { inHelper: () => Promise.reject(new Error('not to be called')), own }
    await keepLogin(place, new CliConfig(folder), keep({ login }), keepers, signal)
    const text = await readFile(file(), 'utf8')
    expect(text).not.toContain(SECRET)
    expect(text).not.toContain(Buffer.from(SECRET).toString('base64').slice(0, 8))
    expect((await stat(file())).mode & 0o777).toBe(0o600)
    await expect(stat(path())).rejects.toThrow()
    expect(own.find('reg.example')).toEqual({ username: 'ann', password: SECRET, identityToken: '' })
    expect([...own.users()]).toEqual([['reg.example', 'ann']])

    own.keep(login, 'tok')
    expect(own.find('reg.example')).toMatchObject({ password: '', identityToken: 'tok' })
    await keepLogin(place, new CliConfig(folder), keep({ login, plain: true }), keepers, signal)
    expect(own.find('reg.example')).toBeNull()
    expect(await readFile(path(), 'utf8')).toContain('reg.example')
    expect(changes).toBe(3)
  })

  it('that cannot be opened says what to do, and nothing is kept where nothing encrypts', async () => {
    let here: Sealer | null = sealer
    const own = new OwnLogins(file(), () => here)
    own.keep(login, null)
    here = {
      ...sealer,
      open: () => {
        throw new Error(`locked ${SECRET}`)
      }
    }
    expect(() => own.find('reg.example')).toThrow('cannot be read')
    expect(() => own.find('reg.example')).not.toThrow(SECRET)
    here = null
    expect(() => own.find('reg.example')).toThrow('cannot be read')
    expect(() => own.keep(login, null)).toThrow('Nothing on this system encrypts')
    expect(own.users().size).toBe(1)
    await writeFile(file(), 'damaged')
    expect(own.users().size).toBe(0)
  })
})
