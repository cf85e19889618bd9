/**
 * A real Docker Engine for one test file: the bundled dockerd, plain, in a short temporary home and (by default) in a
 * network namespace of its own, so that files can run side by side. Used by every integration test that needs an
 * engine; tests of the supervisor itself have their own fixture. Needs root and resources/engine.
 */
import { execFile, spawn, type ChildProcess } from 'node:child_process'
import { closeSync, existsSync, openSync, readFileSync, readdirSync } from 'node:fs'
import { copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { request } from 'node:http'
import { resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'

const exec = promisify(execFile)

/** Where the engine's programs are: `bin` and `cli-plugins` below it. QUAYSIDE_TEST_ENGINE names another bundle. */
export const bundleDir =
  process.env['QUAYSIDE_TEST_ENGINE'] ??
  resolve(import.meta.dirname, `../../resources/engine/${process.platform}-${process.arch}`)

/** True when this machine can run these tests; use it with `describe.skipIf`. */
export const canRunEngine = process.getuid?.() === 0 && existsSync(`${bundleDir}/bin/dockerd`)

export const SYSTEM_PATH = '/usr/sbin:/usr/bin:/sbin:/bin'

/** The image that `importBusybox` makes. */
export const BUSYBOX = 'busybox:test'

export interface TestEngineOptions {
  /**
   * `private` (default): a network namespace of its own; published ports are reachable with `inNetwork` only.
   * `host`: the machine's network; then no other engine may run there at the same time.
   */
  readonly network?: 'private' | 'host'
  /** The daemon.json, for example `{ 'live-restore': true }`. */
  readonly config?: Readonly<Record<string, unknown>>
  /** More dockerd arguments. */
  readonly args?: readonly string[]
  /** Its data root is a file system of so many bytes. */
  readonly diskBytes?: number
}

export interface TestEngine {
  readonly home: string
  readonly socket: string
  readonly bundleDir: string
  /** The process id of dockerd. */
  readonly pid: number
  /** What to give a child so that it finds our CLI, our plug-ins and this engine. */
  readonly env: NodeJS.ProcessEnv
  /** Runs the bundled docker CLI against this engine; answers its stdout without the last line feed. */
  docker(...args: string[]): Promise<string>
  /** Imports a root file system with a static busybox as `busybox:test`. */
  importBusybox(): Promise<typeof BUSYBOX>
  /** Runs a program in the engine's network, to reach its published ports; answers its stdout. */
  inNetwork(program: string, ...args: string[]): Promise<string>
  /** The last lines of the daemon's log. */
  log(): Promise<string>
  /** Stops the engine and everything it left; the home is removed. */
  stop(): Promise<void>
}

/** Starts an engine and waits until its API answers; a start that fails throws with the daemon's last lines. */
export async function startEngine(options: TestEngineOptions = {}): Promise<TestEngine> {
  const home = await mkdtemp('/tmp/q-')
  const socket = `${home}/docker.sock`
  const env = await prepareHome(home, options.config ?? {})
  if (options.diskBytes !== undefined) await mountDisk(`${home}/data`, options.diskBytes)
  const daemon = spawnDaemon(home, env, options)
  const engine = describeEngine(home, socket, env, daemon)
  try {
    await untilReady(socket, daemon)
  } catch (error) {
    const tail = await engine.log()
    await engine.stop()
    throw new Error(`The test engine did not start:\n${tail}`, { cause: error })
  }
  return engine
}

async function prepareHome(home: string, config: object): Promise<NodeJS.ProcessEnv> {
  await mkdir(`${home}/cli/cli-plugins`, { recursive: true })
  await writeFile(`${home}/daemon.json`, JSON.stringify(config))
  const plugins = existsSync(`${bundleDir}/cli-plugins`) ? readdirSync(`${bundleDir}/cli-plugins`) : []
  await writeFile(
    `${home}/cli/config.json`,
    JSON.stringify(plugins.length > 0 ? { cliPluginsExtraDirs: [`${bundleDir}/cli-plugins`] } : {})
  )
  return {
    PATH: `${bundleDir}/bin:${SYSTEM_PATH}`,
    HOME: home,
    DOCKER_CONFIG: `${home}/cli`,
    DOCKER_HOST: `unix://${home}/docker.sock`
  }
}

function spawnDaemon(home: string, env: NodeJS.ProcessEnv, options: TestEngineOptions): ChildProcess {
  const args = [
    '--config-file',
    `${home}/daemon.json`,
    '--data-root',
    `${home}/data`,
    '--exec-root',
    `${home}/exec`
  ]
  args.push('--pidfile', `${home}/docker.pid`, '-H', `unix://${home}/docker.sock`, ...(options.args ?? []))
  const script = 'ulimit -n 65536 2>/dev/null; busybox ip link set lo up 2>/dev/null; exec "$@"'
  const inside = ['/bin/sh', '-c', script, 'sh', `${bundleDir}/bin/dockerd`, ...args]
  const [program, ...rest] = options.network === 'host' ? inside : ['/usr/bin/unshare', '--net', ...inside]
  const log = openSync(`${home}/dockerd.log`, 'a')
  try {
    return spawn(program as string, rest, { env, stdio: ['ignore', log, log], detached: true })
  } finally {
    closeSync(log)
  }
}

function describeEngine(
  home: string,
  socket: string,
  env: NodeJS.ProcessEnv,
  daemon: ChildProcess
): TestEngine {
  const pid = daemon.pid ?? -1
  const output = async (program: string, args: readonly string[]): Promise<string> => {
    const { stdout } = await exec(program, args, { env, maxBuffer: 256 * 1024 * 1024 })
    return stdout.replace(/\n$/, '')
  }
  return {
    home,
    socket,
    bundleDir,
    pid,
    env,
    docker: async (...args) => await output(`${bundleDir}/bin/docker`, args),
    importBusybox: async () => await importBusybox(home, env),
    inNetwork: async (program, ...args) =>
      await output('nsenter', ['-t', String(pid), '-n', program, ...args]),
    log: async () => (await readFile(`${home}/dockerd.log`, 'utf8').catch(() => '')).slice(-4000),
    stop: async () => await stopEngine(home, daemon)
  }
}

/** Imports a busybox root file system with the docker CLI found in `env.PATH`; `home` is scratch space. */
export async function importBusybox(home: string, env: NodeJS.ProcessEnv): Promise<typeof BUSYBOX> {
  const busybox = ['/bin/busybox', '/usr/bin/busybox'].find((path) => existsSync(path))
  if (busybox === undefined) throw new Error('These tests need a static busybox (Debian: busybox-static).')
  const rootfs = await mkdtemp(`${home}/rootfs-`)
  for (const dir of ['bin', 'tmp', 'etc', 'proc', 'sys', 'dev', 'root']) await mkdir(`${rootfs}/${dir}`)
  await copyFile(busybox, `${rootfs}/bin/busybox`)
  await exec('/bin/sh', [
    '-c',
    'for a in $("$1/bin/busybox" --list); do [ "$a" = busybox ] || ln -s busybox "$1/bin/$a"; done',
    'sh',
    rootfs
  ])
  await writeFile(`${rootfs}/etc/passwd`, 'root:x:0:0:root:/root:/bin/sh\n')
  const pipe = 'tar -C "$1" -c . | docker import -c \'CMD ["sh"]\' - "$2"'
  await exec('/bin/sh', ['-c', pipe, 'sh', rootfs, BUSYBOX], { env })
  await rm(rootfs, { recursive: true, force: true })
  return BUSYBOX
}

async function untilReady(socket: string, daemon: ChildProcess): Promise<void> {
  for (const deadline = Date.now() + 60_000; Date.now() < deadline; await sleep(50)) {
    if (daemon.exitCode !== null) throw new Error(`dockerd ended with ${daemon.exitCode}`)
    if (await ping(socket)) return
  }
  throw new Error('dockerd did not answer within 60 s')
}

/** True when an engine answers `/_ping` on this socket within 2 s. */
export async function ping(socketPath: string): Promise<boolean> {
  return await new Promise((done) => {
    const call = request({ socketPath, path: '/_ping', timeout: 2000 }, (answer) => {
      answer.resume()
      done(answer.statusCode === 200)
    })
    call.on('timeout', () => call.destroy())
    call.on('error', () => done(false))
    call.end()
  })
}

async function stopEngine(home: string, daemon: ChildProcess): Promise<void> {
  if (daemon.exitCode === null && daemon.signalCode === null) {
    const gone = new Promise((done) => daemon.once('exit', done))
    // Containers of tests rarely mind SIGTERM; ending them first spares the daemon's 10 s grace for each.
    await killBelow(home, /\/shim|containerd-shim/)
    daemon.kill('SIGTERM')
    await Promise.race([gone, sleep(20_000)])
  }
  await killBelow(home, /./)
  await unmountBelow(home)
  await rm(home, { recursive: true, force: true })
}

/** Kills every process whose command line names something below `home` and matches `which`. */
export async function killBelow(home: string, which: RegExp): Promise<void> {
  for (const { pid, command } of processesBelow(home)) if (which.test(command)) trySignal(pid, 'SIGKILL')
  for (let i = 0; i < 100 && processesBelow(home).some((p) => which.test(p.command)); i++) await sleep(50)
}

function trySignal(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal)
  } catch {
    // It is gone already.
  }
}

/** The processes, other than this one, whose command line names something below `home`. */
export function processesBelow(home: string): { readonly pid: number; readonly command: string }[] {
  const found: { pid: number; command: string }[] = []
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name) || Number(name) === process.pid) continue
    try {
      const command = readFileSync(`/proc/${name}/cmdline`, 'utf8').replaceAll('\0', ' ')
      if (command.includes(`${home}/`) || command.endsWith(home)) found.push({ pid: Number(name), command })
    } catch {
      // It ended while we looked.
    }
  }
  return found
}

/** The mount points below `home`, deepest first. */
export function mountsBelow(home: string): string[] {
  const lines = readFileSync('/proc/self/mountinfo', 'utf8').split('\n')
  const points = lines.map((line) => line.split(' ')[4] ?? '')
  return points.filter((point) => point === home || point.startsWith(`${home}/`)).reverse()
}

async function mountDisk(folder: string, bytes: number): Promise<void> {
  await mkdir(folder)
  await exec('mount', ['-t', 'tmpfs', '-o', `size=${bytes}`, 'tmpfs', folder])
}

async function unmountBelow(home: string): Promise<void> {
  for (const point of mountsBelow(home)) await exec('umount', ['-l', point]).catch(() => undefined)
}
