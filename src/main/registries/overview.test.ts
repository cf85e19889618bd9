/** Who is logged in to what, by every place the docker CLI keeps it; forgetting it; and noticing that it changed. */
import { mkdir, mkdtemp, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { AppError } from '@shared/errors'
import { AddedRegistries } from './added-registries'
import { CliConfig } from './cli-config'
import { watchConfig } from './config-watch'
import { knownRegistries, type OverviewSources } from './overview'
import { hostOfKey } from './registry-key'
import { forgetLogin, type Helpers } from './stored-logins'
import { failureOf, NEVER } from './testing'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'overview-'))
})
afterEach(async () => {
  await rm(folder, { recursive: true, force: true })
})

const HUB = 'https://index.docker.io/v1/'
const auth = (text: string) => ({ auth: Buffer.from(text).toString('base64') })
const put = async (value: unknown) => await writeFile(join(folder, 'config.json'), JSON.stringify(value))
const content = async () => JSON.parse(await readFile(join(folder, 'config.json'), 'utf8')) as unknown

/** Helpers that keep what is given, and note what they are asked. */
function helpers(kept: Record<string, Record<string, string> | AppError>) {
  const asked: string[] = []
  const of = (name: string): Record<string, string> => {
    const one = kept[name] ?? new AppError('NotFound', `docker-credential-${name} is not installed.`)
    if (one instanceof AppError) throw one
    return one
  }
  const made: Helpers = {
    list: async (name) => await Promise.resolve().then(() => new Map(Object.entries(of(name)))),
    get: async (name, server) => {
      asked.push(`get ${name} ${server}`)
      return await Promise.resolve(JSON.stringify({ Username: 'made', Secret: 'canary-secret' }))
    },
    erase: async (name, server) => {
      asked.push(`erase ${name} ${server}`)
      await Promise.resolve()
      of(name)
    }
  }
  return { made, asked }
}

const sources = (more: Partial<OverviewSources> = {}): OverviewSources => ({
  cliConfigDir: folder,
  helpers: helpers({}).made,
  engine: { mirrors: [], insecure: [] },
  ofImages: [],
  added: [],
  own: new Map(),
  ...more
})

describe('the list', () => {
  it('has every registry once, with where it is known from, and no secret', async () => {
    await put({
      auths: {
        [HUB]: auth('ann:canary-secret'),
        'reg.example:5000': auth('bob:canary:secret'),
        'https://old.example/v1/': { auth: auth('old:canary-secret').auth },
        'token.example': { ...auth('eve:'), identitytoken: 'canary-token' },
        'empty.example': {},
        '../../etc': {}
      }
    })
    const state = await knownRegistries(
      sources({
        engine: { mirrors: ['https://mirror.example/'], insecure: ['reg.example:5000'] },
        ofImages: ['ghcr.io', 'reg.example:5000'],
        added: ['added.example']
      }),
      NEVER
    )
    const told = state.registries.map(
      ({ host, login, username, removable }) => `${host} ${login} ${username} ${removable}`
    )
    expect(told).toEqual([
      'docker.io in ann false',
      'added.example out  true',
      'empty.example out  true',
      'ghcr.io out  false',
      'mirror.example out  false',
      'old.example in old true',
      'reg.example:5000 in bob false',
      'token.example in eve true'
    ])
    expect(JSON.stringify(state)).not.toContain('canary')
    expect(state.registries[6]?.origins).toEqual(['insecure', 'image', 'config'])
  })

  it('has what Quayside keeps itself, where the docker command has nothing', async () => {
    await put({ auths: { 'both.example': auth('ann:canary-secret') } })
    const own = new Map([
      ['both.example', 'mine'],
      [HUB, 'hub'],
      ['mine.example', 'eve']
    ])
    const { registries } = await knownRegistries(sources({ own }), NEVER)
    expect(registries.map(({ host, username, through }) => [host, username, through])).toEqual([
      ['docker.io', 'hub', 'Quayside alone, encrypted by the system'],
      ['both.example', 'ann', join(folder, 'config.json')],
      ['mine.example', 'eve', 'Quayside alone, encrypted by the system']
    ])
    expect(registries[2]).toMatchObject({ login: 'in', origins: ['app'], removable: true })
  })

  it('asks helpers for their list, never for a secret; one that cannot be asked says why', async () => {
    await put({ credsStore: 'pass', credHelpers: { 'cloud.example': 'ecr', 'broken.example': 'gone' } })
    const { made, asked } = helpers({ pass: { [HUB]: '<token>', 'reg.example': 'ann' }, ecr: {} })
    const { registries } = await knownRegistries(sources({ helpers: made }), NEVER)
    const told = registries.map(
      ({ host, login, username, through }) => `${host} ${login} ${username} ${through}`
    )
    expect(told).toEqual([
      'docker.io in  docker-credential-pass',
      'broken.example unknown  docker-credential-gone',
      // Helpers of clouds make a login when they are asked for one.
      'cloud.example in made docker-credential-ecr',
      'reg.example in ann docker-credential-pass'
    ])
    expect(registries[1]?.problem).toBe('docker-credential-gone is not installed.')
    expect(asked).toEqual(['get ecr cloud.example'])
    expect(JSON.stringify(registries)).not.toContain('canary')
  })

  it('says that config.json is damaged, and still has what is known without it', async () => {
    await writeFile(join(folder, 'config.json'), '{"auths": {"canary-secret"')
    const state = await knownRegistries(sources({ added: ['added.example'] }), NEVER)
    expect(state.problem).toContain('is damaged')
    expect(state.registries.map(({ host, login }) => `${host} ${login}`)).toEqual([
      'docker.io unknown',
      'added.example unknown'
    ])
    expect(JSON.stringify(state)).not.toContain('canary')
  })

  it.each([
    ['https://index.docker.io/v1/', 'docker.io'],
    ['registry-1.docker.io', 'docker.io'],
    ['https://reg.example:5000/v2/', 'reg.example:5000'],
    ['myregistry', 'myregistry'],
    ['[::1]:5000', '[::1]:5000'],
    ['a b', null],
    ['../x', null],
    ['', null]
  ])('%j is %s', (key, host) => {
    expect(hostOfKey(key)).toBe(host)
  })
})

