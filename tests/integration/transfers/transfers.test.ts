/** Pull and push on the real engine, with a real registry, real logins and a connection that breaks off; in both image stores. */
import { chmod, mkdir, writeFile } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Task } from '@shared/contract/tasks'
import { applyChange } from '@shared/patch'
import { DockerClient } from '@main/docker/client'
import { registryCredentials, type Credentials } from '@main/docker/registry-credentials'
import { imageTransferHandlers } from '@main/handlers/image-transfers'
import { askCredentialHelper } from '@main/platform/credential-helper'
import { TaskRegistry } from '@main/tasks/registry'
import { BUSYBOX, canRunEngine, startEngine, type TestEngine } from '../engine-fixture'
import { clientCertificateCase } from './client-certificate'
import { startCuttingProxy, startRegistry, type CuttingProxy, type TestRegistry } from '../registry-fixture'

const PASSWORD = 'canary-Pa55/word+äé'
const MB = 1_000_000
const stores = [
  { store: 'classic', containerd: false },
  { store: 'containerd', containerd: true }
]

describe.skipIf(!canRunEngine).each(stores)('images in the $store store', ({ containerd }) => {
  let engine: TestEngine
  let client: DockerClient
  let registry: TestRegistry
  let locked: TestRegistry
  let proxy: CuttingProxy
  const tasks = new TaskRegistry()

  beforeAll(async () => {
    engine = await startEngine({
      config: { features: { 'containerd-snapshotter': containerd }, 'max-download-attempts': 1 }
    })
    client = await DockerClient.connect({ kind: 'unix', path: engine.socket })
    await engine.importBusybox()
    const home = engine.home
    registry = await startRegistry({ port: 5000, home, engine })
    locked = await startRegistry({ port: 5002, home, engine, user: { name: 'ann', password: PASSWORD } })
    proxy = await startCuttingProxy(engine, home, { port: 5001, target: 5000 })
  })
  afterAll(async () => {
    await proxy.stop()
    await locked.stop()
    await registry.stop()
    client.dispose()
    await engine.stop()
  })

  const nobody: Credentials = () => Promise.resolve({ auth: undefined, problem: null })
  const handlers = (credentials = nobody) =>
    imageTransferHandlers({ session: { client: () => Promise.resolve(client) }, tasks, credentials })

  /** The task once `holds`, and all that was seen of it until then. */
  async function until(
    id: string,
    holds: (task: Task) => boolean = (task) => task.state !== 'running'
  ): Promise<{ task: Task; seen: Task[] }> {
    let all: ReadonlyMap<string, Task> = new Map()
    const seen: Task[] = []
    for await (const change of tasks.watch(AbortSignal.timeout(90_000))) {
      all = applyChange(all, change)
      const task = all.get(id)
      if (task === undefined) continue
      seen.push(task)
      if (holds(task)) return { task, seen }
    }
    throw new Error(`Task ${id} did not come that far: ${JSON.stringify(seen.at(-1))}`)
  }
  /** Tries the task again, and waits for the end of that. */
  async function retried(id: string): Promise<Task> {
    const again = Date.now()
    tasks.retry(id)
    return (await until(id, (task) => task.state !== 'running' && task.startedAt >= again)).task
  }
  const pull = async (image: string, platform = '', credentials = nobody) =>
    (await handlers(credentials).pull({ image, platform })).taskId
  const push = async (image: string, credentials = nobody) =>
    (await handlers(credentials).push({ image })).taskId

  /** An image with one layer of random bytes, which nothing makes smaller. */
  async function makeImage(name: string, bytes: number): Promise<void> {
    const folder = `${engine.home}/make`
    await mkdir(folder, { recursive: true })
    await writeFile(
      `${folder}/bytes`,
      Buffer.alloc(bytes).map(() => Math.random() * 256)
    )
    const id = await engine.docker('create', BUSYBOX)
    await engine.docker('cp', `${folder}/bytes`, `${id}:/bytes`)
    await engine.docker('commit', id, name)
    await engine.docker('rm', id)
  }

  it('are pushed and pulled with a state for every layer', async () => {
    const name = `${registry.address}/team/app:1`
    await makeImage(name, 8 * MB)
    const id = await engine.docker('inspect', '-f', '{{.Id}}', name)
    const pushed = (await until(await push(name))).task
    expect(pushed).toMatchObject({ state: 'succeeded', message: `Pushed ${name}` })
    expect(pushed.transfer?.layers.length).toBeGreaterThanOrEqual(2)
    expect(new Set(pushed.transfer?.layers.map((layer) => layer.state))).toEqual(new Set(['Pushed']))

    const again = (await until(await push(name))).task
    expect(again.transfer?.layers.every(({ state }) => /already exists/i.test(state))).toBe(true)

    await engine.docker('rmi', name)
    const pulled = (await until(await pull(name))).task
    expect(pulled).toMatchObject({ state: 'succeeded', message: `Pulled ${name}` })
    expect(pulled.transfer?.layers.map(({ state }) => state)).toContain('Pull complete')
    expect(await engine.docker('inspect', '-f', '{{.Id}}', name)).toBe(id)
  })

  it('are pulled for another platform than the engine’s, and not for one they are not made for', async () => {
    const { address } = registry
    const name = `${address}/multi:1`
    for (const arch of ['amd64', 'arm64']) {
      await makeImage(`${address}/multi:${arch}`, 1000)
      expect((await until(await push(`${address}/multi:${arch}`))).task.state).toBe('succeeded')
    }
    const cli = (...args: string[]) => engine.inNetwork(`${engine.bundleDir}/bin/docker`, ...args)
    await cli('manifest', 'create', '--insecure', name, `${address}/multi:amd64`, `${address}/multi:arm64`)
    for (const arch of ['amd64', 'arm64'])
      await cli('manifest', 'annotate', '--os', 'linux', '--arch', arch, name, `${address}/multi:${arch}`)
    await cli('manifest', 'push', '--insecure', name)
    const contents = (image: string) =>
      engine.docker('image', 'inspect', '-f', '{{json .RootFS.Layers}}', image)
    const arm = await contents(`${address}/multi:arm64`)
    expect(arm).not.toBe(await contents(`${address}/multi:amd64`))
    // The containerd store shows the engine's own platform as soon as it has that.
    await engine.docker('rmi', `${address}/multi:amd64`, `${address}/multi:arm64`)

    const { task } = await until(await pull(name, 'linux/arm64'))
    expect(task).toMatchObject({ state: 'succeeded', title: `Pull ${name} (linux/arm64)` })
    expect(await contents(name)).toBe(arm)
    const other = (await until(await pull(name, 'linux/s390x'))).task
    expect(other).toMatchObject({
      state: 'failed',
      hint: 'The image is not made for this platform; choose another one.'
    })
    await expect(pull(name, 'linux/../x')).rejects.toMatchObject({ code: 'InvalidParameter' })
  })

  it('are pulled again after an interruption in the middle of a layer', async () => {
    const name = 'big:1'
    await makeImage(`${registry.address}/${name}`, 24 * MB)
    const contents = (image: string) =>
      engine.docker('image', 'inspect', '-f', '{{json .RootFS.Layers}}', image)
    const made = await contents(`${registry.address}/${name}`)
    expect((await until(await push(`${registry.address}/${name}`))).task.state).toBe('succeeded')
    await engine.docker('rmi', `${registry.address}/${name}`)
    await proxy.cutAfter(10 * MB)
    const through = `${proxy.address}/${name}`
    const id = await pull(through)
    const { task } = await until(id)
    expect(task).toMatchObject({ state: 'failed', retryable: true })
    expect(task.message).toBe(`The connection to ${proxy.address} broke off.`)
    expect(await proxy.passed()).toBeGreaterThan(10 * MB)
    await proxy.cutAfter(null)
    expect(await retried(id)).toMatchObject({ state: 'succeeded', message: `Pulled ${through}` })
    // How much of the layer is fetched again is the engine's affair, and not the same each time (decision 0520).
    expect(await contents(through)).toBe(made)
  })

  it('stop being pulled when the task is cancelled, in the engine too', async () => {
    const name = `${registry.address}/big:1`
    await engine.docker('rmi', '-f', `${proxy.address}/big:1`)
    await engine.docker('image', 'prune', '-f')
    const id = await pull(name)
    await until(id, (task) => (task.transfer?.layers.length ?? 0) > 0)
    tasks.cancel(id)
    const { task } = await until(id)
    // The engine may have been quicker than we.
    expect(['cancelled', 'succeeded']).toContain(task.state)
  })

  it('need the right login, which the CLI’s file or its helper has', async () => {
    const name = `${locked.address}/private:1`
    await engine.docker('tag', BUSYBOX, name)
    const folder = `${engine.home}/login`
    await mkdir(`${folder}/bin`, { recursive: true })
    const credentials = registryCredentials(folder, (helper, server, signal) =>
      askCredentialHelper(helper, server, signal, {
        env: { PATH: `${folder}/bin:/usr/bin:/bin` },
        timeoutMs: 1500
      })
    )
    const config = async (value: object) => await writeFile(`${folder}/config.json`, JSON.stringify(value))
    const file = (password: string) => ({
      auths: { [locked.address]: { auth: Buffer.from(`ann:${password}`).toString('base64') } }
    })
    const helper = async (body: string) => {
      await writeFile(`${folder}/bin/docker-credential-test`, `#!/bin/sh\n${body}\n`)
      await chmod(`${folder}/bin/docker-credential-test`, 0o755)
    }
    const outcome = async () => (await until(await push(name, credentials))).task

    const anonymous = await outcome()
    expect(anonymous).toMatchObject({
      state: 'failed',
      message: `${locked.address} wants a login.`,
      hint: `Log in with docker login ${locked.address}, then choose Retry.`
    })
    await config(file('wrong'))
    const wrong = await outcome()
    expect(wrong.state).toBe('failed')
    expect(wrong.hint).toContain(`docker login ${locked.address}`)

    // The same task, tried again once the login is right.
    await config(file(PASSWORD))
    expect((await retried(wrong.Id)).state).toBe('succeeded')

    await config({ credHelpers: { [locked.address]: 'test' } })
    await helper(
      `read server; [ "$1 $server" = "get ${locked.address}" ] || exit 1; ` +
        `echo '{"ServerURL":"x","Username":"ann","Secret":"${PASSWORD}"}'`
    )
    expect(await outcome()).toMatchObject({ state: 'succeeded' })
    await engine.docker('rmi', name)
    expect((await until(await pull(name, '', credentials))).task).toMatchObject({ state: 'succeeded' })

    await config({ credsStore: 'test' })
    for (const body of ['sleep 30', `echo '${PASSWORD}'`, `echo '${PASSWORD}'; exit 1`, 'kill -9 $$']) {
      await helper(body)
      const task = await outcome()
      expect(task.state).toBe('failed')
      expect(task.message).toContain('docker-credential-test')
    }
    await config({ credsStore: 'missing' })
    expect((await outcome()).message).toContain('docker-credential-missing is not installed')

    // What the page is told of any of it.
    const { seen } = await until(wrong.Id, () => true)
    expect(JSON.stringify(seen)).not.toContain(PASSWORD)
  })

  it('come from a registry that wants to see a client certificate once it was added', async () => {
    await clientCertificateCase(engine)
  })
})
