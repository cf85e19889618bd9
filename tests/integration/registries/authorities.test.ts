/**
 * Registries over TLS: with a private authority, refused with its reason, trusted once the engine's certs.d has it, refused again after;
 * and one (Debian's) that wants to see a client certificate.
 */
import { execFileSync } from 'node:child_process'
import { X509Certificate } from 'node:crypto'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:https'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { authoritiesOf, distrustAuthority, trustAuthority } from '@main/registries/authorities'
import { addClient, holdsKey, readChosen, removeClient } from '@main/registries/client-certificates'
import { RegistryHttp, type RegistryAccess } from '@main/registries/registry-http'
import { SeenCertificates } from '@main/registries/seen-certificates'
import { testRegistry } from '@main/registries/registry-test'
import { trustFor } from '@main/registries/registry-trust'
import { failureOf, LOGIN, NEVER } from '@main/registries/testing'
import type { AppError } from '@shared/errors'
import { startRegistry, type TestRegistry } from '../registry-fixture'
import { unusedPort } from './unused-port'

let folder: string
let server: Server
let host: string
const read = (name: string): string => readFileSync(join(folder, name), 'utf8')
const certs = (): string => join(folder, 'certs.d')
const access = (): RegistryAccess => ({
  ...{ host, login: LOGIN, isInsecure: () => false },
  trustFor: (at) => trustFor(at, [certs()])
})
const tested = async () =>
  await testRegistry({ http: new RegistryHttp(access()), access: access(), problem: null }, NEVER)

function openssl(...args: string[]): void {
  execFileSync('openssl', args, { cwd: folder, stdio: 'ignore' })
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'authority-'))
  openssl(
    ...[
      'req',
      '-x509',
      '-newkey',
      'rsa:2048',
      '-nodes',
      '-days',
      '2',
      '-subj',
      '/O=Example/CN=Private authority'
    ],
    ...['-keyout', 'ca.key', '-out', 'ca.pem']
  )
  openssl(
    'req',
    '-newkey',
    'rsa:2048',
    '-nodes',
    '-subj',
    '/CN=localhost',
    '-keyout',
    'server.key',
    '-out',
    'server.csr'
  )
  writeFileSync(join(folder, 'names'), 'subjectAltName=DNS:localhost,IP:127.0.0.1\n')
  openssl(
    ...[
      'x509',
      '-req',
      '-in',
      'server.csr',
      '-CA',
      'ca.pem',
      '-CAkey',
      'ca.key',
      '-CAcreateserial',
      '-days',
      '2'
    ],
    ...['-extfile', 'names', '-out', 'server.pem']
  )
  server = createServer({ key: read('server.key'), cert: read('server.pem') }, (request, reply) => {
    if (request.headers.authorization !== undefined) {
      reply.setHeader('docker-distribution-api-version', 'registry/2.0')
      return reply.writeHead(200, { 'ratelimit-remaining': '97;w=21600' }).end('{}')
    }
    return reply.writeHead(401, { 'www-authenticate': 'Basic realm="x"' }).end()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  host = `localhost:${(server.address() as AddressInfo).port}`
})
afterAll(async () => {
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
  rmSync(folder, { recursive: true, force: true })
})

