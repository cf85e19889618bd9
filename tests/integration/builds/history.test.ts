/** The history of builds on the real engine, told by BuildKit itself and compared with what buildx prints of it. */
import { execFile } from 'node:child_process'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { promisify } from 'node:util'
import { gunzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { BuildRecord, PastBuild } from '@shared/contract/build-history'
import { BuildHistory } from '@main/build-history/service'
import { readBuildCache } from '@main/docker/build-cache'
import { DockerClient } from '@main/docker/client'
import { BUSYBOX, canRunEngine, startEngine, type TestEngine } from '../engine-fixture'
import { historyBench, SECRET, type HistoryBench } from './history-fixture'

const exec = promisify(execFile)
describe.skipIf(!canRunEngine)('the history of builds', () => {
  let engine: TestEngine
  let client: DockerClient
  let history: BuildHistory
  let bench: HistoryBench
  const signal = new AbortController().signal

  beforeAll(async () => {
    engine = await startEngine()
    await engine.importBusybox()
    client = await DockerClient.connect({ kind: 'unix', path: engine.socket })
    history = new BuildHistory({
      client: () => Promise.resolve(client),
      buildxFolders: [`${engine.home}/cli/buildx`]
    })
    bench = historyBench(engine, history)
  })
  afterAll(async () => {
    client.dispose()
    await engine.stop()
  })

  it('has builds of the CLI by itself, as they begin, end and are deleted', async () => {
    const list = bench.follow()
    expect(await list.until((rows) => rows.length === 0)).toEqual([])
    const building = bench.build('shop', [`FROM ${BUSYBOX}`, 'RUN sleep 2; echo made > /x'], '-t', 'shop:1')
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
    expect(await bench.listed()).toEqual([])
    await list.stop()
  })

  it('says what buildx history ls says, for done, failed and cancelled builds', async () => {
    await bench.build(
      'again',
      [`FROM ${BUSYBOX}`, 'RUN sleep 2; echo made > /x', 'RUN echo more'],
      '-t',
      'again:1'
    )
    await bench.build(
      'again',
      [`FROM ${BUSYBOX}`, 'RUN sleep 2; echo made > /x', 'RUN echo other'],
      '-t',
      'again:2'
    )
    await bench.build('broken', [`FROM ${BUSYBOX}`, 'RUN echo last words && false']).catch(() => undefined)
    const folder = `${engine.home}/slow`
    await mkdir(folder)
    await writeFile(`${folder}/Dockerfile`, `FROM ${BUSYBOX}\nRUN sleep 300\n`)
    const list = bench.follow()
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
    const cli = new Map((await bench.listed()).map((one) => [one.ref.split('/').at(-1) ?? '', one]))
    expect(new Set(rows.map(({ ref }) => ref))).toEqual(new Set(cli.keys()))
    for (const row of rows) {
      const told = cli.get(row.ref)
      expect(row.name).toBe(told?.name)
      // The list of buildx calls a build that was stopped an error too.
      const status = await bench.buildx('history', 'inspect', '--format', '{{.Status}}', row.ref)
      expect(row.state).toBe(words[status.toLowerCase()])
      expect([row.stepsTotal, row.stepsCached]).toEqual([told?.total_steps, told?.cached_steps])
    }
    expect(rows.map(({ state }) => state).sort()).toEqual(['Canceled', 'Done', 'Done', 'Error'])
    expect(rows.find(({ tags }) => tags.join().includes('again:2'))?.stepsCached).toBeGreaterThan(0)
  })

  it('tells steps, cache marks and lines as buildx history logs does', async () => {
    const again = (await bench.allRows()).find(({ tags }) => tags.join().includes('again:2'))
    const { steps, lines, totals } = await bench.progressOf(again?.ref ?? '')
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

  it('shows where a build failed, at its line of the Dockerfile', async () => {
    const broken = (await bench.allRows()).find(({ name }) => name === 'broken')
    const detail = PastBuild.parse(await history.inspect(broken?.ref ?? '', signal))
    expect(detail.error).toContain('exit code: 1')
    expect(detail.sources[0]).toMatchObject({ name: 'Dockerfile', failed: [{ from: 2, to: 2 }] })
    expect(detail.sources[0]?.text).toContain('RUN echo last words')
    const { steps, lines } = await bench.progressOf(broken?.ref ?? '')
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
    await bench.build(
      'inputs',
      lines,
      ...['--build-arg', 'COLOUR=blue', '--label', 'team=harbour', '--target', 'final', '-t', 'inputs:1'],
      ...['--secret', 'id=token,env=TOKEN', '--no-cache']
    )
    const row = (await bench.allRows()).find(({ name }) => name === 'inputs (final)')
    const detail = PastBuild.parse(await history.inspect(row?.ref ?? '', signal))
    const cli = JSON.parse(await bench.buildx('history', 'inspect', '--format', 'json', row?.ref ?? '')) as {
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
    expect(detail.result).toEqual([
      await engine.docker('image', 'inspect', '--format', '{{.Id}}', 'inputs:1')
    ])
    expect(detail.attachments.map(({ digest }) => digest)).toEqual(
      expect.arrayContaining(
        cli.Attachments.filter(({ Type }) => Type.startsWith('https:')).map(({ Digest }) => Digest)
      )
    )
    const first = detail.attachments[0]
    const { text, cut } = await history.attachment(row?.ref ?? '', first?.digest ?? '', signal)
    expect(cut).toBe(false)
    expect(text).toContain('"buildType"')
    const { lines: printed } = await bench.progressOf(row?.ref ?? '')
    expect(JSON.stringify([detail, text, printed])).not.toContain(SECRET)
  })

  it('keeps a pinned build pinned, and names what is not there', async () => {
    const [row] = await bench.allRows()
    await history.pin(row?.ref ?? '', true, signal)
    const list = bench.follow()
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

  it('writes builds into a file as buildx does, and reads what buildx wrote', async () => {
    const rows = await bench.allRows()
    const broken = rows.find(({ name }) => name === 'broken')?.ref ?? ''
    const inputs = rows.find(({ name }) => name === 'inputs (final)')?.ref ?? ''
    const [ours, theirs] = [`${engine.home}/ours.dockerbuild`, `${engine.home}/theirs.dockerbuild`]
    const chunks: Buffer[] = []
    for await (const chunk of history.exported([broken, inputs], signal)) chunks.push(chunk)
    await writeFile(ours, Buffer.concat(chunks))
    await bench.buildx('history', 'export', '--output', theirs, inputs)
    const own = await history.open(ours, signal)
    const [opened] = await history.open(theirs, signal)
    expect(own.map(({ state }) => state).sort()).toEqual(['Done', 'Error'])

    // Of the engine, out of our file, out of buildx's: the same build.
    const pairs = [
      [inputs, opened?.ref],
      [inputs, own.find(({ state }) => state === 'Done')?.ref],
      [broken, own.find(({ state }) => state === 'Error')?.ref]
    ] as const
    for (const [ref, filed = ''] of pairs) {
      const [detail, read] = [await history.inspect(ref, signal), await history.inspect(filed, signal)]
      const { record, ...rest } = PastBuild.parse(read)
      // The image is known by its tag, which is the engine's alone.
      expect({ record: detail.record, ...rest, result: detail.result }).toEqual(detail)
      expect(record).toEqual({ ...detail.record, Id: filed, ref: filed, builder: record.builder })
      const [now, then] = [await bench.progressOf(ref), await bench.progressOf(filed)]
      expect(then.steps).toEqual(now.steps)
      expect(then.lines).toEqual(now.lines)
      for (const { digest } of detail.attachments) {
        expect(await history.attachment(filed, digest, signal)).toEqual(
          await history.attachment(ref, digest, signal)
        )
      }
    }
    const whole = await readFile(ours)
    expect(gunzipSync(whole).includes(SECRET)).toBe(false)
    await writeFile(ours, whole.subarray(0, whole.length / 2))
    await expect(history.open(ours, signal)).rejects.toMatchObject({ code: 'DataLoss' })
    expect(history.close(opened?.ref ?? '')).toEqual([opened?.ref])
    await expect(history.inspect(opened?.ref ?? '', signal)).rejects.toMatchObject({ code: 'NotFound' })
  })

  it('deletes a build that was looked into with the CLI, for good, and the engine lives on', async () => {
    const broken = (await bench.allRows()).find(({ name }) => name === 'broken')
    const ref = broken?.ref ?? ''
    await bench.buildx('history', 'inspect', ref)
    await history.inspect(ref, signal)
    const list = bench.follow()
    await list.until((rows) => rows.some(({ Id }) => Id === ref))
    await history.remove(ref, signal)
    await list.until((rows) => rows.every(({ Id }) => Id !== ref))
    await list.stop()
    expect((await bench.listed()).some((one) => one.ref.endsWith(ref))).toBe(false)
    await expect(history.remove(ref, signal)).rejects.toMatchObject({ code: 'NotFound' })
    expect((await bench.allRows()).some(({ Id }) => Id === ref)).toBe(false)
  })

  it('has the build cache as buildx du lists it', async () => {
    const { records, store } = await readBuildCache(client, signal)
    expect(store).toBe('classic')
    const cli = (await bench.buildx('du', '--verbose')).split('\n\n').flatMap((text) => {
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
