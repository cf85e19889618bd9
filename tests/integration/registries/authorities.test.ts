/** A registry over TLS with a private authority: refused with its reason, trusted once the engine's certs.d has it, refused again after. */
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:https'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { authoritiesOf, distrustAuthority, trustAuthority } from '@main/registries/authorities'
import { RegistryHttp, type RegistryAccess } from '@main/registries/registry-http'
import { testRegistry } from '@main/registries/registry-test'
import { trustFor } from '@main/registries/registry-trust'
import { failureOf, LOGIN, NEVER } from '@main/registries/testing'

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
