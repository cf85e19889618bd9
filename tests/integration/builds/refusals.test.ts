/** Builds that the world refuses: a full disk, files that may not be read, a registry that wants a login, ten gigabytes. */
import { chmodSync, chownSync, truncateSync, writeFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { measureContext } from '@main/builds/context-size'
import { BUSYBOX, canRunEngine, startEngine, type TestEngine } from '../engine-fixture'
import { startRegistry } from '../registry-fixture'
import { buildBench, type BuildBench } from './builds-fixture'

const FROM = `FROM ${BUSYBOX}\n`
const TEN_GB = 10 * 1024 ** 3

describe.skipIf(!canRunEngine)('builds that are refused', () => {
  let engine: TestEngine
  let bench: BuildBench

  beforeAll(async () => {
    engine = await startEngine({ diskBytes: 300 * 1024 ** 2 })
    await engine.importBusybox()
    bench = buildBench(engine)
  })

  afterAll(async () => {
    await bench.builds.dispose()
    await engine.stop()
  })

  it('measures ten gigabytes, sends only what is copied, and says that the disk is full when it is', async () => {
    const context = bench.context({ small: 'x', large: '', Dockerfile: `${FROM}COPY small /` })
    truncateSync(`${context}/large`, TEN_GB)
    let bytes = 0
    for await (const size of measureContext({ context, dockerfile: '' }, new AbortController().signal))
      bytes = size.bytes
    expect(bytes).toBeGreaterThan(TEN_GB)
    const little = await bench.build({ context })
    expect(little.detail.failure).toBeNull()
    expect(little.detail.totals.bytes).toBeLessThan(100_000)

    const all = await bench.build({ context, dockerfileText: `${FROM}COPY . /` })
    expect(all.detail.failure).toMatchObject({ message: 'The disk is full.' })
    expect(all.detail.failure?.hint).toContain('Free disk space')
    // What came over before it was full is in the cache; so is what a step wrote.
    await engine.docker('builder', 'prune', '-af')
    const step = await bench.build({
      context: bench.context({
        Dockerfile: `${FROM}RUN echo begun && dd if=/dev/zero of=/x bs=1M count=1000`
      })
    })
    expect(`${step.detail.failure?.message} ${step.detail.failure?.hint}`).toMatch(/[Tt]he disk is full/)
    expect(step.detail.failure?.lastLines.join()).toContain('No space left on device')
    expect(bench.lines(step.detail.summary.Id).join()).toContain('begun')
    await engine.docker('builder', 'prune', '-af')
  })

  it('names the file that may not be read', async () => {
    const script = `${engine.home}/buildx-without-rights`
    // Root may read everything, unless it is not allowed to.
    writeFileSync(
      script,
      `#!/bin/sh\nexec setpriv --bounding-set=-dac_override,-dac_read_search ${engine.bundleDir}/cli-plugins/docker-buildx "$@"\n`,
      { mode: 0o755 }
    )
    const limited = buildBench(engine, { program: script })
    const context = limited.context({ Dockerfile: `${FROM}COPY . /c`, 'secret.key': 'x' })
    chownSync(`${context}/secret.key`, 1000, 1000)
    chmodSync(`${context}/secret.key`, 0o600)
    const { detail } = await limited.build({ context })
    expect(detail.failure?.message).toContain('secret.key may not be read')
    expect(detail.failure?.hint).toContain('.dockerignore')
    const left = await limited.build({ context, dockerfileText: `${FROM}COPY Dockerfile /c` })
    expect(left.detail.failure).toBeNull()
  })

  it('says that the registry refused the push, and that a login is wanted', async () => {
    const user = { name: 'me', password: 'secret' }
    const registry = await startRegistry({ port: 5055, home: engine.home, engine, user })
    try {
      const context = bench.context({ Dockerfile: `${FROM}RUN true` })
      const { detail } = await bench.build({ context, tags: [`${registry.address}/app:1`], output: 'push' })
      expect(detail.failure?.message).toContain('The registry refused the push')
      expect(detail.failure?.hint).toContain('Log in')
    } finally {
      await registry.stop()
    }
  })
})