describe('a private authority', () => {
  it('is told with the certificate, trusted when it is added, and no more when it is removed', async () => {
    const before = await tested()
    expect(before.reachable).toBe(false)
    expect(before.steps.map(({ state }) => state)).toEqual(['ok', 'ok', 'failed', 'left', 'left'])
    expect(before.steps[2]?.text).toBe('The certificate is not trusted: its authority is not known here.')
    expect(before.certificate).toMatchObject({ subject: 'CN=localhost', names: 'localhost, 127.0.0.1' })
    expect(before.certificate?.issuer).toContain('CN=Private authority')
    expect(before.certificate?.fingerprint).toMatch(/^(?:[0-9A-F]{2}:){31}[0-9A-F]{2}$/)
    const refused = await failureOf(new RegistryHttp(access()).request({ path: '/v2/', signal: NEVER }))
    expect(refused).toMatchObject({
      message: expect.stringContaining('no certificate that is trusted here') as string
    })

    trustAuthority(host, certs(), `Some words\n${read('ca.pem')}more`)
    const after = await tested()
    expect(after.steps.map(({ state }) => state)).toEqual(['ok', 'ok', 'ok', 'ok', 'ok'])
    expect(after.limits).toEqual([{ name: 'ratelimit-remaining', value: '97;w=21600' }])
    expect(JSON.stringify(after)).not.toContain('canary')
    expect(authoritiesOf(host, certs()).files).toMatchObject([
      { name: 'quayside.crt', kind: 'authority', removable: true, certificates: [{}] }
    ])

    distrustAuthority(host, certs())
    expect((await tested()).reachable).toBe(false)
    expect(existsSync(join(certs(), host))).toBe(false)

    // By its address there is no name to be found, which is no failure.
    host = host.replace('localhost', '127.0.0.1')
    trustAuthority(host, certs(), read('ca.pem'))
    const byAddress = await tested()
    expect(byAddress.steps.map(({ state }) => state)).toEqual(['left', 'ok', 'ok', 'ok', 'ok'])
    expect(byAddress.reachable).toBe(true)
  })

  it('is not what is no certificate, or a private key; and the files of others stay', () => {
    for (const bad of ['', 'nonsense', '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----']) {
      expect(() => trustAuthority(host, certs(), bad), bad).toThrow('That is not a certificate.')
    }
    expect(() => trustAuthority(host, certs(), read('ca.pem') + read('ca.key'))).toThrow(
      'That holds a private key.'
    )
    expect(() => trustAuthority(host, null, read('ca.pem'))).toThrow('on another machine')
    const own = join(certs(), host)
    mkdirSync(own, { recursive: true })
    writeFileSync(join(own, 'ca.crt'), read('ca.pem'))
    writeFileSync(join(own, 'client.cert'), 'broken')
    distrustAuthority(host, certs())
    expect(
      authoritiesOf(host, certs()).files.map(({ name, kind, removable, certificates }) => [
        name,
        kind,
        removable,
        certificates.length
      ])
    ).toEqual([
      ['ca.crt', 'authority', false, 1],
      ['client.cert', 'client', false, 0]
    ])
  })
})

describe('a certificate that changes between two requests', () => {
  it('is told with both fingerprints when the new one is not trusted, and noted when it is', async () => {
    const seen = new SeenCertificates()
    const watching = { ...access(), seen }
    trustAuthority(host, certs(), read('ca.pem'))
    const http = new RegistryHttp(watching)
    await http.request({ path: '/v2/', signal: NEVER })
    const before = seen.last(host) ?? ''
    expect(before).toMatch(/^(?:[0-9A-F]{2}:){31}[0-9A-F]{2}$/)

    openssl(
      'req',
      '-x509',
      '-newkey',
      'rsa:2048',
      '-nodes',
      '-subj',
      '/CN=x',
      '-keyout',
      'x.key',
      '-out',
      'x.pem'
    )
    server.setSecureContext({ key: read('x.key'), cert: read('x.pem') })
    const error = (await failureOf(http.request({ path: '/v2/', signal: NEVER }))) as AppError
    const now = new X509Certificate(read('x.pem')).fingerprint256
    expect(error.message).toContain('shows another certificate than before, which is not trusted here')
    expect(error.hint).toContain(`Before: ${before}. Now: ${now}.`)
    const test = await testRegistry({ http, access: watching, problem: null }, NEVER)
    expect(test.steps[2]?.text).toContain(`It is another one than before (SHA-256 ${before}).`)
    expect(seen.last(host)).toBe(before)
    server.setSecureContext({ key: read('server.key'), cert: read('server.pem') })
    await http.request({ path: '/v2/', signal: NEVER })
  })
})

