/**
 * Builders of the bundled buildx on the real engine, and what goes by the engine's own: the checks of a Dockerfile, and builds
 * by a docker context. A BuildKit in a container needs an image: none is started here.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Builder, type NewBuilder } from '@shared/contract/builders'
import { Builders } from '@main/builders/service'
import { checkDockerfile } from '@main/dockerfiles/check'
import { run } from '@main/platform/child-process'
import { BUSYBOX, bundleDir, canRunEngine, startEngine, type TestEngine } from '../engine-fixture'
import { buildBench, type BuildBench } from './builds-fixture'

describe.skipIf(!canRunEngine)('builders', () => {
  let engine: TestEngine
  let builders: Builders
  const signal = new AbortController().signal
  const harbour: NewBuilder = {
    name: 'harbour',
    driver: 'docker-container',
    endpoint: '',
    options: ['network=host', 'env.NOTE=a b'],
    platforms: ['linux/amd64', 'linux/arm64']
  }

  beforeAll(async () => {
    engine = await startEngine()
    builders = new Builders({
      ask: (args, options, stop) =>
        run(`${bundleDir}/cli-plugins/docker-buildx`, args, { ...options, env: engine.env }, stop)
    })
  })
  afterAll(async () => {
    await engine.stop()
  })

  it('the engine’s own is there, with what buildx inspect says of it', async () => {
    const list = await builders.list(signal)
    for (const one of list) Builder.parse(one)
    const own = list.find(({ name }) => name === 'default')
    expect(own).toMatchObject({ driver: 'docker', error: '', nodes: [{ status: 'running' }] })
    const told = await engine.docker('buildx', 'inspect', 'default')
    expect(told).toContain(own?.nodes[0]?.version)
    expect(own?.nodes[0]?.platforms).toContain('linux/amd64')
  })

  it('one is made, listed as the CLI lists it, stopped and removed', async () => {
    await builders.create(harbour, signal)
    const made = (await builders.list(signal)).find(({ name }) => name === 'harbour')
    expect(made).toMatchObject({ driver: 'docker-container', nodes: [{ status: 'inactive' }] })
    expect(made?.nodes[0]?.options.join(' ')).toContain('network=host')
    expect(made?.nodes[0]?.platforms.join()).toContain('linux/arm64')
    expect(await engine.docker('buildx', 'ls')).toContain('harbour')

    await expect(builders.create(harbour, signal)).rejects.toMatchObject({ code: 'Conflict' })
    const current = async () => (await builders.list(signal)).find((one) => one.current)?.name
    expect(await current()).toBe('default')
    await builders.use('harbour', signal)
    expect(await current()).toBe('harbour')
    expect(await engine.docker('buildx', 'ls')).toMatch(/^harbour\*/m)
    await builders.use('default', signal)
    expect(await current()).toBe('default')

    await builders.stop('harbour', signal)
    await builders.remove('harbour', false, signal)
    expect((await builders.list(signal)).map(({ name }) => name)).not.toContain('harbour')
  })

  it('what is refused is a sentence', async () => {
    await expect(builders.use('nobody', signal)).rejects.toMatchObject({ code: 'NotFound' })
    await expect(builders.stop('nobody', signal)).rejects.toMatchObject({ code: 'NotFound' })
    await expect(builders.remove('nobody', false, signal)).rejects.toMatchObject({ code: 'NotFound' })
    await expect(builders.create({ ...harbour, options: ['nonsense=1'] }, signal)).rejects.toMatchObject({
      message: expect.stringContaining('nonsense') as string
    })
    expect((await builders.list(signal)).map(({ name }) => name)).not.toContain('harbour')
  })

  it('checks a Dockerfile that is being written, and builds, pulls and remembers nothing', async () => {
    await engine.importBusybox()
    const bench = buildBench(engine)
    const context = bench.context({ x: 'left out', '.dockerignore': 'x' })
    const checkBy = ({ buildx }: BuildBench, ...lines: readonly string[]) =>
      checkDockerfile(
        buildx,
        { context, contextKind: 'folder', buildArgs: [], target: '', text: lines.join('\n') },
        signal
      )
    const check = (...lines: readonly string[]) => checkBy(bench, ...lines)
    const before = await engine.docker('buildx', 'history', 'ls')
    const { findings, unavailable } = await check(
      '# syntax=docker/dockerfile:1',
      `FROM ${BUSYBOX} as base`,
      'COPY x /',
      'MAINTAINER me'
    )
    expect(unavailable).toBe('')
    expect(findings.map(({ rule, line, severity }) => `${severity} ${rule} ${line}`).sort()).toEqual([
      'warning FromAsCasing 2',
      'warning MaintainerDeprecated 4'
    ])
    for (const { url } of findings) expect(url).toMatch(/^https:\/\/docs\.docker\.com\//)
    expect(await check(`FROM ${BUSYBOX}`, 'FOO')).toMatchObject({
      stopped: true,
      unavailable: '',
      findings: [{ severity: 'error', line: 2, message: expect.stringContaining('FOO') as string }]
    })
    // Nobody can be reached from here: that is no finding.
    expect(await check('FROM nowhere.invalid/x')).toMatchObject({
      findings: [],
      unavailable: 'the registry of nowhere.invalid/x cannot be reached.'
    })
    // The engine itself checks, by a docker context too: the builder in use, which is not there yet, is not pulled and started for it.
    await engine.docker('context', 'create', 'quay', '--docker', `host=unix://${engine.socket}`)
    const byContext = buildBench(engine, { dockerContext: 'quay' })
    await builders.create(harbour, signal)
    await builders.use('harbour', signal)
    await new Builders(byContext.buildx).use('harbour', signal)
    for (const one of [bench, byContext]) {
      const answer = await checkBy(one, `FROM ${BUSYBOX}`, 'MAINTAINER me')
      expect(answer).toMatchObject({ findings: [{ rule: 'MaintainerDeprecated' }], unavailable: '' })
    }
    await builders.remove('harbour', false, signal)
    const gone = new AbortController()
    const left = checkDockerfile(
      bench.buildx,
      { context, contextKind: 'folder', buildArgs: [], target: '', text: `FROM ${BUSYBOX}` },
      gone.signal
    )
    gone.abort()
    await expect(left).resolves.toMatchObject({ findings: [] })
    expect(await engine.docker('buildx', 'history', 'ls')).toBe(before)
  })

  it('a build is told its row while it runs by a docker context too, whose builder has its name', async () => {
    await engine.importBusybox()
    await engine.docker('context', 'create', 'pier', '--docker', `host=unix://${engine.socket}`)
    const bench = buildBench(engine, { dockerContext: 'pier' })
    const context = bench.context({ Dockerfile: `FROM ${BUSYBOX}\nRUN sleep 1; echo pier > /pier` })
    const { id } = bench.builds.start(bench.input({ context, builder: 'pier' }), {})
    const { detail } = await bench.until(id, (now) => now.detail.summary.ref !== '')
    expect(detail.summary.state).toBe('Running')
    await bench.until(id, (now) => now.detail.summary.state === 'Done')
  })
})
