/** Docker Hub's search through the real engine, here where the Hub cannot be reached: that has to be said, and soon stopped. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { DockerClient } from '@main/docker/client'
import { searchHub } from '@main/docker/hub-search'
import { canRunEngine, startEngine, type TestEngine } from '../engine-fixture'

describe.skipIf(!canRunEngine)('a search of Docker Hub without a network', () => {
  let engine: TestEngine
  let client: DockerClient

  beforeAll(async () => {
    engine = await startEngine()
    client = await DockerClient.connect({ kind: 'unix', path: engine.socket })
  })
  afterAll(async () => {
    client.dispose()
    await engine.stop()
  })

  it('says that it cannot be reached and what to check', async () => {
    const error = await searchHub(client, 'nginx', AbortSignal.timeout(30_000)).then(
      () => null,
      (thrown: unknown) => thrown
    )
    expect(error).toMatchObject({
      code: 'Unavailable',
      hint: 'The registry cannot be reached: check the name, the network and the proxy.'
    })
  })

  it('is given up at once', async () => {
    const stop = new AbortController()
    const search = searchHub(client, 'nginx', stop.signal)
    stop.abort()
    await expect(search).rejects.toMatchObject({ code: 'Cancelled' })
  })
})
