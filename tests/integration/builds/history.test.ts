/** The history of builds on the real engine, told by BuildKit itself and compared with what buildx prints of it. */
import { execFile } from 'node:child_process'
import { mkdir, writeFile } from 'node:fs/promises'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { BuildProgress, BuildRecord, PastBuild } from '@shared/contract/build-history'
import { applyChange } from '@shared/patch'
import { BuildHistory } from '@main/build-history/service'
import { readBuildCache } from '@main/docker/build-cache'
import { DockerClient } from '@main/docker/client'
import { BUSYBOX, canRunEngine, startEngine, type TestEngine } from '../engine-fixture'

const exec = promisify(execFile)
const SECRET = 'hunter2-is-nowhere'

/** One line of `buildx history ls --format json`. */
interface Listed {
  readonly ref: string
  readonly name: string
  readonly total_steps: number
  readonly completed_steps: number
  readonly cached_steps: number
}

describe.skipIf(!canRunEngine)('the history of builds', () => {
  let engine: TestEngine
  let client: DockerClient
  let history: BuildHistory
  const signal = new AbortController().signal

  beforeAll(async () => {
    engine = await startEngine()
    await engine.importBusybox()
    client = await DockerClient.connect({ kind: 'unix', path: engine.socket })
    history = new BuildHistory({
      client: () => Promise.resolve(client),
      buildxFolders: [`${engine.home}/cli/buildx`]
    })
  })
  afterAll(async () => {
    client.dispose()
    await engine.stop()
  })

  /** Starts a build with the CLI, as anybody does in a terminal. */
  async function build(name: string, lines: readonly string[], ...args: string[]): Promise<void> {
    const folder = `${engine.home}/${name}`
    await mkdir(folder, { recursive: true })
    await writeFile(`${folder}/Dockerfile`, lines.join('\n'))
    await exec('docker', ['buildx', 'build', ...args, folder], { env: { ...engine.env, TOKEN: SECRET } })
  }
  const buildx = async (...args: string[]): Promise<string> => await engine.docker('buildx', ...args)
  const listed = async (): Promise<Listed[]> =>
    (await buildx('history', 'ls', '--no-trunc', '--format', 'json'))
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as Listed)

  /** Follows the list as the page does; `until` waits for a list that is as wanted. */
  function follow() {
    const stop = new AbortController()
    let rows: ReadonlyMap<string, BuildRecord> = new Map()
    let looked: () => void = () => undefined
    const reading = (async () => {
      for await (const change of history.watch(stop.signal)) {
        rows = applyChange(rows, change)
        looked()
      }
    })().catch((error: unknown) => {
      if (!stop.signal.aborted) throw error
    })
    return {
      until: async (wanted: (rows: readonly BuildRecord[]) => boolean): Promise<readonly BuildRecord[]> => {
        while (!wanted([...rows.values()])) await new Promise<void>((resolve) => (looked = resolve))
        return [...rows.values()]
      },
      stop: async () => {
        stop.abort()
        await reading
      }
    }
  }

  async function progressOf(ref: string): Promise<BuildProgress> {
    const all: BuildProgress[] = []
    for await (const item of history.progress(ref, signal)) all.push(BuildProgress.parse(item))
    const last = all.at(-1)
    if (last === undefined) throw new Error('no progress')
    const steps = new Map(all.flatMap((item) => item.steps).map((step) => [step.id, step]))
    return { ...last, steps: [...steps.values()], lines: all.flatMap(({ lines }) => lines) }
  }

  it('has builds of the CLI by itself, as they begin, end and are deleted', async () => {
    const list = follow()
    expect(await list.until((rows) => rows.length === 0)).toEqual([])
    const building = build('shop', [`FROM ${BUSYBOX}`, 'RUN sleep 2; echo made > /x'], '-t', 'shop:1')
    const [running] = await list.until((rows) => rows.some(({ state }) => state === 'Running'))
    expect(running).toMatchObject({ name: 'shop', builder: 'default', durationMs: null })
    await building
    const [done] = await list.until((rows) => rows.some(({ state }) => state === 'Done'))
    expect(done).toMatchObject({ Id: running?.Id, name: 'shop', context: `${engine.home}/shop` })
    expect(done?.tags.join()).toContain('shop:1')
    expect(done?.durationMs).toBeGreaterThan(2000)
    BuildRecord.parse(done)

    await history.remove(done?.ref ?? '', signal)
    await list.until((rows) => rows.length === 0)
    expect(await listed()).toEqual([])
    await list.stop()
  })

  it('says what buildx history ls says, for done, failed and cancelled builds', async () => {
    await build('again', [`FROM ${BUSYBOX}`, 'RUN sleep 2; echo made > /x', 'RUN echo more'], '-t', 'again:1')
    await build(
      'again',
      [`FROM ${BUSYBOX}`, 'RUN sleep 2; echo made > /x', 'RUN echo other'],
      '-t',
      'again:2'
    )
    await build('broken', [`FROM ${BUSYBOX}`, 'RUN echo last words && false']).catch(() => undefined)
    const folder = `${engine.home}/slow`
    await mkdir(folder)
    await writeFile(`${folder}/Dockerfile`, `FROM ${BUSYBOX}\nRUN sleep 300\n`)
    const list = follow()
    const stop = new AbortController()
    const slow = exec('docker', ['buildx', 'build', folder], {
      env: engine.env,
      signal: stop.signal,
      killSignal: 'SIGINT'
    }).catch(() => undefined)
    await list.until((rows) => rows.some(({ state }) => state === 'Running'))
    stop.abort()
    await slow
    const rows = await list.until((all) => all.length === 4 && all.every(({ state }) => state !== 'Running'))
    await list.stop()

    const words: Readonly<Record<string, string>> = {
      completed: 'Done',
      failed: 'Error',
      canceled: 'Canceled'
    }
    const cli = new Map((await listed()).map((one) => [one.ref.split('/').at(-1) ?? '', one]))
    expect(new Set(rows.map(({ ref }) => ref))).toEqual(new Set(cli.keys()))
    for (const row of rows) {
      const told = cli.get(row.ref)
      expect(row.name).toBe(told?.name)
      // The list of buildx calls a build that was stopped an error too.
      const status = await buildx('history', 'inspect', '--format', '{{.Status}}', row.ref)
      expect(row.state).toBe(words[status.toLowerCase()])
      expect([row.stepsTotal, row.stepsCached]).toEqual([told?.total_steps, told?.cached_steps])
    }
    expect(rows.map(({ state }) => state).sort()).toEqual(['Canceled', 'Done', 'Done', 'Error'])
    expect(rows.find(({ tags }) => tags.join().includes('again:2'))?.stepsCached).toBeGreaterThan(0)
  })

  it('tells steps, cache marks and lines as buildx history logs does', async () => {
    const again = (await allRows()).find(({ tags }) => tags.join().includes('again:2'))
    const { steps, lines, totals } = await progressOf(again?.ref ?? '')
    const raw = await exec(
      'docker',
      ['buildx', 'history', 'logs', '--progress', 'rawjson', again?.ref ?? ''],
      {
        env: engine.env
      }
    )
    const cli = new Map<string, { name: string; cached?: boolean }>()
    for (const line of `${raw.stdout}\n${raw.stderr}`.split('\n').filter((text) => text.startsWith('{'))) {
      const { vertexes } = JSON.parse(line) as {
        vertexes?: { digest: string; name: string; cached?: boolean }[]
      }
      for (const one of vertexes ?? []) cli.set(one.digest, one)
    }
    expect(steps.length).toBeGreaterThan(3)
    for (const step of steps) {
      expect(step.text).toBe(cli.get(step.id)?.name)
      expect(step.state === 'Cached').toBe(cli.get(step.id)?.cached ?? false)
    }
    expect(steps.find(({ text }) => text.includes('echo made'))?.state).toBe('Cached')
    expect(lines.map(({ text }) => text)).toContain('other')
    expect(totals.addedMs).toBeGreaterThan(0)
  })

  async function allRows(): Promise<readonly BuildRecord[]> {
    const list = follow()
    const rows = await list.until((all) => all.length > 0)
    await list.stop()
    return rows
  }

  it('shows where a build failed, at its line of the Dockerfile', async () => {
    const broken = (await allRows()).find(({ name }) => name === 'broken')
    const detail = PastBuild.parse(await history.inspect(broken?.ref ?? '', signal))
    expect(detail.error).toContain('exit code: 1')
    expect(detail.sources[0]).toMatchObject({ name: 'Dockerfile', failed: [{ from: 2, to: 2 }] })
    expect(detail.sources[0]?.text).toContain('RUN echo last words')
    const { steps, lines } = await progressOf(broken?.ref ?? '')
    expect(steps.find(({ text }) => text.includes('last words'))?.state).toBe('Error')
    expect(lines.map(({ text }) => text)).toContain('last words')
  })

  it('has source, inputs and provenance, and of a secret its name at most', async () => {
    const lines = [
      `FROM ${BUSYBOX} AS base`,
      'ARG COLOUR=red',
      'RUN --mount=type=secret,id=token test -s /run/secrets/token && echo $COLOUR > /c',
      'FROM base AS final',
      'RUN true'
    ]
    await build(
      'inputs',
      lines,
      ...['--build-arg', 'COLOUR=blue', '--label', 'team=harbour', '--target', 'final', '-t', 'inputs:1'],
      ...['--secret', 'id=token,env=TOKEN', '--no-cache']
    )
    const row = (await allRows()).find(({ name }) => name === 'inputs (final)')
    const detail = PastBuild.parse(await history.inspect(row?.ref ?? '', signal))
    const cli = JSON.parse(await buildx('history', 'inspect', '--format', 'json', row?.ref ?? '')) as {
      Name: string
      Context: string
      Target: string
      BuildArgs: { Name: string; Value: string }[]
      Labels: { Name: string; Value: string }[]
      Attachments: { Digest: string; Type: string }[]
      Materials?: { URI: string }[]
    }
    expect(detail.record).toMatchObject({ name: cli.Name, target: cli.Target, context: cli.Context })
    expect(detail.args).toEqual(cli.BuildArgs.map(({ Name, Value }) => ({ name: Name, value: Value })))
    expect(detail.labels).toEqual(cli.Labels.map(({ Name, Value }) => ({ name: Name, value: Value })))
    expect(detail.sources[0]?.text).toBe(lines.join('\n'))
    expect(detail.attachments.map(({ digest }) => digest)).toEqual(
      expect.arrayContaining(
        cli.Attachments.filter(({ Type }) => Type.startsWith('https:')).map(({ Digest }) => Digest)
      )
    )
    const first = detail.attachments[0]
    const { text, cut } = await history.attachment(row?.ref ?? '', first?.digest ?? '', signal)
    expect(cut).toBe(false)
    expect(text).toContain('"buildType"')
    const { lines: printed } = await progressOf(row?.ref ?? '')
    expect(JSON.stringify([detail, text, printed])).not.toContain(SECRET)
  })

  it('keeps a pinned build pinned, and names what is not there', async () => {
    const [row] = await allRows()
    await history.pin(row?.ref ?? '', true, signal)
    const list = follow()
    await list.until((rows) => rows.some(({ Id, pinned }) => Id === row?.Id && pinned))
    await history.pin(row?.ref ?? '', false, signal)
    await list.until((rows) => rows.every(({ pinned }) => !pinned))
    await list.stop()
    await expect(history.inspect('zzzzzzzzzzzzzzzzzzzzzzzzz', signal)).rejects.toMatchObject({
      code: 'NotFound'
    })
    await expect(
      history.attachment(row?.ref ?? '', `sha256:${'0'.repeat(64)}`, signal)
    ).rejects.toMatchObject({ code: 'NotFound' })
  })

  it('deletes a build that was looked into with the CLI, for good, and the engine lives on', async () => {
    const broken = (await allRows()).find(({ name }) => name === 'broken')
    const ref = broken?.ref ?? ''
    await buildx('history', 'inspect', ref)
    await history.inspect(ref, signal)
    const list = follow()
    await list.until((rows) => rows.some(({ Id }) => Id === ref))
    await history.remove(ref, signal)
    await list.until((rows) => rows.every(({ Id }) => Id !== ref))
    await list.stop()
    expect((await listed()).some((one) => one.ref.endsWith(ref))).toBe(false)
    await expect(history.remove(ref, signal)).rejects.toMatchObject({ code: 'NotFound' })
    expect((await allRows()).some(({ Id }) => Id === ref)).toBe(false)
  })

  it('has the build cache as buildx du lists it', async () => {
    const { records, store } = await readBuildCache(client, signal)
    expect(store).toBe('classic')
    const cli = (await buildx('du', '--verbose')).split('\n\n').flatMap((text) => {
      const id = /^ID:\s*(\S+)/m.exec(text)?.[1]
      return id === undefined ? [] : [{ id, parents: /^Parents?:\s*(.+)$/m.exec(text)?.[1] ?? '' }]
    })
    expect(new Set(records.map(({ id }) => id))).toEqual(new Set(cli.map(({ id }) => id)))
    for (const { id, parents } of cli) {
      const record = records.find((one) => one.id === id)
      for (const parent of record?.parents ?? []) expect(parents).toContain(parent)
    }
  })

  it('a list that is followed ends with a sentence when the engine goes, and leaves no connection', async () => {
    const stop = new AbortController()
    const watching = history.watch(stop.signal)
    await watching.next()
    const next = watching.next()
    process.kill(engine.pid, 'SIGKILL')
    await expect(next).rejects.toMatchObject({ message: expect.stringMatching(/./) as string })
    stop.abort()
  })
})
