/** Logs on the real engine: what a view shows is what `docker logs` prints, whatever happens to the container and the engine. */
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import type { LogFilter, LogViewState } from '@shared/contract/logs'
import type { EngineEndpoint } from '@main/docker/endpoint'
import { LogService } from '@main/logs/service'
import { ScanHost } from '@main/logs/scan-host'
import type { ScanThread } from '@main/logs/scanner'
import { EngineSession } from '@main/resources/session'
import { BUSYBOX, canRunEngine, startEngine, type TestEngine } from '../engine-fixture'

const ALL: LogFilter = {
  stdout: true,
  stderr: true,
  levels: null,
  since: null,
  until: null,
  tail: null,
  query: '',
  regex: false,
  caseSensitive: false,
  onlyMatches: false
}

/** The scanning thread's code without its thread. */
function sameThread(): ScanThread {
  let [ended, listener] = [
    false,
    (message: never): void => {
      throw new Error(`too early: ${String(message)}`)
    }
  ]
  const host = new ScanHost((message) => setImmediate(() => ended || listener(message as never)))
  return {
    post: (message) => void setImmediate(() => ended || host.receive(message)),
    onMessage: (to) => (listener = to as typeof listener),
    onFailure: () => undefined,
    end: () => (ended = true)
  }
}

interface Opened {
  readonly state: () => LogViewState
  readonly texts: () => Promise<string[]>
  readonly until: (check: (state: LogViewState) => boolean) => Promise<LogViewState>
  readonly close: () => void
}