describe('a log out', () => {
  it('takes every name of the registry out of the file, and nothing else', async () => {
    await put({
      detachKeys: 'ctrl-x',
      auths: {
        'https://reg.example/v1/': auth('a:b'),
        'reg.example': auth('a:b'),
        'reg.example:5000': auth('a:b')
      }
    })
    await forgetLogin('reg.example', new CliConfig(folder), helpers({}).made, NEVER)
    expect(await content()).toEqual({ detachKeys: 'ctrl-x', auths: { 'reg.example:5000': auth('a:b') } })
  })

  it('asks the helper to forget it, with the tokens beside it', async () => {
    await put({ credsStore: 'pass', auths: { [HUB]: {} } })
    const { made, asked } = helpers({
      pass: { [HUB]: 'ann', [`${HUB}access-token`]: 'ann', 'reg.example': 'ann' }
    })
    await forgetLogin('docker.io', new CliConfig(folder), made, NEVER)
    expect(asked).toEqual([`erase pass ${HUB}`, `erase pass ${HUB}access-token`])
    expect(await content()).toEqual({ credsStore: 'pass', auths: {} })
  })

  it('asks a helper to forget only what it has: some fail for the rest', async () => {
    await put({ credsStore: 'pass', auths: { 'reg.example': {} } })
    const { made, asked } = helpers({ pass: { 'https://reg.example/v2/': 'ann' } })
    await forgetLogin('reg.example', new CliConfig(folder), made, NEVER)
    expect(asked).toEqual(['erase pass https://reg.example/v2/'])
    expect(await content()).toEqual({ credsStore: 'pass', auths: {} })
  })

  it('leaves nobody logged in whose helper answers with nothing', async () => {
    await put({ credHelpers: { 'cloud.example': 'ecr' } })
    const empty = JSON.stringify({ ServerURL: 'cloud.example', Username: '', Secret: '' })
    const made: Helpers = { ...helpers({ ecr: {} }).made, get: () => Promise.resolve(empty) }
    const { registries } = await knownRegistries(sources({ helpers: made }), NEVER)
    expect(registries.map(({ host, login }) => `${host} ${login}`)).toContain('cloud.example out')
  })

  it('changes nothing when the helper does not forget', async () => {
    const before = { credsStore: 'gone', auths: { 'reg.example': {} } }
    await put(before)
    const error = await failureOf(forgetLogin('reg.example', new CliConfig(folder), helpers({}).made, NEVER))
    expect(error).toMatchObject({ message: 'docker-credential-gone is not installed.' })
    expect(await content()).toEqual(before)
  })
})

describe('a change of config.json', () => {
  const told = async (changed: ReturnType<typeof vi.fn>, times = 1) =>
    await vi.waitFor(() => expect(changed.mock.calls.length).toBeGreaterThanOrEqual(times), 5000)

  it('is noticed when it is replaced, also behind a symbolic link, and when its folder only appears', async () => {
    const dir = join(folder, 'not', 'there', '.docker')
    const changed = vi.fn()
    const stop = watchConfig(dir, changed)
    await mkdir(dir, { recursive: true })
    await told(changed)
    changed.mockClear()
    await writeFile(join(dir, 'new'), '{}')
    await rename(join(dir, 'new'), join(dir, 'config.json'))
    await told(changed)
    stop()

    const real = join(folder, 'elsewhere')
    await mkdir(real)
    await writeFile(join(real, 'real.json'), '{}')
    await rm(join(dir, 'config.json'))
    await symlink(join(real, 'real.json'), join(dir, 'config.json'))
    const again = vi.fn()
    const end = watchConfig(dir, again)
    await writeFile(join(real, 'new'), '{}')
    await rename(join(real, 'new'), join(real, 'real.json'))
    await told(again)
    end()
  })
})

describe('registries that were added', () => {
  it('are kept, once each, and told of; a damaged file holds none', async () => {
    const path = join(folder, 'registries.json')
    const added = new AddedRegistries(path)
    const changed = vi.fn()
    const stop = added.listen(changed)
    added.add('a.example')
    added.add('a.example')
    added.add('b.example:5000')
    added.remove('a.example')
    stop()
    expect(changed).toHaveBeenCalledTimes(3)
    expect(new AddedRegistries(path).all()).toEqual(['b.example:5000'])
    await writeFile(path, JSON.stringify({ registries: ['../x', 'ok.example'] }))
    expect(added.all()).toEqual(['ok.example'])
    await writeFile(path, '{')
    expect(added.all()).toEqual([])
  })
})
