import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { Settings } from '@shared/contract/settings'
import { silentLogger } from '../platform/logger'
import { makeFolders, resolvePaths } from '../platform/paths'
import { openSettings } from '../platform/settings'
import { createEngineSupervisor, type EngineSupervisor } from './supervisor'

let dir: string
beforeEach(() => {
  dir = mkdtempSync('/tmp/q-supervisor-')
})
afterEach(() => rmSync(dir, { recursive: true, force: true }))

function supervise(platform: NodeJS.Platform, env: Record<string, string> = {}): EngineSupervisor {
  const paths = resolvePaths({ QUAYSIDE_HOME: dir }, 'linux', '/')
  makeFolders(paths)
  const settings = openSettings(paths.settingsFile, Settings, silentLogger)
  const options = { paths, settings, log: silentLogger, bundleDir: `${dir}/none`, homeDir: `${dir}/user` }
  return createEngineSupervisor({
    ...options,
    env: { DOCKER_HOST: `unix://${dir}/none.sock`, ...env },
    platform
  })
}

async function stateOf(supervisor: EngineSupervisor, name: string): Promise<void> {
  for await (const { state } of supervisor.watch(AbortSignal.timeout(10_000))) if (state.name === name) return
  throw new Error(`never ${name}, but ${JSON.stringify(supervisor.status)}`)
}

/** A program that answers like an engine, on a socket. */
async function fakeEngine(socket: string, dataRoot: string): Promise<Server> {
  const answers: Record<string, unknown> = {
    '/version': { Version: '20.10.24', ApiVersion: '1.41', Components: [{ Name: 'Engine' }] },
    '/info': { DockerRootDir: dataRoot, LiveRestoreEnabled: false },
    '/_ping': 'OK'
  }
  const server = createServer((request, response) => response.end(JSON.stringify(answers[request.url ?? ''])))
  await new Promise<void>((done) => server.listen(socket, done))
  return server
}

test.each([
  ['darwin', /macOS/],
  ['win32', /WSL 2/]
] as const)('on %s the bundled engine says honestly that it is not there yet', async (platform, needs) => {
  const supervisor = supervise(platform)
  await stateOf(supervisor, 'failed')
  expect(supervisor.status.state).toMatchObject({
    failure: { kind: 'platform-not-supported', message: expect.stringMatching(needs) as string }
  })
  await expect(supervisor.start()).rejects.toThrow(needs)
  expect(await supervisor.preconditions()).toMatchObject([{ id: 'platform', result: 'failed' }])
  await supervisor.dispose()
})

test('an engine without containerd among its components is used as it is when it is not ours', async () => {
  const server = await fakeEngine(`${dir}/other.sock`, '/elsewhere')
  const supervisor = supervise('darwin', { DOCKER_HOST: `unix://${dir}/other.sock` })
  await supervisor.use('context')
  expect(supervisor.status.state).toMatchObject({
    name: 'running',
    version: '20.10.24',
    apiVersion: '1.41',
    degraded: null
  })
  await supervisor.dispose()
  server.close()
})

test('an engine with our data root behind another socket is ours, not another’s', async () => {
  const server = await fakeEngine(`${dir}/alias.sock`, `${dir}/engine/data`)
  const supervisor = supervise('darwin', { DOCKER_HOST: `unix://${dir}/alias.sock` })
  await stateOf(supervisor, 'failed')
  expect(supervisor.status).toMatchObject({ awaitingChoice: false, contextEngine: null })
  await supervisor.dispose()
  server.close()
})

test('a chosen context that is gone is a failure with its name', async () => {
  mkdirSync(`${dir}/user/.docker`, { recursive: true })
  writeFileSync(`${dir}/user/.docker/config.json`, '{"currentContext":"gone"}')
  writeFileSync(`${dir}/settings.json`, '{"engine":{"source":"context"}}')
  const supervisor = supervise('linux', { DOCKER_HOST: '' })
  await stateOf(supervisor, 'failed')
  expect(supervisor.status.state).toMatchObject({
    failure: { message: 'The docker context “gone” does not exist.' }
  })
  await supervisor.dispose()
})

test('stop, start and dispose before anything has happened come to an end', async () => {
  const supervisor = supervise('darwin')
  await supervisor.stop()
  const started = supervisor.start().catch((error: unknown) => (error as Error).message)
  await supervisor.dispose()
  expect(await started).toMatch(/macOS|stopped before it ran|quitting/)
})
