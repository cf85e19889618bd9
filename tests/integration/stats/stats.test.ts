/** Figures, processes and signals on the real engine, held against `docker stats` and `docker top`. */
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { statsText } from '@shared/docker/stats-text'
import type { ContainerStats } from '@shared/docker/container'
import { AppError } from '@shared/errors'
import { DockerClient } from '@main/docker/client'
import { containerStats, pointBetween, takeSample, watchSamples } from '@main/docker/stats'
import { processesHandlers } from '@main/handlers/processes'
import { EngineSession } from '@main/resources/session'
import { StatsRecorder } from '@main/stats/recorder'
import { BUSYBOX, canRunEngine, startEngine, type TestEngine } from '../engine-fixture'

/** What `docker stats --format json` prints of a container. */
interface CliStats {
  readonly CPUPerc: string
  readonly MemUsage: string
  readonly MemPerc: string
  readonly NetIO: string
  readonly BlockIO: string
  readonly PIDs: string
}

const UNITS: Readonly<Record<string, number>> = {
  B: 1,
  kB: 1e3,
  MB: 1e6,
  GB: 1e9,
  KiB: 1024,
  MiB: 1024 ** 2,
  GiB: 1024 ** 3
}
const bytes = (text: string): number => {
  const [, value = '', unit = ''] = /^([\d.e+]+)([A-Za-z]+)$/.exec(text.trim()) ?? []
  return Number(value) * (UNITS[unit] ?? NaN)
}
const pair = (text: string): number[] => text.split(' / ').map(bytes)