describe('a registry that wants to see a client certificate', () => {
  let registry: TestRegistry
  beforeAll(async () => {
    const sign = ['-CA', 'ca.pem', '-CAkey', 'ca.key', '-CAcreateserial', '-days', '2']
    openssl(
      ...['req', '-newkey', 'rsa:2048', '-nodes', '-subj', '/CN=ann', '-keyout', 'ann.key', '-out', 'ann.csr']
    )
    openssl('x509', '-req', '-in', 'ann.csr', ...sign, '-out', 'ann.pem')
    openssl('pkey', '-in', 'ann.key', '-aes256', '-passout', 'pass:canary', '-out', 'locked.key')
    openssl('pkey', '-in', 'ann.key', '-outform', 'DER', '-out', 'ann.der')
    openssl('ecparam', '-name', 'secp256k1', '-genkey', '-noout', '-out', 'strange.key')
    registry = await startRegistry({
      ...{ port: await unusedPort(), home: folder, engine: null },
      tls: {
        certificate: join(folder, 'server.pem'),
        key: join(folder, 'server.key'),
        clientAuthority: join(folder, 'ca.pem')
      }
    })
    host = registry.address
    rmSync(certs(), { recursive: true, force: true })
    trustAuthority(host, certs(), read('ca.pem'))
  })
  afterAll(async () => await registry.stop())

  it('says that it wants one, takes the one that is added, and wants one again when it is removed', async () => {
    const before = await tested()
    expect(before.steps.map(({ state }) => state)).toEqual(['ok', 'ok', 'ok', 'failed', 'left'])
    expect(before.steps[3]?.text).toContain('wants to see a client certificate')

    addClient(host, certs(), read('ann.pem'), read('ann.key'))
    const after = await tested()
    expect(after.reachable, JSON.stringify(after.steps)).toBe(true)
    const own = join(certs(), host)
    expect(statSync(join(own, 'quayside.key')).mode & 0o777).toBe(0o600)
    const told = authoritiesOf(host, certs())
    expect(told.files).toMatchObject([
      {
        name: 'quayside.cert',
        kind: 'client',
        removable: true,
        problem: '',
        certificates: [{ subject: 'CN=ann' }]
      },
      { name: 'quayside.crt', kind: 'authority' }
    ])
    expect(JSON.stringify(told)).not.toMatch(/PRIVATE|canary/)

    // A key that is not there keeps the engine from the registry, so that is said.
    rmSync(join(own, 'quayside.key'))
    expect(authoritiesOf(host, certs()).files[0]?.problem).toContain('quayside.key, is missing')
    removeClient(host, certs())
    expect((await tested()).reachable).toBe(false)
    expect(authoritiesOf(host, certs()).files).toHaveLength(1)
    distrustAuthority(host, certs())
    expect(existsSync(own)).toBe(false)
  })

  it.each([
    ['server.key', 'The key does not belong to the certificate.'],
    ['locked.key', 'encrypted with a password'],
    ['ann.der', 'not a private key as text'],
    ['strange.key', 'cannot use a key of this kind (secp256k1)'],
    ['ann.pem', 'not a private key as text']
  ])('is not shown one with %s, and nothing is written', (key, words) => {
    const failure = ((): unknown => {
      try {
        addClient(host, certs(), read('ann.pem'), readChosen(join(folder, key)))
        return null
      } catch (thrown) {
        return thrown
      }
    })()
    expect(failure).toMatchObject({
      code: 'InvalidParameter',
      message: expect.stringContaining(words) as string
    })
    expect(JSON.stringify(failure)).not.toMatch(/PRIVATE KEY|canary/)
    expect(existsSync(join(certs(), host, 'quayside.key'))).toBe(false)
  })

  it('may be shown one from a file that has both, the leaf not first; a certificate that is none is refused', () => {
    const both = `${read('ca.pem')}${read('ann.pem')}${read('ann.key')}`
    expect(holdsKey(both)).toBe(true)
    addClient(host, certs(), both, both)
    const [file] = authoritiesOf(host, certs()).files
    expect(file).toMatchObject({ problem: '', certificates: [{ subject: 'CN=ann' }, {}] })
    removeClient(host, certs())
    expect(() => addClient(host, certs(), readChosen(join(folder, 'ann.der')), both)).toThrow(
      'not a certificate as text'
    )
    expect(() => readChosen('/dev/zero')).toThrow('cannot be read')
    expect(() => readChosen(folder)).toThrow('cannot be read')
  })
})
