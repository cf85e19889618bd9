/** Every cause of "Why it stopped" on a real container that fails that way, all at once on one engine. */
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { DockerClient } from '@main/docker/client'
import { EngineSession } from '@main/resources/session'
import { Endings } from '@main/stopped/endings'
import { whyStopped } from '@main/stopped/gather'
import { LINE_RULES, CRASH_RULES } from '@main/stopped/rules-log'
import { canRunEngine, startEngine, type TestEngine } from '../engine-fixture'
import type { Case } from './case'
import { FAILING, importFailing } from './failing-image'
import { RUN_CASES } from './run-causes'
import { START_CASES } from './start-causes'

const CASES: Readonly<Record<string, Case>> = { ...START_CASES, ...RUN_CASES }

/** Containers that are started at a time; more only wait for one another. */
const AT_ONCE = 6

describe.skipIf(!canRunEngine)('why a container stopped', () => {
  let engine: TestEngine
  let client: DockerClient
  const session = new EngineSession()
  const endings = new Endings()

  beforeAll(async () => {
    engine = await startEngine()
    await importFailing(engine)
    client = await DockerClient.connect({ kind: 'unix', path: engine.socket })
    session.onEvent((event) => endings.take(event))
    await session.connect({ kind: 'unix', path: engine.socket })
    await engine.docker('run', '-d', '--name', 'holder', '-p', '18081:80', FAILING, 'sleep', '1000')
    // A program of the machine the engine runs on, as far as ports go.
    await engine.docker('run', '-d', '--network', 'host', FAILING, 'nc', '-ll', '-p', '18080', '-e', 'true')
    await runAll(Object.entries(CASES))
    // Sixty containers on a machine that has other things to do.
  }, 500_000)
  afterAll(async () => {
    session.disconnect()
    client.dispose()
    await engine.stop()
  })

  async function runAll(cases: [string, Case][]): Promise<void> {
    const queue = [...cases]
    const work = async (): Promise<void> => {
      for (let next = queue.shift(); next !== undefined; next = queue.shift()) await run(...next)
    }
    await Promise.all(Array.from({ length: AT_ONCE }, work))
  }

  async function run(
    name: string,
    { prepare, between, then, options = [], image, command = [] }: Case
  ): Promise<void> {
    await prepare?.(engine, name)
    const own = options.map((word) => word.replace('@home', engine.home))
    const what = image === undefined ? [FAILING] : ['--platform', 'linux/s390x', image]
    await engine.docker('create', '--name', name, ...own, ...what, ...command)
    await between?.(engine, name)
    await engine.docker('start', name).catch(() => undefined)
    await then?.(engine, name)
    const status = () => engine.docker('inspect', '-f', '{{.State.Status}}', name)
    for (const deadline = Date.now() + 60_000; !/exited|created/.test(await status()); await sleep(50)) {
      if (Date.now() > deadline) throw new Error(`${name} did not end: ${await status()}`)
    }
  }

  const idOf = (name: string) => engine.docker('inspect', '-f', '{{.Id}}', name)
  const reportOf = async (name: string, remembered = true) => {
    const id = await idOf(name)
    const ending = remembered ? endings.get(id) : null
    return await whyStopped(client, id, { ending, local: true, rows: new Map() })
  }

  it.each(Object.entries(CASES))('%s', async (name, { cause, says, expect: more, offers }) => {
    const report = await reportOf(name)
    expect(report?.cause, JSON.stringify(report)).toMatchObject({
      id: cause,
      sentence: expect.stringMatching(says) as string
    })
    expect(report).toMatchObject(more ?? {})
    const [code, error] = (
      await engine.docker('inspect', '-f', '{{.State.ExitCode}} {{.State.Error}}', name)
    ).split(/ (.*)/s)
    expect(report?.exitCode).toBe(Number(code))
    if ((error ?? '') !== '' && cause !== 'out-of-memory') expect(report?.cause.evidence).toEqual([error])
    const offered = [
      ...(report?.cause.actions.map(({ type }) => type) ?? []),
      ...(report?.cause.command ? ['command'] : [])
    ]
    if (offers !== undefined) expect(offered).toContain(offers)
  })

  it('at least thirty causes are told apart, and every line rule has a container here', () => {
    const causes = new Set(Object.values(CASES).map(({ cause }) => cause))
    expect(causes.size).toBeGreaterThanOrEqual(30)
    const untested = [...LINE_RULES, ...CRASH_RULES].map(({ id }) => id).filter((id) => !causes.has(id))
    expect(untested.filter((id) => id !== 'arguments-too-long')).toEqual([])
  })

  it('shows the last lines with errors first, and counts restarts with their rhythm', async () => {
    const report = await reportOf('loop')
    expect(report?.restarts).toMatchObject({ count: 3, policy: 'on-failure:3', goesOn: false })
    expect(report?.restarts?.everyMs).toBeGreaterThan(0)
    expect(report?.lines[0]).toEqual({ source: 'stderr', text: 'cannot go on' })
  })

  it('is right from the engine’s own memory too, when the app was not there', async () => {
    expect((await reportOf('killed', false))?.cause.id).toBe('killed-by-user')
    expect((await reportOf('stopped', false))?.cause.id).toBe('stopped-by-user')
  })

  it('says nothing of one that runs, that was only created, or that is paused', async () => {
    await engine.docker('create', '--name', 'only-created', FAILING, 'true')
    expect(await reportOf('only-created')).toBeNull()
    expect(await reportOf('holder')).toBeNull()
    await engine.docker('pause', 'holder')
    expect(await reportOf('holder')).toBeNull()
    await engine.docker('unpause', 'holder')
  })

  it('reads a bounded tail of a container that wrote one line of twenty megabytes', async () => {
    await engine
      .docker(
        'run',
        '--name',
        'long-line',
        FAILING,
        'sh',
        '-c',
        'yes | tr -d "\\n" | head -c 20000000; exit 7'
      )
      .catch(() => undefined)
    const report = await reportOf('long-line')
    expect(report?.exitCode).toBe(7)
    expect(report?.lines.every(({ text }) => text.length < 3000)).toBe(true)
  })
})
