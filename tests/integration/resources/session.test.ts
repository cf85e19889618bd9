/** The session on a real engine, with the docker CLI as the other party. */
import { describe } from 'vitest'
import { DockerClient } from '@main/docker/client'
import { BUSYBOX, canRunEngine, startEngine } from '../engine-fixture'
import { describeSession, type Driver } from './session-suite'

async function cliDriver(): Promise<Driver> {
  const engine = await startEngine()
  await engine.importBusybox()
  const docker = async (...args: string[]): Promise<void> => {
    await engine.docker(...args)
  }
  // One CLI call for each of fifty containers takes a minute on a small machine; the engine sees the same from here.
  const client = await DockerClient.connect({ kind: 'unix', path: engine.socket })
  const create = (name: string) =>
    client.request({
      path: '/containers/create?',
      method: 'POST',
      options: {
        _query: { name },
        _body: { Image: BUSYBOX, Cmd: ['sleep', '1000'], HostConfig: { NetworkMode: 'none' } }
      }
    })
  return {
    socket: engine.socket,
    image: BUSYBOX,
    async create(names) {
      for (const name of names) await create(name)
    },
    start: (names) => docker('start', ...names),
    restart: (name) => docker('restart', '-t', '0', name),
    rename: (from, to) => docker('rename', from, to),
    remove: (names) => docker('rm', '-f', ...names),
    tag: (image, tag) => docker('tag', image, tag),
    untag: (tag) => docker('rmi', tag),
    async close() {
      client.dispose()
      await engine.stop()
    }
  }
}

describe.skipIf(!canRunEngine)('the engine session on a real engine', () => {
  describeSession(cliDriver)
})
