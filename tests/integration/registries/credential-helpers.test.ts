/** Logins kept by Debian's real credential helpers, and what is said of them when they are broken in each way they can be. */
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { toAppError } from '@shared/errors'
import {
  askCredentialHelper,
  checkCredentialHelper,
  eraseInCredentialHelper,
  isOnPath,
  listCredentialHelper,
  storeInCredentialHelper
} from '@main/platform/credential-helper'
import { CliConfig } from '@main/registries/cli-config'
import { rememberFailures } from '@main/registries/helper-check'
import { loginPlace, type Finder } from '@main/registries/login-place'
import { keepLogin } from '@main/registries/login-store'
import { forgetLogin, StoredLogins, type Helpers } from '@main/registries/stored-logins'
import {
  canUseKeyring,
  canUsePass,
  makePass,
  startKeyring,
  type Keyring,
  type Pass
} from '../credential-helpers'

const { signal } = new AbortController()
const SECRET = 'canary-Pa55word-äé'
const HOST = 'reg.example:5000'

let folder: string
beforeAll(() => {
  folder = mkdtempSync('/tmp/qh-')
})
afterAll(() => {
  rmSync(folder, { recursive: true, force: true })
})

/** This computer, with another environment. */
function machine(env: NodeJS.ProcessEnv) {
  const helpers: Helpers = {
    list: (name, stop) => listCredentialHelper(name, stop, { env }),
    get: (name, server, stop) => askCredentialHelper(name, server, stop, { env }),
    erase: (name, server, stop) => eraseInCredentialHelper(name, server, stop, { env })
  }
  const inHelper = (name: string, input: string) => storeInCredentialHelper(name, input, signal, { env })
  const finder: Finder = {
    isInstalled: (program) => isOnPath(program, env),
    platform: 'linux',
    failureOf: rememberFailures((name, stop, limit) => checkCredentialHelper(name, stop, { env, ...limit }))
  }
  return { helpers, inHelper, finder }
}

const config = (): CliConfig => new CliConfig(join(folder, 'docker'))
const own = { keep: () => expect.fail('not to be called'), forget: () => undefined }
const login = { server: HOST, username: 'ann', secret: SECRET }
const keep = { login, identityToken: null, plain: false }
beforeEach(() => {
  rmSync(join(folder, 'docker'), { recursive: true, force: true })
  mkdirSync(join(folder, 'docker'))
})
async function failure(promise: Promise<unknown>) {
  const error = await promise.then(
    () => expect.fail('it went well'),
    (thrown: unknown) => toAppError(thrown)
  )
  expect(`${error.message} ${error.hint ?? ''}`).not.toContain(SECRET)
  return error
}

/** In, seen, read again, out: the same for every helper. */
async function wholeLife(name: string, env: NodeJS.ProcessEnv): Promise<void> {
  const { helpers, inHelper, finder } = machine(env)
  const place = await loginPlace(config(), HOST, finder)
  expect(place).toEqual({ kind: 'helper', name, installed: true, detected: true })
  await keepLogin(place, config(), keep, { inHelper, own }, signal)
  const text = readFileSync(join(folder, 'docker', 'config.json'), 'utf8')
  expect(JSON.parse(text)).toEqual({ auths: { [HOST]: {} }, credsStore: name })
  const who = async () => await new StoredLogins(config(), helpers, signal).who(HOST)
  expect(await who()).toEqual({ login: 'in', username: 'ann' })
  const answer: unknown = JSON.parse((await helpers.get(name, HOST, signal)) ?? '')
  expect(answer).toMatchObject({ Username: 'ann', Secret: SECRET })
  await forgetLogin(HOST, config(), helpers, signal)
  expect(await who()).toEqual({ login: 'out' })
  expect([...(await helpers.list(name, signal))]).toEqual([])
}