describe.skipIf(!canRunEngine)('logs on the real engine', () => {
  let engine: TestEngine
  let session: EngineSession
  let logs: LogService
  const open: Opened[] = []
  const endpoint = (): EngineEndpoint => ({ kind: 'unix', path: engine.socket })

  beforeAll(async () => {
    engine = await startEngine({ config: { 'live-restore': true } })
    await engine.importBusybox()
    session = new EngineSession()
    await session.connect(endpoint())
    logs = new LogService({ session, startScan: sameThread })
  })
  afterEach(() => {
    for (const view of open.splice(0)) view.close()
  })
  afterAll(async () => {
    logs.dispose()
    session.disconnect()
    await engine.stop()
  })

  function view(ids: readonly string[], filter: Partial<LogFilter> = {}): Opened {
    const abort = new AbortController()
    let state: LogViewState | null = null
    const follow = async (): Promise<void> => {
      const sources = ids.map((id, n) => ({ id, name: `c${n}` }))
      for await (const next of logs.watch({ sources, filter: { ...ALL, ...filter } }, abort.signal))
        state = next
    }
    void follow()
    const opened: Opened = {
      state: () => state!,
      texts: async () => {
        const { view: id, firstRow, endRow } = state!
        const rows = []
        for (let row = firstRow; row < endRow; row += 1000)
          rows.push(...(await logs.read(id, row, Math.min(endRow, row + 1000), false)))
        return rows.map(({ text }) => text)
      },
      until: (check) =>
        vi.waitFor(
          () => {
            if (state === null || !check(state))
              throw new Error(`not yet: ${JSON.stringify({ ...state, facets: null })}`)
            return state
          },
          { timeout: 60_000, interval: 20 }
        ),
      close: () => abort.abort()
    }
    open.push(opened)
    return opened
  }
  const settled = (state: LogViewState): boolean =>
    state.sources.every((one) => one.state !== 'reading') && !state.searching
  const run = (script: string, ...options: string[]): Promise<string> =>
    engine.docker('run', '-d', '--network', 'none', ...options, BUSYBOX, 'sh', '-c', script)
  const cli = async (...args: string[]): Promise<string[]> => {
    const out = await engine.docker('logs', ...args)
    return out === '' ? [] : out.split('\n')
  }

  it('equal docker logs: lines, timestamps, streams, tail, since and until', async () => {
    const id = await run(
      'for i in $(seq 1 300); do echo out $i; [ $((i % 10)) = 0 ] && echo err $i >&2; [ $((i % 50)) = 0 ] && sleep 0.02; done; sleep 0'
    )
    await engine.docker('wait', id)
    const all = view([id])
    const { view: name } = await all.until((state) => settled(state) && state.endRow === 330)
    const rows = await logs.read(name, 0, 330, false)
    expect(
      rows.filter(({ stream }) => stream === 'stdout').map(({ time, text }) => `${time} ${text}`)
    ).toEqual(await cli('-t', id))
    expect(rows.filter(({ stream }) => stream === 'stderr').map(({ text }) => text)).toEqual(
      Array.from({ length: 30 }, (_, n) => `err ${(n + 1) * 10}`)
    )
    const errors = view([id], { stdout: false })
    await errors.until((state) => settled(state) && state.endRow === 30)
    expect((await errors.texts())[29]).toBe('err 300')

    const last = view([id], { tail: 40 })
    await last.until((state) => settled(state) && state.endRow - state.firstRow === 40)
    const tailed = await logs.read(last.state().view, 0, 1000, false)
    expect(tailed.filter(({ stream }) => stream === 'stdout').map(({ text }) => text)).toEqual(
      await cli('--tail', '40', id)
    )

    const [since, until] = [rows[100]!, rows[200]!].map(({ time }) => Date.parse(`${time.slice(0, 23)}Z`))
    const part = view([id], { since: since!, until: until! })
    await part.until((state) => settled(state) && state.endRow > 0)
    const iso = (ms: number): string => new Date(ms).toISOString()
    const expected = await cli('--since', iso(since!), '--until', iso(until!), id)
    const parts = await logs.read(part.state().view, 0, 1000, false)
    expect(parts.filter(({ stream }) => stream === 'stdout').map(({ text }) => text)).toEqual(expected)
  })

  it('follow a container through a restart and stay after it was removed', async () => {
    const id = await run('echo begin; trap exit TERM; while :; do sleep 0.1; done', '--stop-timeout', '3')
    const one = view([id])
    await one.until((state) => state.sources[0]?.state === 'following' && state.endRow === 1)
    await engine.docker('restart', id)
    await one.until((state) => state.endRow === 2)
    await engine.docker('stop', id)
    await one.until((state) => state.sources[0]?.state === 'ended')
    await engine.docker('start', id)
    await one.until((state) => state.endRow === 3 && state.sources[0]?.state === 'following')
    expect(await one.texts()).toEqual(await cli(id))
    await engine.docker('rm', '-f', id)
    await one.until((state) => state.sources[0]?.state === 'removed')
    expect(await one.texts()).toEqual(['begin', 'begin', 'begin'])
    one.close()
    const again = view([id])
    await again.until((state) => state.endRow === 3 && state.sources[0]?.state === 'removed')
    expect(await again.texts()).toEqual(['begin', 'begin', 'begin'])
  })

  it('go on where they were, with nothing lost or twice, when they are opened again and again while lines come', async () => {
    const id = await run(
      'i=0; while [ $i -lt 20000 ]; do i=$((i+1)); echo line $i; [ $((i % 500)) = 0 ] && sleep 0.05; done; sleep 1000'
    )
    for (let round = 0; round < 4; round += 1) {
      const once = view([id])
      await once.until((state) => state.endRow > 10 + round * 500)
      once.close()
      await vi.waitFor(() => expect(logs.counters.readers).toBe(0), { timeout: 5000 })
    }
    const rest = view([id])
    await rest.until((state) => state.endRow >= 20_000)
    expect(await rest.texts()).toEqual(await cli(id))
    await engine.docker('rm', '-f', id)
  })

  it('show a terminal, a line of ten megabytes, invalid UTF-8, NUL and escapes without harm', async () => {
    const tty = await run("printf 'a\\r\\033[Kb\\033[31mred\\033[0m\\n'; echo two", '-t')
    const wide = await run(
      "head -c 10485760 /dev/zero | tr '\\0' x; echo; printf 'nul \\000 \\377 \\033]0;t\\007 end\\n'"
    )
    await engine.docker('wait', tty, wide)
    const first = view([tty])
    await first.until((state) => settled(state) && state.endRow === 2)
    expect(await first.texts()).toEqual(['bred', 'two'])
    const second = view([wide])
    const { view: name } = await second.until((state) => settled(state) && state.endRow === 2)
    const [long, odd] = await logs.read(name, 0, 2, false)
    expect([long!.sizeBytes, long!.cut, long!.text.length]).toEqual([10_485_760, true, 4096])
    expect(odd!.text).toBe('nul ␀ \ufffd  end')
    const searched = view([wide], { query: 'x{100}', regex: true })
    await searched.until((state) => settled(state) && state.matches === 1)
    const both = view([tty, wide], { query: 'end' })
    await both.until((state) => settled(state) && state.endRow === 4 && state.matches === 1)
  })

  it('are exported byte for byte', async () => {
    const id = await run(
      "for i in $(seq 1 2000); do printf '\\033[32mline %d\\033[0m\\n' $i; done; printf last"
    )
    await engine.docker('wait', id)
    const one = view([id])
    await one.until((state) => settled(state) && state.endRow === 2001)
    const folder = await mkdtemp('/tmp/q-export-')
    try {
      await logs
        .export(one.state().view, { what: 'all', timestamps: false })
        .write(`${folder}/a`, () => undefined, new AbortController().signal)
      expect(await readFile(`${folder}/a`, 'utf8')).toBe(await engine.docker('logs', id))
      await logs
        .export(one.state().view, { what: 'all', timestamps: true })
        .write(`${folder}/t`, () => undefined, new AbortController().signal)
      expect(await readFile(`${folder}/t`, 'utf8')).toBe(await engine.docker('logs', '-t', id))
      const found = view([id], { query: 'line 199', onlyMatches: true })
      await found.until((state) => settled(state) && state.endRow === 11)
      await logs
        .export(found.state().view, { what: 'shown', timestamps: false })
        .write(`${folder}/m`, () => undefined, new AbortController().signal)
      expect((await readFile(`${folder}/m`, 'utf8')).split('\n')).toHaveLength(12)
      const nowhere = logs
        .export(one.state().view, { what: 'all', timestamps: false })
        .write(`${folder}/no/where`, () => undefined, new AbortController().signal)
      await expect(nowhere).rejects.toThrow('Could not write the file')
    } finally {
      await rm(folder, { recursive: true })
    }
  })

  it('of a driver that keeps nothing say so in a sentence', async () => {
    const id = await run('echo gone', '--log-driver', 'none')
    const one = view([id])
    const { sources } = await one.until((state) => state.sources[0]?.state === 'unreadable')
    expect(sources[0]!.message).toMatch(/log/i)
    expect(sources[0]!.hint).not.toBe('')
  })

  it('are cleared and shown again, for all who look', async () => {
    const id = await run('echo a; echo b; sleep 1000')
    const one = view([id])
    const other = view([id], { query: 'b' })
    await one.until((state) => settled(state) && state.endRow === 2)
    logs.clear(one.state().view, true)
    await one.until((state) => state.endRow - state.firstRow === 0 && state.cleared)
    await other.until((state) => settled(state) && state.matches === 0)
    logs.clear(one.state().view, false)
    await one.until((state) => state.endRow - state.firstRow === 2 && !state.cleared)
    await engine.docker('rm', '-f', id)
  })

  it('leave nothing open behind: fifty views opened and closed', async () => {
    const id = await run('while :; do echo x; sleep 0.05; done')
    for (let n = 0; n < 50; n += 1) {
      const one = view([id], n % 2 === 0 ? {} : { query: 'x', onlyMatches: true })
      await one.until((state) => state.endRow > 0)
      one.close()
    }
    await vi.waitFor(() => expect(logs.counters).toMatchObject({ views: 0, readers: 0, thread: false }), {
      timeout: 5000
    })
    await engine.docker('rm', '-f', id)
  })

  it('stay readable while the engine is gone, and go on when it is back', async () => {
    const id = await run('i=0; while :; do i=$((i+1)); echo line $i; sleep 0.02; done')
    const one = view([id])
    await one.until((state) => state.endRow > 20)
    process.kill(engine.pid, 'SIGKILL')
    await one.until((state) => state.sources[0]?.state === 'waiting')
    expect((await one.texts())[0]).toBe('line 1')
    session.disconnect()
    await restartDaemon(engine)
    await session.connect(endpoint())
    const { endRow } = one.state()
    await one.until((state) => state.sources[0]?.state === 'following' && state.endRow > endRow + 20)
    const texts = await one.texts()
    expect(texts).toEqual(texts.map((_, n) => `line ${n + 1}`))
    await engine.docker('rm', '-f', id)
  })
})

/** Starts dockerd again on the same folders; the fixture's `stop` finds it by its home. */
async function restartDaemon(engine: TestEngine): Promise<void> {
  const { spawn } = await import('node:child_process')
  const { ping } = await import('../engine-fixture')
  const { home } = engine
  const args = [
    '--config-file',
    `${home}/daemon.json`,
    '--data-root',
    `${home}/data`,
    '--exec-root',
    `${home}/exec`
  ]
  args.push('--pidfile', `${home}/docker.pid`, '-H', `unix://${home}/docker.sock`)
  const script = 'ulimit -n 65536 2>/dev/null; busybox ip link set lo up 2>/dev/null; exec "$@"'
  spawn(
    '/usr/bin/unshare',
    ['--net', '/bin/sh', '-c', script, 'sh', `${engine.bundleDir}/bin/dockerd`, ...args],
    {
      env: engine.env,
      stdio: 'ignore',
      detached: true
    }
  ).unref()
  await vi.waitFor(async () => expect(await ping(engine.socket)).toBe(true), {
    timeout: 60_000,
    interval: 100
  })
}
