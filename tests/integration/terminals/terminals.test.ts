/** Terminals on the real engine: exit codes, size, user, folder, variables, attach, and every way a session can end. */
import { rm } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { ExecOptions, TerminalSession } from '@shared/contract/exec'
import { applyChange } from '@shared/patch'
import { DockerClient } from '@main/docker/client'
import { TerminalRegistry } from '@main/terminals/registry'
import { Screen } from './screen'
import { BUSYBOX, canRunEngine, startEngine, type TestEngine } from '../engine-fixture'

const size = { columns: 80, rows: 24 }

/** A busy machine is no failure. */
const poll = <T>(read: () => T) => expect.poll(read, { timeout: 20_000 })

describe.skipIf(!canRunEngine)('terminals on the real engine', () => {
  let engine: TestEngine
  let client: DockerClient
  let terminals: TerminalRegistry
  let box: string

  beforeAll(async () => {
    engine = await startEngine()
    await engine.importBusybox()
    client = await DockerClient.connect({ kind: 'unix', path: engine.socket })
    terminals = new TerminalRegistry(() => Promise.resolve(client))
    void follow()
    box = await engine.docker('run', '-d', '--name', 'box', BUSYBOX, 'sleep', '100000')
  })
  afterAll(async () => {
    following.abort()
    await terminals.closeAll()
    client.dispose()
    await engine.stop()
  })

  const form = (over: Partial<ExecOptions> = {}): ExecOptions => ({
    id: box,
    command: ['sh'],
    user: '',
    workingDir: '',
    env: [],
    size,
    ...over
  })
  const type = (id: string, text: string) => terminals.input(id, new TextEncoder().encode(text))
  const show = (id: string, from = 0) => new Screen((signal) => terminals.view(id, from, signal))
  async function open(over: Partial<ExecOptions> = {}) {
    const id = await terminals.open(form(over))
    return { id, screen: show(id) }
  }
  async function run(over: Partial<ExecOptions>) {
    const { screen } = await open(over)
    return { end: await screen.end, text: screen.text }
  }
  const processes = async (container = 'box') =>
    (await engine.docker('exec', container, 'ps', '-o', 'args')).split('\n').slice(1)
  /** The list as a page follows it. */
  let listed: ReadonlyMap<string, TerminalSession> = new Map()
  const following = new AbortController()
  async function follow(): Promise<void> {
    for await (const change of terminals.watch(following.signal)) listed = applyChange(listed, change)
  }
  const info = async (id: string) => {
    await poll(() => listed.get(id)).toBeDefined()
    return listed.get(id)
  }
  const gone = (id: string) => poll(() => listed.get(id)).toBeUndefined()

  it('runs a command as docker exec -it runs it, and reads its exit code', async () => {
    const { end, text } = await run({ command: ['sh', '-c', 'echo from inside; exit 42'] })
    expect(text).toBe('from inside\r\n')
    expect(end).toMatchObject({ reason: 'exited', exitCode: 42 })
    const failed = await engine.docker('exec', 'box', 'sh', '-c', 'exit 42').catch((error: unknown) => error)
    expect(failed).toMatchObject({ code: 42 })
  })

  it('takes user, working directory and variables', async () => {
    const { text } = await run({
      command: ['sh', '-c', 'id -u; id -g; pwd; echo "$GREETING|$TERM"'],
      user: '12:34',
      workingDir: '/tmp',
      env: ['GREETING=two words']
    })
    expect(text).toBe('12\r\n34\r\n/tmp\r\ntwo words|xterm-256color\r\n')
  })

  it('has the size it was opened with, and follows', async () => {
    const { id, screen } = await open({ size: { columns: 101, rows: 33 } })
    await type(id, 'stty size\n')
    await poll(() => screen.text).toContain('33 101')
    await terminals.input(id, { columns: 1000, rows: 1 })
    await terminals.input(id, { columns: 64, rows: 20 })
    await type(id, 'sleep 0.2; stty size\n')
    await poll(() => screen.text).toContain('20 64')
    await terminals.close(id)
  })

  it('says what could not be run, and what to do', async () => {
    expect((await run({ command: ['nosuch'] })).end).toMatchObject({
      exitCode: 127,
      message: 'The image has no command "nosuch".'
    })
    expect((await run({ command: ['/etc'] })).end).toMatchObject({
      exitCode: 126,
      message: '"/etc" in the image cannot be run.'
    })
    expect((await run({ workingDir: '/nosuch' })).end).toMatchObject({
      message: 'There is no folder "/nosuch" in the container.'
    })
    expect((await run({ workingDir: 'relative' })).end).toMatchObject({
      message: 'The working directory is not an absolute path.'
    })
    // The shell's own code for what it did not find is not the engine's.
    expect((await run({ command: ['sh', '-c', 'nosuch'] })).end).toMatchObject({
      exitCode: 127,
      message: 'It ended with exit code 127.',
      hint: 'The command was not found.'
    })
    await expect(terminals.open(form({ user: 'nosuch' }))).rejects.toMatchObject({
      message: 'The image has no user "nosuch".'
    })
    await expect(terminals.open(form({ user: '0:nosuch' }))).rejects.toMatchObject({
      message: 'The image has no group "nosuch".'
    })
    for (const bad of [{ command: [''] }, { env: ['=x'] }, { command: ['a\0b'] }])
      await expect(terminals.open(form(bad))).rejects.toMatchObject({ code: 'InvalidParameter' })
  })

  it('refuses a stopped, a paused and a missing container in words', async () => {
    const stopped = await engine.docker('create', BUSYBOX, 'true')
    const paused = await engine.docker('run', '-d', BUSYBOX, 'sleep', '1000')
    await engine.docker('pause', paused)
    const refusals = await Promise.all(
      [stopped, paused, 'f'.repeat(64)].flatMap((id) =>
        [terminals.open(form({ id })), terminals.attach(id, size)].map((work) =>
          work.then(
            () => 'opened',
            (error: unknown) => (error as Error).message
          )
        )
      )
    )
    expect(refusals).toEqual([
      'The container is not running.',
      'The container is not running.',
      'The container is paused.',
      'The container is paused.',
      `There is no container ${'f'.repeat(12)}.`,
      `There is no container ${'f'.repeat(12)}.`
    ])
    await engine.docker('rm', '-f', stopped, paused)
  })

  it('finds the shells of a container in any state without running anything, and says when there is none', async () => {
    const signal = AbortSignal.timeout(60_000)
    expect(await terminals.shells(box, signal)).toEqual(['/bin/ash', '/bin/sh'])
    const bare = await engine.docker('create', BUSYBOX, 'true')
    expect(await terminals.shells(bare, signal)).toEqual(['/bin/ash', '/bin/sh'])
    await engine.docker('rm', bare)
    const rootfs = `${engine.home}/bare.tar`
    await engine.inNetwork('tar', '-C', '/', '-cf', rootfs, 'etc/hostname')
    await engine.docker('import', rootfs, 'bare:test')
    const shellless = await engine.docker('create', 'bare:test', '/none')
    expect(await terminals.shells(shellless, signal)).toEqual([])
    await engine.docker('rm', shellless)
    await rm(rootfs)
  })

  it('ends the process and what it runs in the foreground when it is closed', async () => {
    const { id, screen } = await open()
    await type(id, 'sleep 4711\n')
    await poll(() => processes()).toContain('sleep 4711')
    await terminals.close(id)
    expect(await screen.end).toMatchObject({ reason: 'exited' })
    await poll(async () => (await processes()).filter((line) => !/^(ps|\[)/.test(line))).toEqual([
      'sleep 100000'
    ])
    await gone(id)
  })

  it('ends a process that minds no signal, also one of another user, and leaves others alone', async () => {
    const other = await open()
    const { id } = await open({
      command: ['sh', '-c', 'trap "" HUP INT QUIT TERM; while :; do sleep 4712; done'],
      user: '1000'
    })
    await poll(() => processes()).toContain('sleep 4712')
    await terminals.close(id)
    await poll(async () => (await processes()).join()).not.toContain('4712')
    await type(other.id, 'echo still here\n')
    await poll(() => other.screen.text).toContain('\nstill here')
    await terminals.close(other.id)
  })

  it('goes on while no page shows it, and shows the same once one does', async () => {
    const { id, screen } = await open()
    await type(id, 'for n in 1 2 3; do echo "line $n"; done\n')
    await poll(() => screen.text).toContain('line 3')
    screen.leave()
    await screen.end
    await type(id, 'echo mean""while\n')
    const back = show(id)
    await poll(() => back.text).toContain('meanwhile')
    expect(back.text.startsWith(screen.text)).toBe(true)
    await terminals.close(id)
  })

  it('shows next to nothing of a flood after its interrupt, however much is on its way', async () => {
    const { id, screen } = await open()
    await type(id, 'yes\n')
    await poll(() => screen.text.length).toBeGreaterThan(300_000)
    // The page is busy until everything between program and page is full, and the program waits.
    const release = screen.hold()
    await poll(async () => await engine.docker('exec', 'box', 'ps', '-o', 'stat,args')).toMatch(/^S\s.*yes/m)
    const shown = screen.text.length
    await type(id, '\u0003')
    release()
    await poll(() => screen.text.slice(-20)).toContain('^C\r\n/ # ')
    expect(screen.text.length - shown).toBeLessThan(64 * 1024)
    await terminals.close(id)
  })

  it('takes a paste of a megabyte', async () => {
    const { id, screen } = await open({
      command: ['sh', '-c', 'stty raw -echo; echo ready; head -c 1000000 | wc -c']
    })
    await poll(() => screen.text).toContain('ready')
    const chunk = new TextEncoder().encode('x'.repeat(50_000))
    for (let n = 0; n < 20; n += 1) await terminals.input(id, chunk)
    await poll(() => screen.text).toContain('1000000')
    expect(await screen.end).toMatchObject({ exitCode: 0 })
  })

  it('is told that its container stopped, and by which code', async () => {
    const id = await engine.docker('run', '-d', '--name', 'goes', BUSYBOX, 'sleep', '1000')
    const { id: session, screen } = await open({ id })
    await poll(() => screen.text).toContain('#')
    await engine.docker('rm', '-f', 'goes')
    expect(await screen.end).toMatchObject({ reason: 'container-stopped' })
    await terminals.close(session)
  })

  it('runs again what ended, with the same user, folder and variables', async () => {
    const first = await open({ command: ['sh', '-c', 'echo "$A"; pwd'], env: ['A=kept'], workingDir: '/tmp' })
    await first.screen.end
    const again = await terminals.again(first.id, size)
    const screen = show(again)
    await screen.end
    expect(screen.text).toBe('kept\r\n/tmp\r\n')
    await gone(first.id)
  })

  it('names the sessions of a container apart', async () => {
    const sessions = [await open({ command: ['/bin/ash'] }), await open({ command: ['/bin/ash'] })]
    const names = await Promise.all(sessions.map(async ({ id }) => (await info(id))?.name))
    expect(names).toEqual(['ash', 'ash 2'])
    for (const { id } of sessions) await terminals.close(id)
  })

  it('attaches to the container’s own terminal, and lets go of it without ending it', async () => {
    const id = await engine.docker('run', '-dit', '--name', 'own', BUSYBOX, 'sh')
    const session = await terminals.attach(id, { columns: 90, rows: 30 })
    const screen = show(session)
    await type(session, 'stty size; echo at""tached\n')
    await poll(() => screen.text).toContain('30 90')
    await poll(() => screen.text).toContain('attached')
    await terminals.close(session)
    expect(await screen.end).toMatchObject({ reason: 'detached' })
    const keys = await terminals.attach(id, size)
    const second = show(keys)
    await type(keys, '\u0010\u0011')
    expect(await second.end).toMatchObject({ reason: 'detached', hint: 'It goes on running.' })
    expect(await engine.docker('inspect', '-f', '{{.State.Running}}', 'own')).toBe('true')
    const third = await terminals.again(keys, size)
    const last = show(third)
    await type(third, 'exit 7\n')
    expect(await last.end).toMatchObject({ reason: 'container-stopped', exitCode: 7 })
    await engine.docker('rm', 'own')
  })

  it('attaches to a container without a terminal: both outputs, and input where letting go does not close it', async () => {
    const script = 'while read -r line; do echo "out $line"; echo "err $line" >&2; done'
    const once = await engine.docker('run', '-d', '-i', BUSYBOX, 'sh', '-c', script)
    const closed = await engine.docker(
      'run',
      '-d',
      BUSYBOX,
      'sh',
      '-c',
      'while :; do echo hello; sleep 1; done'
    )
    const session = await terminals.attach(once, size)
    const screen = show(session)
    expect(await info(session)).toMatchObject({ input: true, tty: false })
    await type(session, 'x\n')
    await poll(() => screen.text).toContain('err x')
    expect(screen.text).toContain('out x\n')
    await terminals.close(session)
    expect(await engine.docker('inspect', '-f', '{{.State.Running}}', once)).toBe('true')
    const watched = await terminals.attach(closed, size)
    expect(await info(watched)).toMatchObject({ input: false, tty: false })
    const shown = show(watched)
    await poll(() => shown.text).toMatch(/^hello\n/)
    await terminals.close(watched)
    await engine.docker('rm', '-f', once, closed)
  })

  it('leaves nothing when the app closes', async () => {
    for (let n = 0; n < 3; n += 1) await open({ command: ['sh', '-c', `sleep 99${n}`] })
    await poll(async () => (await processes()).join()).toContain('sleep 992')
    await terminals.closeAll()
    await poll(async () => (await processes()).join()).not.toContain('sleep 99')
  })

  // The last one: the engine is gone after it.
  it('says that the connection broke off when the engine dies', async () => {
    const { screen } = await open({ command: ['sh'] })
    await poll(() => screen.text).toContain('#')
    process.kill(engine.pid, 'SIGKILL')
    expect(await screen.end).toMatchObject({
      reason: 'lost',
      message: 'The connection to the engine broke off.'
    })
    await expect(terminals.open(form())).rejects.toMatchObject({
      code: expect.stringMatching(/EngineNotRunning|Unavailable/) as string
    })
  })
})
