/**
 * Builds of an engine that says it has no BuildKit: the real one, through the builder it has besides, and what of the form
 * that cannot do. The steps are those that `docker build` of the CLI prints with that builder.
 */
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import type { BuildInput } from '@shared/contract/builds'
import { BUSYBOX, canRunEngine, type TestEngine } from '../engine-fixture'
import { startBuilds, type BuildBench } from './builds-fixture'

const exec = promisify(execFile)
const FROM = `FROM ${BUSYBOX}\n`

describe.skipIf(!canRunEngine)('builds without BuildKit', () => {
  let engine: TestEngine
  let bench: BuildBench
  let stop: () => Promise<void>

  beforeAll(async () => {
    ;({ engine, bench, stop } = await startBuilds({ buildKit: false }))
  })
  afterAll(async () => {
    await stop()
  })

  it('runs the instructions, marks what was cached, and makes the image the CLI makes', async () => {
    const context = bench.context({
      Dockerfile: [
        'ARG WHO=nobody',
        `FROM ${BUSYBOX} AS one`,
        'ARG WHO',
        'RUN echo hello $WHO; echo $WHO > /who',
        'FROM scratch',
        'COPY --from=one /who /',
        'COPY kept /'
      ].join('\n'),
      '.dockerignore': 'left-out\nDockerfile',
      'left-out': 'x',
      kept: 'kept'
    })
    const options = { context, tags: ['classic:1'], buildArgs: ['WHO=me'], labels: ['team=web'] }
    const { detail, steps } = await bench.build(options)
    expect(detail.failure).toBeNull()
    expect(steps.map(({ text }) => text)).toEqual([
      '[internal] load build context',
      '[1/8] ARG WHO=nobody',
      `[one 2/8] FROM ${BUSYBOX} AS one`,
      '[one 3/8] ARG WHO',
      '[one 4/8] RUN echo hello $WHO; echo $WHO > /who',
      '[5/8] FROM scratch',
      '[6/8] COPY --from=one /who /',
      '[7/8] COPY kept /',
      // The engine makes an instruction of the labels of the form.
      '[8/8] LABEL team=web'
    ])
    expect(steps[0]?.bytes).toBeGreaterThan(0)
    expect(bench.lines(detail.summary.Id, 5)).toContain('hello me')
    const inspected = await engine.docker(
      'image',
      'inspect',
      '-f',
      '{{.Id}} {{.Config.Labels.team}}',
      'classic:1'
    )
    expect(inspected).toBe(`${detail.imageId} web`)

    const again = await bench.build(options)
    const { stdout } = await exec(
      `${engine.bundleDir}/bin/docker`,
      ['build', '--build-arg', 'WHO=me', '--label', 'team=web', context],
      { env: { ...engine.env, DOCKER_BUILDKIT: '0' } }
    )
    const cached = stdout.split('\n').filter((line) => line === ' ---> Using cache').length
    expect(again.detail.totals.cached).toBe(cached)
    expect(cached).toBeGreaterThan(2)
    expect(stdout).toContain(again.detail.imageId.replace('sha256:', '').slice(0, 12))
  })

  it('passes on what steps run with', async () => {
    const context = bench.context({
      Dockerfile: `${FROM}RUN grep db /etc/hosts; df -k /dev/shm; ulimit -n\n`
    })
    const input = { context, addHosts: ['db=10.1.2.3'], ulimits: ['nofile=123'], shmSize: '7m' }
    const { detail } = await bench.build(input)
    expect(detail.failure).toBeNull()
    const lines = bench.lines(detail.summary.Id, 3).join('\n')
    expect(lines).toMatch(/10\.1\.2\.3\s+db/)
    expect(lines).toMatch(/\s7168\s/)
    expect(lines).toMatch(/^123$/m)
  })

  it('takes a typed Dockerfile, which COPY does not see, and an archive', async () => {
    const context = bench.context({ a: '1' })
    const typed = await bench.build({
      context,
      dockerfileText: `${FROM}COPY . /c/\nRUN ls -A /c`,
      tags: ['typed:1']
    })
    expect(typed.detail.failure).toBeNull()
    expect(bench.lines(typed.detail.summary.Id, 4)).toContain('a')
    expect(await engine.docker('run', '--rm', '--network', 'none', 'typed:1', 'ls', '-A', '/c')).toBe('a')
    const packed = bench.context({ Other: `${FROM}RUN echo packed\n` })
    await exec('tar', ['-C', packed, '-cf', `${engine.home}/packed.tar`, '.'])
    const tar = { contextKind: 'tar', context: `${engine.home}/packed.tar`, dockerfile: 'Other' } as const
    expect((await bench.build(tar)).detail.failure).toBeNull()
  })

  it.each<[string, Record<string, string>, Partial<BuildInput>, string, number | null]>([
    [
      'a command',
      { Dockerfile: `${FROM}RUN true\nRUN echo why; exit 7\n` },
      {},
      'failed with exit code 7',
      3
    ],
    [
      'a file that is missing',
      { Dockerfile: `${FROM}COPY nosuch /\n` },
      {},
      'nosuch is not in the context',
      2
    ],
    ['a target that is missing', { Dockerfile: FROM }, { target: 'zz' }, 'no stage “zz”', null],
    ['a mistake', { Dockerfile: `${FROM}RUNN x` }, {}, 'mistake in line 2: unknown instruction: RUNN', null],
    ['no Dockerfile', { x: '' }, {}, 'There is no Dockerfile', null],
    ['an empty Dockerfile', { Dockerfile: '' }, {}, 'is empty', null],
    [
      'an image out of reach',
      { Dockerfile: 'FROM nosuch:1' },
      {},
      'registry-1.docker.io cannot be resolved',
      1
    ],
    [
      'an archive that is not there',
      {},
      { contextKind: 'tar', context: '/nonexistent.tar' },
      'The file cannot be read',
      null
    ],
    [
      'what only BuildKit does',
      { Dockerfile: FROM },
      { platforms: ['linux/amd64', 'linux/arm64'], ssh: ['default'], noCacheFilter: ['a'] },
      'no BuildKit, which is needed for SSH, several platforms, stages without cache.',
      null
    ]
  ])('tells why it failed: %s', async (_what, files, more, message, line) => {
    const { detail } = await bench.build({ context: bench.context(files), ...more })
    expect(detail.summary.state).toBe('Error')
    expect(detail.failure?.message).toContain(message)
    expect(detail.failure?.hint).not.toBe('')
    expect(detail.failure?.source?.line ?? null).toBe(line)
  })

  it('stops, and nothing of it runs on', async () => {
    const context = bench.context({ Dockerfile: `${FROM}RUN echo begun; sleep 3457` })
    const { id } = bench.builds.start(bench.input({ context }), {})
    const sleeping = async () => (await exec('ps', ['-eo', 'args'])).stdout.includes('sleep 3457')
    await vi.waitFor(async () => expect(await sleeping()).toBe(true), { timeout: 20_000, interval: 100 })
    bench.builds.cancel(id)
    const { detail } = await bench.until(id, (now) => now.detail.summary.state !== 'Running')
    expect(detail.summary.state).toBe('Canceled')
    await vi.waitFor(async () => expect(await sleeping()).toBe(false), { timeout: 20_000, interval: 100 })
  })
})