describe.skipIf(!canRunEngine)('figures on the real engine', () => {
  let engine: TestEngine
  let client: DockerClient
  let session: EngineSession
  const context = { signal: new AbortController().signal }

  beforeAll(async () => {
    engine = await startEngine()
    await engine.importBusybox()
    client = await DockerClient.connect({ kind: 'unix', path: engine.socket })
    session = new EngineSession()
    await session.connect({ kind: 'unix', path: engine.socket })
  })
  afterAll(async () => {
    session.disconnect()
    client.dispose()
    await engine.stop()
  })

  const run = (name: string, script: string, ...options: string[]) =>
    engine.docker('run', '-d', '--name', name, ...options, BUSYBOX, 'sh', '-c', script)
  const cli = async (name: string) =>
    JSON.parse(await engine.docker('stats', '--no-stream', '--format', 'json', name)) as CliStats
  const figures = async (id: string): Promise<ContainerStats> => {
    for await (const sample of watchSamples(client, id, AbortSignal.timeout(30_000))) {
      const stats = containerStats(sample)
      if (stats !== null) return stats
    }
    throw new Error('no figures')
  }
  const failure = (work: Promise<unknown>) =>
    work.then(
      () => null,
      (error: unknown) => error as AppError
    )

  it('equal docker stats within sampling, and are written like it', async () => {
    const work = 'while :; do echo x > /dev/null; done & while :; do ping -c1 -w1 127.0.0.1 >/dev/null; done'
    const id = await run('busy', work, '--memory', '64m', '--cpus', '0.5')
    const [ours, theirs] = await Promise.all([figures(id), cli('busy')])
    const text = statsText(ours)
    // Half a core is what it is held to, whenever it is measured.
    expect(ours.cpuPercent).toBeGreaterThan(20)
    expect(Math.abs(ours.cpuPercent - parseFloat(theirs.CPUPerc))).toBeLessThan(25)
    const [used = 0, limit] = pair(theirs.MemUsage)
    expect(ours.memoryLimitBytes).toBe(limit)
    expect(text.memoryUsage.split(' / ')[1]).toBe(theirs.MemUsage.split(' / ')[1])
    expect(Math.abs(ours.memoryBytes - used)).toBeLessThan(2 * 1024 ** 2)
    expect(Math.abs(ours.pids - Number(theirs.PIDs))).toBeLessThanOrEqual(2)
    for (const form of [text.cpu, theirs.CPUPerc, text.memoryPercent, theirs.MemPerc])
      expect(form).toMatch(/^\d+\.\d\d%$/)
    await engine.docker('rm', '-f', 'busy')
  })

  it('count what goes over the network as docker stats does', async () => {
    const server = await run('server', 'dd if=/dev/zero of=/tmp/big bs=1M count=3; httpd -f -p 80 -h /tmp')
    const address = (
      await engine.docker(
        'inspect',
        '-f',
        '{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}',
        'server'
      )
    ).trim()
    const before = await takeSample(client, server)
    const fetch = `until wget -qO /dev/null http://${address}/big; do sleep 0.1; done`
    await engine.docker('run', '--rm', BUSYBOX, 'sh', '-c', fetch)
    const after = await takeSample(client, server)
    const [ours, theirs] = await Promise.all([figures(server), cli('server')])
    expect(ours.sentBytes).toBeGreaterThan(3e6)
    const [received = 0, sent = 0] = pair(theirs.NetIO)
    expect(Math.abs(ours.sentBytes - sent)).toBeLessThan(20_000)
    expect(Math.abs(ours.receivedBytes - received)).toBeLessThan(20_000)
    const point = pointBetween(before, after, 0)
    expect(((point?.sentPerSecond ?? 0) * (point?.spanMs ?? 0)) / 1000).toBeGreaterThan(3e6)
    await engine.docker('rm', '-f', 'server')
  })

  it('are dashes for a container that does not run, as in docker stats', async () => {
    const id = await engine.docker('create', '--name', 'never', BUSYBOX, 'true')
    const samples = watchSamples(client, id, AbortSignal.timeout(20_000))
    const first = await samples.next()
    expect(first.value && containerStats(first.value)).toBeNull()
    await samples.return()
    await engine.docker('rm', 'never')
  })

  it('are recorded for a container nobody looks at, over a restart without a negative rate', async () => {
    const own = new EngineSession()
    const quick = { intervalMs: 300, perReadingMs: 0 }
    const recorder = new StatsRecorder(own, { shown: quick, hidden: quick })
    await own.connect({ kind: 'unix', path: engine.socket })
    const id = await run('quiet', 'while :; do i=$((i+1)); done')
    const { history, release } = recorder.book.read(id)
    const count = () => history.views()[0]?.at.length ?? 0
    await expect.poll(count, { timeout: 30_000 }).toBeGreaterThan(2)
    expect(recorder.openStreams).toBe(0)
    await engine.docker('restart', '-t', '0', 'quiet')
    const restarted = count()
    await expect.poll(count, { timeout: 30_000 }).toBeGreaterThan(restarted + 2)
    const [level] = history.views()
    for (const column of level?.values ?? [])
      for (const value of column) expect(value).toBeGreaterThanOrEqual(0)
    expect(Math.max(...(level?.values[0] ?? []))).toBeGreaterThan(20)
    await engine.docker('rm', '-f', 'quiet')
    await expect.poll(() => recorder.book.size).toBe(1)
    release()
    expect(recorder.book.size).toBe(0)
    own.disconnect()
  })

  describe('and processes', () => {
    const handlers = () => processesHandlers({ session, enginePid: () => engine.pid })
    /** Says which signals arrive, and in which process: the main one `main`, the other one `child`. */
    const TRAPS =
      'sh -c \'trap "echo child-USR1" USR1; trap "echo child-HUP" HUP; while :; do sleep 0.1; done\' & ' +
      'trap "echo main-USR1" USR1; echo ready; while :; do sleep 0.1; done'
    const logs = () => engine.docker('logs', 'procs')
    let id: string

    beforeAll(async () => {
      id = await run('procs', TRAPS)
      await vi.waitUntil(async () => (await logs()).includes('ready'), { timeout: 20_000 })
    })
    const child = async () => {
      const { processes } = await handlers().top({ id }, context)
      const found = processes.find(({ command, main }) => !main && command.includes('child-USR1'))
      if (found === undefined) throw new Error('no child')
      return found
    }

    it('equal docker top, with the pids the container itself has', async () => {
      const { psArgs, processes, translated } = await handlers().top({ id }, context)
      expect(translated).toBe(true)
      const lines = (await engine.docker('top', 'procs', ...psArgs.split(' '))).split('\n').slice(1)
      // The short sleeps come and go between the two.
      const theirs = lines.filter((line) => line.includes('child-USR1'))
      const ours = processes.filter(({ command }) => command.includes('child-USR1'))
      expect(ours.map(({ pid }) => pid)).toEqual(theirs.map((line) => Number(line.trim().split(/\s+/)[0])))
      for (const process of ours) expect(theirs.some((line) => line.endsWith(process.command))).toBe(true)
      expect(processes.find(({ main }) => main)?.insidePid).toBe(1)
      const inside = await engine.docker('exec', 'procs', 'ps', '-o', 'pid,args')
      const { insidePid } = await child()
      expect(inside).toMatch(new RegExp(`^ *${insidePid} sh -c trap "echo child-USR1`, 'm'))
    })

    it('are sent the signal that was meant for them, and no other one is', async () => {
      await handlers().signal({ id, signal: 'USR1', process: null })
      await expect.poll(logs, { timeout: 20_000 }).toContain('main-USR1')
      expect(await logs()).not.toContain('child-USR1')
      await handlers().signal({ id, signal: 'HUP', process: await child() })
      await expect.poll(logs, { timeout: 20_000 }).toContain('child-HUP')
      expect(await logs()).not.toContain('main-HUP')
    })

    it('are not sent a signal that was meant for one that has ended', async () => {
      const { pid } = await child()
      const gone = { id, signal: 'TERM', process: { pid, command: 'another program' } } as const
      expect(await failure(handlers().signal(gone))).toMatchObject({
        code: 'NotFound',
        message: `Could not send TERM to process ${pid} of container ${id.slice(0, 12)}: The process has ended.`
      })
      const doomed = await child()
      await handlers().signal({ id, signal: 'KILL', process: doomed })
      await expect
        .poll(async () => (await handlers().top({ id }, context)).processes.map((one) => one.pid))
        .not.toContain(doomed.pid)
      expect(await failure(handlers().signal({ id, signal: 'TERM', process: doomed }))).toMatchObject({
        code: 'NotFound'
      })
      expect(await engine.docker('inspect', '-f', '{{.State.Running}}', 'procs')).toBe('true')
    })

    it('are told apart from those of another machine by the cgroup they are in', async () => {
      const foreign = processesHandlers({ session, enginePid: () => null })
      const { translated, processes } = await foreign.top({ id }, context)
      expect(translated).toBe(true)
      expect(processes.find(({ main }) => main)?.insidePid).toBe(1)
    })

    it('are none when it does not run: the engine says so', async () => {
      await handlers().signal({ id, signal: 'KILL', process: null })
      await expect
        .poll(() => engine.docker('inspect', '-f', '{{.State.ExitCode}} {{.State.Running}}', 'procs'))
        .toBe('137 false')
      expect(await failure(handlers().top({ id }, context))).toMatchObject({ code: 'Conflict' })
      expect(await failure(handlers().signal({ id, signal: 'TERM', process: null }))).toMatchObject({
        code: 'Conflict'
      })
    })
  })
})
