import { createHash } from 'node:crypto'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { parseHost, resolveCliTarget } from './contexts'
import { endpointText } from './endpoint'

let dir: string
beforeEach(() => {
  dir = mkdtempSync('/tmp/q-contexts-')
})
afterEach(() => rmSync(dir, { recursive: true, force: true }))

const resolve = (env: Record<string, string> = {}, platform: NodeJS.Platform = 'linux') =>
  resolveCliTarget({ env: { DOCKER_CONFIG: dir, ...env }, platform, homeDir: '/nowhere' })

function addContext(name: string, docker: object, tls: Record<string, string> = {}): void {
  const id = createHash('sha256').update(name).digest('hex')
  mkdirSync(`${dir}/contexts/meta/${id}`, { recursive: true })
  const meta = { Name: name, Metadata: {}, Endpoints: { docker } }
  writeFileSync(`${dir}/contexts/meta/${id}/meta.json`, JSON.stringify(meta))
  for (const [file, text] of Object.entries(tls)) {
    mkdirSync(`${dir}/contexts/tls/${id}/docker`, { recursive: true })
    writeFileSync(`${dir}/contexts/tls/${id}/docker/${file}`, text)
  }
}

describe('the engine the docker CLI would use', () => {
  test('is the default socket when nothing says otherwise', () => {
    expect(resolve()).toMatchObject({ name: 'default', host: 'unix:///var/run/docker.sock' })
    expect(resolve({}, 'win32')).toMatchObject({ name: 'default', host: 'npipe:////./pipe/docker_engine' })
  })

  test('is the current context of config.json', () => {
    addContext('far', { Host: 'tcp://10.0.0.1:2375' })
    writeFileSync(`${dir}/config.json`, '{"currentContext":"far"}')
    expect(resolve()).toMatchObject({ name: 'far', host: 'tcp://10.0.0.1:2375' })
  })

  test('is DOCKER_CONTEXT before config.json, and DOCKER_HOST before both', () => {
    addContext('far', { Host: 'tcp://far:1' })
    addContext('near', { Host: 'unix:///near.sock' })
    writeFileSync(`${dir}/config.json`, '{"currentContext":"far"}')
    expect(resolve({ DOCKER_CONTEXT: 'near' })).toMatchObject({ name: 'near', host: 'unix:///near.sock' })
    expect(resolve({ DOCKER_CONTEXT: 'default' }).name).toBe('default')
    const env = { DOCKER_CONTEXT: 'near', DOCKER_HOST: 'unix:///x.sock' }
    expect(resolve(env)).toMatchObject({ name: 'DOCKER_HOST', host: 'unix:///x.sock' })
  })

  test.each(['', '[]', 'null', '{"currentContext":7}', '{'])('survives a config.json holding %j', (text) => {
    writeFileSync(`${dir}/config.json`, text)
    expect(resolve().name).toBe('default')
  })

  test('brings the TLS files of its context', () => {
    addContext(
      'tls',
      { Host: 'tcp://h:2376', SkipTLSVerify: false },
      { 'ca.pem': 'CA', 'cert.pem': 'C', 'key.pem': 'K' }
    )
    const tls = { ca: 'CA', cert: 'C', key: 'K', skipVerify: false }
    expect(resolve({ DOCKER_CONTEXT: 'tls' }).endpoint).toEqual({ kind: 'tcp', host: 'h', port: 2376, tls })
  })

  test('skips TLS verification only when its context says so', () => {
    addContext('lax', { Host: 'tcp://h:2376', SkipTLSVerify: true })
    expect(resolve({ DOCKER_CONTEXT: 'lax' }).endpoint).toMatchObject({ tls: { skipVerify: true } })
  })

  test('uses DOCKER_CERT_PATH when DOCKER_TLS_VERIFY is set', () => {
    writeFileSync(`${dir}/ca.pem`, 'CA')
    const env = { DOCKER_HOST: 'tcp://h', DOCKER_TLS_VERIFY: '1', DOCKER_CERT_PATH: dir }
    expect(resolve(env).endpoint).toMatchObject({ port: 2376, tls: { ca: 'CA', skipVerify: false } })
    expect(resolve({ DOCKER_HOST: 'tcp://h' }).endpoint).toEqual({ kind: 'tcp', host: 'h', port: 2375 })
  })

  test('that does not exist or cannot be read is an error with its name', () => {
    expect(() => resolve({ DOCKER_CONTEXT: 'gone' })).toThrow('The docker context “gone” does not exist.')
    const id = createHash('sha256').update('bad').digest('hex')
    mkdirSync(`${dir}/contexts/meta/${id}`, { recursive: true })
    writeFileSync(`${dir}/contexts/meta/${id}/meta.json`, '{"Name":"bad"}')
    expect(() => resolve({ DOCKER_CONTEXT: 'bad' })).toThrow('The docker context “bad” cannot be read.')
  })

  test('cannot be made to leave the context folder by its name', () => {
    expect(() => resolve({ DOCKER_CONTEXT: '../../../etc' })).toThrow('does not exist')
  })
})

describe('an engine’s address', () => {
  test.each([
    ['unix:///a b.sock', 'unix:///a b.sock'],
    ['unix://', 'unix:///var/run/docker.sock'],
    ['tcp://h:80', 'tcp://h:80'],
    ['tcp://[::1]:2375', 'tcp://[::1]:2375'],
    ['h:1234', 'tcp://h:1234'],
    ['http://h', 'tcp://h:2375'],
    ['ssh://me@h:22', 'ssh://me@h:22'],
    ['ssh://h', 'ssh://h']
  ])('%s is %s', (text, expected) => {
    expect(endpointText(parseHost(text))).toBe(expected)
  })

  test.each([
    'tcp://',
    'tcp://h:99999',
    'ftp://h',
    'ssh://-oProxyCommand=x',
    'ssh://u:canary@h',
    'tcp://u:canary@h',
    'ssh://-l@h'
  ])('%s is refused, without repeating what may be a password', (text) => {
    expect(() => parseHost(text)).toThrow(/not usable/)
    try {
      parseHost(text)
    } catch (error) {
      expect((error as Error).message).not.toContain('canary')
    }
  })
})
