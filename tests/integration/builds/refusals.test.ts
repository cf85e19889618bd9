/** Builds that the world refuses: a full disk, files that may not be read, a registry that wants a login, ten gigabytes. */
import { chmodSync, chownSync, truncateSync, writeFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { measureContext } from '@main/builds/context-size'
import { BUSYBOX, canRunEngine, type TestEngine } from '../engine-fixture'
import { startRegistry } from '../registry-fixture'
import { buildBench, startBuilds, type BuildBench } from './builds-fixture'

const FROM = `FROM ${BUSYBOX}\n`
const TEN_GB = 10 * 1024 ** 3

describe.skipIf(!canRunEngine)('builds that are refused', () => {
  let engine: TestEngine
  let bench: BuildBench
  let stop: () => Promise<void>

  beforeAll(async () => {
    ;({ engine, bench, stop } = await startBuilds({ engine: { diskBytes: 300 * 1024 ** 2 } }))
  })
  afterAll(async () => {
    await stop()
  })

  it('warns of files that BuildKit passes on empty without a word', async () => {
    const script = `${engine.home}/buildx-without-rights`
    // Root may read everything, unless it is not allowed to.
    const limit = 'exec setpriv --bounding-set=-dac_override,-dac_read_search'
    writeFileSync(script, `#!/bin/sh\n${limit} ${engine.bundleDir}/cli-plugins/docker-buildx "$@"\n`, {
      mode: 0o755
    })
    const limited = buildBench(engine, { program: script, reader: { uid: 0, groups: [0] } })
    const context = limited.context({
      Dockerfile: `${FROM}COPY . /c\nRUN wc -c < /c/secret.key`,
      '.dockerignore': 'left-out',
      'secret.key': 'four',
      'left-out': ''
    })
    for (const name of ['secret.key', 'left-out']) {
      chownSync(`${context}/${name}`, 1000, 1000)
      chmodSync(`${context}/${name}`, 0o600)
    }
    const { detail, steps } = await limited.build({ context })
    expect(limited.lines(detail.summary.Id, steps.find(({ text }) => text.includes('wc'))?.number)).toEqual([
      '0'
    ])
    expect(detail.unreadable).toEqual(['secret.key'])
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

  it('keeps the log of a step that fills the disk', async () => {
    const context = bench.context({
      Dockerfile: `${FROM}RUN echo begun && dd if=/dev/zero of=/x bs=1M count=1000`
    })
    const { detail } = await bench.build({ context })
    expect(`${detail.failure?.message} ${detail.failure?.hint}`).toMatch(/[Tt]he disk is full/)
    expect(detail.failure?.lastLines.join()).toContain('No space left on device')
    expect(bench.lines(detail.summary.Id).join()).toContain('begun')
  })

  // The last one: what came over before the disk was full stays there until BuildKit clears it away.
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
  })
})
