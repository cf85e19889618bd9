/** Builds on the real engine: what is shown is what buildx itself prints, failures are told, stopping stops, secrets stay secret. */
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { BuildSteps } from '@shared/builds/solve-status'
import type { BuildInput } from '@shared/contract/builds'
import { parseSolveStatus } from '@main/builds/rawjson'
import { BUSYBOX, canRunEngine, processesBelow, type TestEngine } from '../engine-fixture'
import { startBuilds, type BuildBench } from './builds-fixture'

const exec = promisify(execFile)
const FROM = `FROM ${BUSYBOX}\n`

describe.skipIf(!canRunEngine)('builds on the real engine', () => {
  let engine: TestEngine
  let bench: BuildBench
  let stop: () => Promise<void>

  beforeAll(async () => {
    ;({ engine, bench, stop } = await startBuilds())
  })
  afterAll(async () => {
    await stop()
  })

  /** The steps as the CLI's own progress tells them. */
  async function cliSteps(...args: readonly string[]): Promise<BuildSteps> {
    const { stdout, stderr } = await exec(
      `${engine.bundleDir}/cli-plugins/docker-buildx`,
      [...args, '--progress', 'rawjson'],
      { env: engine.env, maxBuffer: 64 * 1024 * 1024 }
    )
    const steps = new BuildSteps()
    for (const line of `${stdout}\n${stderr}`.split('\n')) {
      const status = parseSolveStatus(line)
      if (status !== null) steps.take(status)
    }
    return steps
  }

  it('runs stages side by side, and names and marks steps as the CLI does', async () => {
    const context = bench.context({
      Dockerfile: [
        `FROM ${BUSYBOX} AS one`,
        'RUN sleep 1 && echo one > /one',
        `FROM ${BUSYBOX} AS two`,
        'RUN sleep 1 && printf "\\033[31mtwo\\033[0m\\nwithout end" && echo two > /two',
        'FROM scratch',
        'COPY --from=one /one /',
        'COPY --from=two /two /'
      ].join('\n')
    })
    const { detail, steps } = await bench.build({ context, tags: ['stages:1'] })
    expect(detail.failure).toBeNull()
    expect(detail.summary).toMatchObject({ state: 'Done', name: 'stages:1' })
    expect(await engine.docker('image', 'inspect', '--format', '{{.Id}}', 'stages:1')).toBe(detail.imageId)
    const [one, two] = ['one', 'two'].map((stage) =>
      steps.find((step) => step.stage === stage && step.text.includes('RUN'))
    )
    expect(one!.startedAt).toBeLessThan(two!.endedAt!)
    expect(two!.startedAt).toBeLessThan(one!.endedAt!)
    expect(detail.totals.addedMs).toBeGreaterThan(detail.totals.realMs)
    expect(bench.lines(detail.summary.Id, two!.number)).toEqual(['\u001b[31mtwo\u001b[0m', 'without end'])
    expect(bench.lines(detail.summary.Id)).toContain(`#${two!.number} without end`)

    const told = await cliSteps('history', 'logs', detail.summary.ref.split('/').at(-1) ?? '')
    expect(told.list.map(({ text }) => text)).toEqual(steps.map(({ text }) => text))
    for (const [index, step] of told.list.entries()) {
      // buildx sets the clock of the engine by its own: all by the same.
      const shift = told.list[0]!.startedAt - steps[0]!.startedAt
      expect(step.startedAt - shift).toBeCloseTo(steps[index]!.startedAt, 0)
      expect(step.tookMs).toBeCloseTo(steps[index]!.tookMs!, 1)
    }

    const again = await bench.build({ context, tags: ['stages:1'] })
    const cli = await cliSteps('build', context, '--load', '--tag', 'stages:1')
    const marks = (list: readonly { text: string; state: string }[]) =>
      list.map(({ text, state }) => `${text} ${state}`).sort()
    expect(marks(again.steps)).toEqual(marks(cli.list))
    expect(again.steps.filter(({ state }) => state === 'Cached').length).toBeGreaterThan(3)
  })

  it('goes on several at once', async () => {
    const started = ['a', 'b', 'c'].map((name) => {
      const context = bench.context({ Dockerfile: `${FROM}RUN sleep 1; echo ${name} > /${name}` })
      return bench.builds.start(bench.input({ context, tags: [`many:${name}`] }), {})
    })
    // Each is told its own row of the engine's history while it runs.
    const running = await Promise.all(
      started.map(({ id }) => bench.until(id, ({ detail }) => detail.summary.ref !== ''))
    )
    expect(running.map(({ detail }) => detail.summary.state)).toEqual(['Running', 'Running', 'Running'])
    for (const { detail } of running) {
      const told = await engine.docker(
        'buildx',
        'history',
        'inspect',
        '--format',
        '{{.Context}}',
        detail.summary.ref
      )
      expect(told).toBe(detail.summary.context)
    }
    await Promise.all(
      started.map(({ id }) => bench.until(id, ({ detail }) => detail.summary.state === 'Done'))
    )
    expect((await engine.docker('images', '-q', 'many')).split('\n')).toHaveLength(3)
  })

  it.each<[string, Readonly<Record<string, string>>, Partial<BuildInput>, string]>([
    ['a step', { Dockerfile: `${FROM}RUN echo last words; exit 3` }, {}, 'failed with exit code 3'],
    ['a missing program', { Dockerfile: `${FROM}RUN nosuch` }, {}, 'failed with exit code 127'],
    ['a missing file', { Dockerfile: `${FROM}COPY nope /` }, {}, '/nope is not in the context'],
    [
      'a file that a stage has not',
      { Dockerfile: `${FROM.trim()} AS a\n${FROM}COPY --from=a /no /` },
      {},
      '/no is not in a'
    ],
    ['an unknown target', { Dockerfile: FROM }, { target: 'zz' }, 'no stage “zz”'],
    ['no Dockerfile', { x: '' }, {}, 'There is no Dockerfile'],
    ['an empty Dockerfile', { Dockerfile: '' }, {}, 'is empty'],
    ['a syntax error', { Dockerfile: `${FROM}RUNN x` }, {}, 'mistake in line 2: unknown instruction: RUNN'],
    ['a wrong ENV', { Dockerfile: `${FROM}ENV A=b c` }, {}, 'cannot be built at line 2'],
    [
      'a secret that was not given',
      { Dockerfile: `${FROM}RUN --mount=type=secret,id=t,required=true true` },
      {},
      'secret t'
    ],
    ['a builder that is not there', { Dockerfile: FROM }, { builder: 'zz' }, 'no builder zz'],
    [
      'a registry out of reach',
      { Dockerfile: FROM },
      { output: 'push', tags: ['localhost:1/x'] },
      'could not be pushed'
    ],
    [
      'several platforms',
      { Dockerfile: FROM },
      { platforms: ['linux/amd64', 'linux/arm64'] },
      'several platforms'
    ],
    [
      'an image out of reach',
      { Dockerfile: 'FROM nosuch:1' },
      {},
      'docker.io/library/nosuch:1 is not on this engine'
    ],
    ['a folder that is not there', {}, { context: '/nonexistent' }, 'no folder that can be read'],
    [
      'an archive that is not there',
      {},
      { contextKind: 'tar', context: '/nonexistent.tar' },
      'cannot be read'
    ],
    [
      'a repository out of reach',
      {},
      { contextKind: 'url', context: 'https://127.0.0.1:1/x.git' },
      'could not be fetched'
    ]
  ])('tells why it failed: %s', async (_what, files, more, message) => {
    const { detail } = await bench.build({ context: bench.context(files), ...more })
    expect(detail.summary.state).toBe('Error')
    expect(detail.failure?.message).toContain(message)
    expect(detail.failure?.hint).not.toBe('')
    expect(bench.lines(detail.summary.Id).length).toBeGreaterThan(0)
  })

  it('shows the place in the Dockerfile and the last lines of the step', async () => {
    const context = bench.context({ Dockerfile: `${FROM}RUN true\nRUN echo last words; exit 3\n` })
    const { detail } = await bench.build({ context })
    expect(detail.failure).toMatchObject({
      lastLines: ['last words'],
      source: { file: 'Dockerfile', line: 3 }
    })
    expect(detail.failure?.source?.lines.find(({ marked }) => marked)?.text).toBe(
      'RUN echo last words; exit 3'
    )
    const again = bench.builds.rebuild(detail.summary.Id)
    const second = await bench.until(again.id, (now) => now.detail.summary.state === 'Error')
    expect(second.detail.input).toEqual(detail.input)
  })

  it('stops: nothing of it runs in the engine afterwards', async () => {
    const context = bench.context({ Dockerfile: `${FROM}RUN echo begun; sleep 3456` })
    const { id, taskId } = bench.builds.start(bench.input({ context }), {})
    await bench.until(id, ({ steps }) => steps.some(({ logLines }) => logLines > 0))
    const sleeping = async () => (await exec('ps', ['-eo', 'args'])).stdout.includes('sleep 3456')
    expect(await sleeping()).toBe(true)
    bench.builds.cancel(id)
    const { detail, steps } = await bench.until(id, (now) => now.detail.summary.state !== 'Running')
    expect(detail.summary.state).toBe('Canceled')
    expect(detail.failure).toBeNull()
    expect(steps.at(-1)?.state).toBe('Canceled')
    await vi.waitFor(async () => expect(await sleeping()).toBe(false), { timeout: 20_000, interval: 100 })
    await vi.waitFor(() =>
      expect(processesBelow(engine.home).filter(({ command }) => command.includes('docker-buildx'))).toEqual(
        []
      )
    )
    const abort = new AbortController()
    for await (const change of bench.tasks.watch(abort.signal)) {
      if (change.type !== 'snapshot') continue
      expect(change.items.find(({ Id }) => Id === taskId)?.state).toBe('cancelled')
      abort.abort()
    }
  })

  it('keeps a secret: it is not in the image, its history, the log, the tasks, what is told, or on the disk', async () => {
    const value = `hunter2-${'x'.repeat(8)}-${process.pid}`
    const context = bench.context({
      Dockerfile: `${FROM}RUN --mount=type=secret,id=tok wc -c < /run/secrets/tok > /size`
    })
    const { detail, steps } = await bench.build(
      { context, tags: ['secret:1'], secrets: ['id=tok,env=TOKEN'] },
      { TOKEN: value, OTHER: value }
    )
    expect(detail.failure).toBeNull()
    expect(await engine.docker('run', '--rm', '--network', 'none', 'secret:1', 'cat', '/size')).toBe(
      String(value.length)
    )
    const told = JSON.stringify([detail, steps, bench.lines(detail.summary.Id)])
    expect(told).not.toContain(value)
    expect(detail.command).toContain('--secret id=tok,env=TOKEN')
    expect(detail.typedSecrets).toEqual(['TOKEN'])
    expect(() => bench.builds.rebuild(detail.summary.Id)).toThrow('not kept')
    expect(await engine.docker('history', '--no-trunc', 'secret:1')).not.toContain(value)
    expect(await engine.docker('image', 'inspect', 'secret:1')).not.toContain(value)
    const abort = new AbortController()
    for await (const change of bench.tasks.watch(abort.signal)) {
      expect(JSON.stringify(change)).not.toContain(value)
      abort.abort()
    }
    // Everything the engine, buildx and the app wrote is below this folder; grep ends with 1 when it finds nothing.
    await expect(exec('grep', ['-rlF', '--binary-files=text', value, engine.home])).rejects.toMatchObject({
      code: 1
    })
  })

  it('refuses a secret without a value, and a form with a mistake', async () => {
    const context = bench.context({ Dockerfile: FROM })
    const { detail } = await bench.build({ context, secrets: ['id=t,env=QUAYSIDE_NO_SUCH_VARIABLE'] })
    expect(detail.failure?.message).toContain('QUAYSIDE_NO_SUCH_VARIABLE has no value')
    expect(() => bench.builds.start(bench.input({ context: '' }), {})).toThrow('what is to be built')
  })

  it('takes a step that prints half a million lines, as far as the engine passes them on', async () => {
    const context = bench.context({ Dockerfile: `${FROM}RUN seq 1 500000` })
    const { detail, steps } = await bench.build({ context })
    expect(detail.failure).toBeNull()
    const step = steps.find(({ text }) => text.includes('seq'))
    const lines = bench.lines(detail.summary.Id, step!.number)
    // BuildKit itself cuts the log of a step off (at 2 MiB, and by pace); what it sends is here, in order.
    expect(lines.slice(0, 3)).toEqual(['1', '2', '3'])
    expect(step!.logLines).toBe(lines.length)
  })

  it('tells that the engine went away', async () => {
    const context = bench.context({ Dockerfile: `${FROM}RUN echo begun; sleep 300` })
    const { id } = bench.builds.start(bench.input({ context }), {})
    await bench.until(id, ({ steps }) => steps.some(({ logLines }) => logLines > 0))
    process.kill(engine.pid, 'SIGKILL')
    const { detail } = await bench.until(id, (now) => now.detail.summary.state !== 'Running')
    expect(detail.summary.state).toBe('Error')
    expect(detail.failure?.message).toBe('The engine went away while it was building.')
    expect(bench.lines(id).some((line) => line.includes('begun'))).toBe(true)
  })
})