describe.skipIf(!canUsePass)('docker-credential-pass', () => {
  let pass: Pass
  let key: string
  beforeAll(() => {
    pass = makePass(folder)
  })
  afterAll(() => {
    pass.stop()
  })

  it('that is not set up is passed over where nobody chose it, and said what to do where somebody did', async () => {
    const { inHelper, finder } = machine(pass.env)
    const place = await loginPlace(config(), HOST, finder)
    expect(place).toMatchObject({
      kind: 'file',
      problem: expect.stringContaining('pass is not set up') as string
    })
    const error = await failure(
      inHelper('pass', JSON.stringify({ ServerURL: HOST, Username: 'a', Secret: SECRET }))
    )
    expect(error.message).toBe(
      'The credential helper docker-credential-pass could not keep the login: pass is not set up.'
    )
    expect(error.hint).toContain('pass init KEY')
  })

  it('keeps a login, tells whose it is, and forgets it', async () => {
    key = pass.makeKey('ann')
    pass.init(key)
    await wholeLife('pass', pass.env)
  })

  it('whose gpg key is gone says so, for a new login and for one that is kept', async () => {
    const { helpers, inHelper } = machine(pass.env)
    const kept = JSON.stringify({ ServerURL: HOST, Username: 'ann', Secret: SECRET })
    await inHelper('pass', kept)
    pass.deleteKey(key)
    expect((await failure(inHelper('pass', kept))).message).toContain(
      'gpg key that pass was set up with is missing'
    )
    const error = await failure(helpers.get('pass', HOST, signal))
    expect(error.message).toContain('the gpg key that it was encrypted for is missing')
    expect(error.hint).toContain('gpg --import')
  })
})

describe.skipIf(!canUseKeyring)('docker-credential-secretservice', () => {
  let keyring: Keyring
  /** Without pass, which comes first. */
  const env = (): NodeJS.ProcessEnv => keyring.env
  beforeAll(async () => {
    keyring = await startKeyring(join(folder, 'keyring'))
  })
  afterAll(async () => {
    await keyring.stop()
  })

  it('keeps a login, tells whose it is, and forgets it', async () => {
    // pass is on the PATH but not set up here, so the keyring is the next one.
    await wholeLife('secretservice', env())
  })

  it('whose keyring is locked, or not there, says so', async () => {
    const { inHelper } = machine(env())
    const kept = JSON.stringify({ ServerURL: HOST, Username: 'ann', Secret: SECRET })
    await inHelper('secretservice', kept)
    await keyring.lock()
    const locked = await failure(inHelper('secretservice', kept))
    expect(locked.message).toContain('the keyring is locked')
    expect(locked.hint).toContain('Unlock the keyring')
    const without = { PATH: env()['PATH'], HOME: env()['HOME'] }
    const gone = await failure(machine(without).inHelper('secretservice', kept))
    expect(gone.message).toContain('no keyring runs in this session')
  })
})

/** A process that has ended may stay in the list until it is waited for. */
function isRunning(pid: number): boolean {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'))
  } catch {
    return false
  }
}

describe('a helper that somebody chose', () => {
  const put = (name: string, body: string): NodeJS.ProcessEnv => {
    const bin = join(folder, 'bin')
    mkdirSync(bin, { recursive: true })
    writeFileSync(join(bin, `docker-credential-${name}`), `#!/bin/sh\n${body}\n`)
    chmodSync(join(bin, `docker-credential-${name}`), 0o755)
    return { PATH: `${bin}:/usr/bin:/bin` }
  }
  const store = (name: string, env: NodeJS.ProcessEnv, timeoutMs = 10_000) =>
    storeInCredentialHelper(name, JSON.stringify({ Secret: SECRET }), signal, { env, timeoutMs })

  it('and is not on the PATH, prints garbage, hangs or repeats what it was given is told, without what it printed', async () => {
    const missing = await failure(store('gone', { PATH: '/usr/bin' }))
    expect(missing).toMatchObject({ code: 'NotFound' })
    expect(missing.hint).toContain('PATH')
    const repeating = await failure(store('loud', put('loud', 'cat; cat >&2; exit 1')))
    expect(repeating.message).toBe('The credential helper docker-credential-loud could not keep the login.')
    const garbage = put('garbage', `printf '\\001{"${SECRET}'`)
    const listing = await failure(listCredentialHelper('garbage', signal, { env: garbage }))
    expect(listing.message).toContain('does not list what it keeps')
    // What it started is ended with it.
    const hangs = put('hangs', `sleep 60 & echo $! > '${folder}/child'; sleep 60`)
    const hanging = await failure(store('hangs', hangs, 500))
    const child = Number(readFileSync(join(folder, 'child'), 'utf8'))
    await expect.poll(() => isRunning(child)).toBe(false)
    expect(hanging).toMatchObject({ code: 'Deadline' })
    expect(hanging.message).toContain('gave no answer within 0.5 s')
    expect(hanging.hint).toContain('unlock the keyring or the gpg key')
    expect(existsSync(join(folder, 'docker', 'config.json'))).toBe(false)
  })
})
