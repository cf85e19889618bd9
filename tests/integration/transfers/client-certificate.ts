/**
 * What is added in the window is what the engine shows: a registry with a private authority that wants to see a client certificate. It is
 * at an address of its own, because the engine reads no certificates for those of this machine.
 */
import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { expect } from 'vitest'
import { distrustAuthority, trustAuthority } from '@main/registries/authorities'
import { addClient, removeClient } from '@main/registries/client-certificates'
import { BUSYBOX, type TestEngine } from '../engine-fixture'
import { startRegistry } from '../registry-fixture'

const IP = '10.99.0.1'
const CERTS = '/etc/docker/certs.d'

export async function clientCertificateCase(engine: TestEngine): Promise<void> {
  const folder = `${engine.home}/tls`
  const read = (name: string): string => readFileSync(`${folder}/${name}`, 'utf8')
  await makeCertificates(folder)
  await engine.inNetwork('busybox', 'ip', 'addr', 'add', `${IP}/32`, 'dev', 'lo')
  const registry = await startRegistry({
    ...{ port: 5003, home: engine.home, engine, ip: IP },
    tls: {
      certificate: `${folder}/server.pem`,
      key: `${folder}/server.key`,
      clientAuthority: `${folder}/ca.pem`
    }
  })
  const host = registry.address
  const name = `${host}/team/app:1`
  const push = async (): Promise<string> =>
    await engine.docker('push', name).then(
      () => 'pushed',
      (error: unknown) => String(error)
    )
  try {
    await engine.docker('tag', BUSYBOX, name)
    expect(await push()).toMatch(/certificate signed by unknown authority|x509/)
    trustAuthority(host, CERTS, read('ca.pem'))
    expect(await push()).toMatch(/certificate required|bad certificate|handshake failure/)
    addClient(host, CERTS, read('ann.pem'), read('ann.key'))
    expect(await push()).toBe('pushed')
    await engine.docker('rmi', name)
    await engine.docker('pull', '-q', name)
    removeClient(host, CERTS)
    expect(await push()).not.toBe('pushed')
  } finally {
    removeClient(host, CERTS)
    distrustAuthority(host, CERTS)
    await registry.stop()
  }
}

async function makeCertificates(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true })
  const openssl = (...args: string[]): void => {
    execFileSync('openssl', args, { cwd: folder, stdio: 'ignore' })
  }
  const pair = (name: string): string[] => ['-newkey', 'rsa:2048', '-nodes', '-keyout', `${name}.key`]
  openssl('req', '-x509', ...pair('ca'), '-days', '2', '-subj', '/CN=Authority of tests', '-out', 'ca.pem')
  writeFileSync(`${folder}/names`, `subjectAltName=IP:${IP}\n`)
  for (const name of ['server', 'ann']) {
    openssl('req', ...pair(name), '-subj', `/CN=${name}`, '-out', `${name}.csr`)
    const sign = ['-CA', 'ca.pem', '-CAkey', 'ca.key', '-CAcreateserial', '-days', '2', '-extfile', 'names']
    openssl('x509', '-req', '-in', `${name}.csr`, ...sign, '-out', `${name}.pem`)
  }
}
