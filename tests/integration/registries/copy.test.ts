/**
 * Copies between Debian's registries: an open one, and one over TLS that checks the tokens of a token server. The same digest, nothing
 * sent twice, and a copy that broke off in the middle goes on.
 */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { copyImage, type CopyJob } from '@main/registries/copy/image-copy'
import { memoryRegistry, type MemoryRegistry } from '@main/registries/copy/testing'
import { fetchManifest, type Place } from '@main/registries/manifest'
import { RegistryHttp } from '@main/registries/registry-http'
import { trustFor } from '@main/registries/registry-trust'
import { failureOf, httpOf, LOGIN, NEVER } from '@main/registries/testing'
import { startCuttingProxy, startRegistry, type TestRegistry } from '../registry-fixture'
import { startTokenServer, type TokenServer } from './token-server'
import { unusedPort } from './unused-port'

const MANIFEST = 'application/vnd.oci.image.manifest.v1+json'
const INDEX = 'application/vnd.oci.image.index.v1+json'
const LARGE = 4 * 1024 * 1024

let folder: string
let open: TestRegistry
let openPort: number
let closed: TestRegistry
let tokens: TokenServer
let origin: MemoryRegistry
const file = (name: string): string => join(folder, name)

const atOpen = (repository: string, host = open.address): Place => ({
  http: httpOf(host),
  repository,
  signal: NEVER
})
const atClosed = (repository: string, username = 'ann'): Place => ({
  http: new RegistryHttp({
    ...{ host: closed.address, login: { ...LOGIN, username }, isInsecure: () => false },
    trustFor: (at) => trustFor(at, [file('certs.d')])
  }),
  repository,
  signal: NEVER
})
const job = (from: Place, to: Place): CopyJob => ({
  ...{ from, to, reference: '1', tag: '1', replace: false },
  choice: { digests: [], about: true }
})

/** Copies, and answers the last state of each part. */
async function copied(one: CopyJob): Promise<{ digest: string; states: string[] }> {
  let states: string[] = []
  const { digest } = await copyImage(one, (_message, { layers }) => {
    states = layers.map(({ state }) => state)
  })
  return { digest, states }
}

function openssl(...args: string[]): void {
  execFileSync('openssl', args, { cwd: folder, stdio: 'ignore' })
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'copy-'))
  const names = ['-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1']
  const make = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', '/CN=localhost']
  openssl(...make, ...names, '-keyout', 'own.key', '-out', 'own.pem')
  const [cert, key] = ['own.pem', 'own.key'].map((name) => readFileSync(file(name), 'utf8'))
  tokens = await startTokenServer({ cert: cert!, key: key! }, LOGIN.password)
  openPort = await unusedPort()
  open = await startRegistry({ port: openPort, home: folder, engine: null })
  closed = await startRegistry({
    ...{ port: await unusedPort(), home: folder, engine: null },
    tls: { certificate: file('own.pem'), key: file('own.key') },
    tokens: { realm: tokens.realm, certificate: file('own.pem') }
  })
  for (const host of [closed.address, new URL(tokens.realm).host]) {
    execFileSync('mkdir', ['-p', join(file('certs.d'), host)])
    writeFileSync(join(file('certs.d'), host, 'ca.crt'), cert!)
  }
  origin = await memoryRegistry()
})
afterAll(async () => {
  await Promise.all([open.stop(), closed.stop(), tokens.stop(), origin.stop()])
  rmSync(folder, { recursive: true, force: true })
})

/** Two platforms; one of them has a large layer. */
function image(): string {
  const layer = (text: string) => ({
    mediaType: 'application/vnd.oci.image.layer.v1.tar+gzip',
    ...origin.putBlob(text)
  })
  const manifests = ['amd64', 'arm64'].map((architecture) => {
    const config = origin.putBlob(
      JSON.stringify({ os: 'linux', architecture, rootfs: { type: 'layers', diff_ids: [] } })
    )
    const layers = [
      layer(`small ${architecture}`),
      ...(architecture === 'arm64' ? [layer('x'.repeat(LARGE))] : [])
    ]
    const value = {
      ...{ schemaVersion: 2, mediaType: MANIFEST, layers },
      config: { mediaType: 'application/vnd.oci.image.config.v1+json', ...config }
    }
    const digest = origin.put('team/app', 'x', value)
    const platform = { os: 'linux', architecture }
    return { mediaType: MANIFEST, digest, size: JSON.stringify(value).length, platform }
  })
  return origin.put('team/app', '1', { schemaVersion: 2, mediaType: INDEX, manifests })
}

describe('a copy between real registries', () => {
  it('arrives with the same digest, in one that wants tokens as well, and is not sent twice', async () => {
    const digest = image()
    expect(await copied(job(atOpen('team/app', origin.host), atOpen('team/app')))).toMatchObject({ digest })
    const first = await copied(job(atOpen('team/app'), atClosed('other/app')))
    expect(first).toEqual({ digest, states: Array.from({ length: 5 }, () => 'Pushed') })
    expect((await fetchManifest(atClosed('other/app'), '1'))?.digest).toBe(digest)
    expect(tokens.asked).toContain('ann repository:other/app:pull,push')
    const again = await copied(job(atOpen('team/app'), atClosed('other/app')))
    expect(new Set(again.states)).toEqual(new Set(['Layer already exists']))

    // Within the registry: read there, written here, nothing sent.
    const within = await copied(job(atClosed('other/app'), atClosed('third/app')))
    expect(within).toEqual({ digest, states: Array.from({ length: 5 }, () => 'Mounted from') })
    expect(tokens.asked).toContain('ann repository:third/app:pull,push repository:other/app:pull')
  })

  it('is refused to who may only read, and to who has no login that is right', async () => {
    const error = await failureOf(copied(job(atOpen('team/app'), atClosed('new/app', 'reader'))))
    expect(error).toMatchObject({
      message: expect.stringContaining(`${closed.address} does not let you write new/app@`) as string,
      details: { loginTo: closed.address }
    })
    const wrong = atClosed('new/app')
    const http = new RegistryHttp({
      ...{ host: closed.address, login: { ...LOGIN, password: 'canary-wrong' }, isInsecure: () => false },
      trustFor: (at) => trustFor(at, [file('certs.d')])
    })
    const refused = await failureOf(copied(job(atOpen('team/app'), { ...wrong, http })))
    expect(refused).toMatchObject({ code: 'Unauthorized', details: { loginTo: closed.address } })
    expect(JSON.stringify(refused)).not.toContain('canary')
  })

  it('that broke off in the middle of a layer leaves no tag, and goes on with what is missing', async () => {
    const port = await unusedPort()
    const proxy = await startCuttingProxy(null, folder, { port, target: openPort })
    try {
      await proxy.cutAfter(LARGE / 2)
      const target = (): Place => atClosed('late/app')
      const error = await failureOf(copied(job(atOpen('team/app', proxy.address), target())))
      expect(error).toMatchObject({ code: 'Unavailable', retryable: true })
      expect(String(error)).toContain(proxy.address)
      expect(await fetchManifest(target(), '1')).toBeNull()
      await proxy.cutAfter(null)
      const { states } = await copied(job(atOpen('team/app', proxy.address), target()))
      expect(states.filter((state) => state === 'Pushed')).toHaveLength(1)
      expect(states.filter((state) => state === 'Layer already exists')).toHaveLength(4)
    } finally {
      await proxy.stop()
    }
  })
})
