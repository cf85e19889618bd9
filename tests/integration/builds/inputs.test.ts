/** What a build is made of and runs with, by the real engine: contexts of every kind, outputs, hosts, limits. */
import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { measureContext } from '@main/builds/context-size'
import { BUSYBOX, canRunEngine, type TestEngine } from '../engine-fixture'
import { startBuilds, type BuildBench } from './builds-fixture'

const exec = promisify(execFile)
const FROM = `FROM ${BUSYBOX}\n`

describe.skipIf(!canRunEngine)('inputs of a build', () => {
  let engine: TestEngine
  let bench: BuildBench
  let stop: () => Promise<void>

  beforeAll(async () => {
    ;({ engine, bench, stop } = await startBuilds())
  })
  afterAll(async () => {
    await stop()
  })

  it('builds from a typed Dockerfile and from an archive', async () => {
    const context = bench.context({ 'a.txt': 'hello', Dockerfile: `${FROM}COPY a.txt /b` })
    const typed = await bench.build({ context, dockerfileText: `${FROM}COPY a.txt /a`, tags: ['typed:1'] })
    expect(typed.detail.failure).toBeNull()
    await exec('tar', ['-C', context, '-cf', `${engine.home}/context.tar`, '.'])
    const tar = await bench.build({
      contextKind: 'tar',
      context: `${engine.home}/context.tar`,
      tags: ['tar:1']
    })
    expect(tar.detail.failure).toBeNull()
    expect(await engine.docker('run', '--rm', '--network', 'none', 'tar:1', 'cat', '/b')).toBe('hello')
    const folder = await bench.build({ context, output: 'folder', outputPath: `${engine.home}/out` })
    expect(folder.detail.failure).toBeNull()
    expect(existsSync(`${engine.home}/out/b`)).toBe(true)
  })

  it('passes on what steps run with, and runs named stages anew', async () => {
    const context = bench.context({
      Dockerfile: [
        `FROM ${BUSYBOX} AS one`,
        'RUN grep db /etc/hosts; df -k /dev/shm; ulimit -n; cat /proc/self/cgroup; echo one > /one',
        `FROM ${BUSYBOX} AS two`,
        'COPY --from=one /one /one',
        'RUN echo two > /two'
      ].join('\n')
    })
    const out = `${engine.home}/more`
    const input = {
      context,
      addHosts: ['db:10.1.2.3'],
      ulimits: ['nofile=123:456'],
      shmSize: '7m',
      cgroupParent: '/quayside-builds',
      output: 'other',
      outputs: [`type=local,dest=${out}`, 'type=image,name=more:1']
    } as const
    const { detail } = await bench.build(input)
    expect(detail.failure).toBeNull()
    const lines = bench.lines(detail.summary.Id).join('\n')
    expect(lines).toMatch(/10\.1\.2\.3\s+db/)
    expect(lines).toMatch(/\s7168\s/)
    expect(lines).toMatch(/^#\d+ 123$/m)
    expect(lines).toContain('/quayside-builds/')
    expect(existsSync(`${out}/two`)).toBe(true)
    expect(await engine.docker('run', '--rm', '--network', 'none', 'more:1', 'cat', '/two')).toBe('two')
    const again = await bench.build({ ...input, tags: ['tagged:1'], noCacheFilter: ['two'] })
    const state = (text: string) => again.steps.find((step) => step.text.includes(text))?.state
    expect([state('grep db'), state('echo two')]).toEqual(['Cached', 'Done'])
    // What the form says of tags: the image of the output has theirs, and its own name stays with the one before.
    const id = (name: string) => engine.docker('images', '--quiet', '--no-trunc', name)
    expect(await id('tagged:1')).toMatch(/^sha256:/)
    expect(await id('tagged:1')).not.toBe(await id('more:1'))
    const { detail: refused } = await bench.build({ context, allow: ['nonsense'] })
    expect(refused.failure?.said).toContain('nonsense')
  })

  it('measures a context as buildx sends it', async () => {
    const context = bench.context({
      Dockerfile: 'FROM scratch\nCOPY . /',
      '.dockerignore': 'node_modules\n**/*.log\n!keep/x.log\nlib/**\n!lib/inner/b\n# c\n/top\nq?z\n',
      'a.txt': 'a'.repeat(1000),
      'node_modules/x/y': 'b'.repeat(5000),
      'deep/er/x.log': 'c'.repeat(70),
      'keep/x.log': 'd'.repeat(30),
      'lib/a': '1',
      'lib/inner/b': '22',
      'lib/inner/c': '333',
      top: '4444',
      'deep/top': '55555',
      qaz: '6',
      'deep/qaz': '7'
    })
    const out = `${engine.home}/sent`
    const built = await bench.build({ context, output: 'folder', outputPath: out })
    expect(built.detail.failure).toBeNull()
    const sent = (await exec('find', [out, '-type', 'f', '-printf', '%s %P\n'])).stdout.trim().split('\n')
    let last
    for await (const size of measureContext({ context, dockerfile: '' }, new AbortController().signal))
      last = size
    expect(last).toMatchObject({
      done: true,
      ignoreFile: '.dockerignore',
      files: sent.length,
      bytes: sent.reduce((sum, line) => sum + Number(line.split(' ')[0]), 0)
    })
  })
})
