/** Docker Content Trust with Debian's notary-server and docker-registry: sign, read, signers, revoke; passphrases are nowhere. */
import { execFileSync, spawn, type ChildProcess } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { delimiter, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { toAppError } from '@shared/errors'
import { DockerClient } from '@main/docker/client'
import { readImageTrust } from '@main/docker/image-trust'
import { ContentTrustCli } from '@main/registries/content-trust'
import { bundleDir, BUSYBOX, canRunEngine, startEngine, type TestEngine } from '../engine-fixture'
import { startRegistry, type TestRegistry } from '../registry-fixture'

const { signal } = new AbortController()
const passphrases = { root: 'canary-root-passphrase', repository: 'canary-signing-passphrase' }
const REGISTRY_PORT = 5043
const NOTARY_PORT = 24_443
const server = `https://localhost:${NOTARY_PORT}`
const repository = `localhost:${REGISTRY_PORT}/team/app`
const hasNotary = (process.env['PATH'] ?? '')
  .split(delimiter)
  .some((folder) => existsSync(join(folder, 'notary-server')))

/** A Notary server that keeps everything in memory, over TLS with a certificate of its own. */
async function startNotary(folder: string): Promise<ChildProcess> {
  mkdirSync(folder)
  const key = ['-newkey', 'rsa:2048', '-nodes', '-keyout', 'key.pem', '-out', 'cert.pem']
  const about = ['-days', '2', '-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost']
  execFileSync('openssl', ['req', '-x509', ...key, ...about], { cwd: folder, stdio: 'ignore' })
  const config = {
    server: {
      http_addr: `localhost:${NOTARY_PORT}`,
      tls_cert_file: join(folder, 'cert.pem'),
      tls_key_file: join(folder, 'key.pem')
    },
    trust_service: { type: 'local', hostname: '', port: '', key_algorithm: 'ed25519' },
    logging: { level: 'error' },
    storage: { backend: 'memory' }
  }
  writeFileSync(join(folder, 'server.json'), JSON.stringify(config))
  const child = spawn('notary-server', ['-config', join(folder, 'server.json')], { stdio: 'ignore' })
  for (const deadline = Date.now() + 30_000; Date.now() < deadline; await sleep(50)) {
    if (await isListening()) return child
  }
  child.kill('SIGKILL')
  throw new Error('The Notary server did not come up')
}

const isListening = async (): Promise<boolean> =>
  await new Promise((answer) => {
    const socket = connect(NOTARY_PORT, 'localhost', () => {
      socket.destroy()
      answer(true)
    })
    socket.on('error', () => answer(false))
  })

describe.skipIf(!canRunEngine || !hasNotary)('Docker Content Trust', () => {
  let engine: TestEngine
  let client: DockerClient
  let registry: TestRegistry
  let notary: ChildProcess
  let cli: ContentTrustCli
  const configDir = () => join(engine.home, 'trust-docker')

  beforeAll(async () => {
    engine = await startEngine()
    client = await DockerClient.connect({ kind: 'unix', path: engine.socket })
    await engine.importBusybox()
    registry = await startRegistry({
      ...{ port: REGISTRY_PORT, home: engine.home, engine },
      user: { name: 'ann', password: 'password-of-ann' }
    })
    notary = await startNotary(join(engine.home, 'notary'))
    const authority = join(configDir(), 'tls', `localhost:${NOTARY_PORT}`)
    mkdirSync(authority, { recursive: true })
    // The signer of a repository that is signed for the first time is called after the login.
    const auth = Buffer.from('ann:password-of-ann').toString('base64')
    const auths = { [`localhost:${REGISTRY_PORT}`]: { auth } }
    writeFileSync(join(configDir(), 'config.json'), JSON.stringify({ auths }))
    writeFileSync(join(authority, 'ca.crt'), readFileSync(join(engine.home, 'notary', 'cert.pem')))
    cli = new ContentTrustCli({
      program: join(bundleDir, 'bin', 'docker'),
      cliConfigDir: configDir(),
      runDir: engine.home,
      engine: () => ({ host: `unix://${engine.socket}`, context: null, fromEnvironment: false }),
      env: { PATH: process.env['PATH'], HOME: engine.home }
    })
    await engine.docker('tag', BUSYBOX, `${repository}:1`)
  })
  afterAll(async () => {
    notary.kill('SIGKILL')
    await registry.stop()
    client.dispose()
    await engine.stop()
  })
  const failure = async (promise: Promise<unknown>) => {
    const error = await promise.then(
      () => expect.fail('it went well'),
      (thrown: unknown) => toAppError(thrown)
    )
    expect(`${error.message} ${error.hint ?? ''}`).not.toContain('canary')
    return error
  }

  const signers = async () =>
    (await cli.inspect(repository, server, signal)).signers.map(({ name }) => name).sort()

  it('signs the image that is here, tells who signed what, and takes it back', async () => {
    const unsigned = await failure(cli.inspect(repository, server, signal))
    expect(unsigned.message).toContain('no signatures or cannot access')
    expect(cli.keys()).toEqual([])

    await cli.sign(`${repository}:1`, server, passphrases, signal)
    const { RepoDigests } = JSON.parse(
      await engine.docker('image', 'inspect', '-f', '{{json .}}', `${repository}:1`)
    ) as {
      RepoDigests: string[]
    }
    const digest = RepoDigests.map((name) => name.split('@sha256:')[1]).find((one) => one !== undefined)
    const signed = await cli.inspect(repository, server, signal)
    expect(signed).toMatchObject({ server, signed: true, tags: [{ tag: '1', digest, signers: ['ann'] }] })
    expect(signed.administrative.map(({ name }) => name).sort()).toEqual(['Repository', 'Root'])
    const keys = cli.keys()
    expect(keys.map(({ role }) => role)).toContain('root')
    expect(keys.find(({ role }) => role === 'targets')?.repository).toBe(repository)

    // What the engine knows of it: under which name and digest it is in a registry.
    const of = await readImageTrust(client, `${repository}:1`, signal)
    expect(of).toMatchObject({
      names: [{ host: `localhost:${REGISTRY_PORT}`, repository: 'team/app', digest: `sha256:${digest}` }],
      attestations: [],
      identity: null
    })

    await cli.revoke(`${repository}:1`, server, passphrases, signal)
    expect((await cli.inspect(repository, server, signal)).tags).toEqual([])
  })

  it('has signers come, with keys that are made here', async () => {
    const key = await cli.generateKey('bob', passphrases.repository, signal)
    expect(key).toMatch(/^-----BEGIN PUBLIC KEY-----/)
    expect(cli.keys().map(({ role }) => role)).toContain('bob')
    await cli.addSigner({ repository, name: 'bob', key }, server, passphrases, signal)
    expect(await signers()).toEqual(['ann', 'bob'])
    await cli.sign(`${repository}:1`, server, passphrases, signal)
    expect((await cli.inspect(repository, server, signal)).tags).toMatchObject([
      { tag: '1', signers: ['ann', 'bob'] }
    ])
    expect(
      (await failure(cli.addSigner({ repository, name: 'eve', key: 'canary' }, server, passphrases, signal)))
        .message
    ).toBe('That is not a public key.')
  })

  it('says what is wrong: image, address; and keeps no passphrase anywhere', async () => {
    expect((await failure(cli.sign(`${repository}:gone`, server, passphrases, signal))).hint).toContain(
      'needs the image here'
    )
    expect((await failure(cli.inspect(repository, 'http://localhost', signal))).code).toBe('InvalidParameter')
    // Of a repository that it knows the command tells what it saw last.
    expect((await cli.inspect(repository, 'https://localhost:1', signal)).signed).toBe(true)
    const unknown = await failure(cli.inspect(`${repository}-2`, 'https://localhost:1', signal))
    expect(unknown.message).toContain('no signatures or cannot access')
    const holding = filesBelow(engine.home).filter((file) => readFileSync(file).includes('canary-'))
    expect(holding).toEqual([])
  })

  function filesBelow(folder: string): string[] {
    return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
      const path = join(folder, entry.name)
      if (entry.isDirectory()) return entry.name === 'data' ? [] : filesBelow(path)
      return entry.isFile() && statSync(path).size < 1_000_000 ? [path] : []
    })
  }
})
