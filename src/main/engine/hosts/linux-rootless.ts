/**
 * The bundled engine run by an ordinary user on Linux: dockerd inside rootlesskit's user, mount, network and pid
 * namespaces. The pid namespace makes everything end with it, so there is no live restore here; see
 * docs/decisions/0102. Made by hosts/index.ts.
 */
import { chmodSync, existsSync, rmSync } from 'node:fs'
import { basename, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Precondition } from '@shared/contract/engine'
import { AppError } from '@shared/errors'
import { run, SYSTEM_PATH } from '../../platform/child-process'
import type { Paths } from '../../platform/paths'
import { writeLiveRestore } from '../engine-config'
import { tailLines } from '../engine-log'
import { holdsClaim, readRecord, releaseFolder } from '../engine-record'
import type { EngineProcess, Host, Prepared, Terminated } from './host'
import { checkBundle, refuseFailed, verifiedFile } from './linux-checks'
import {
  findContainerd,
  findDockerd,
  prepareGround,
  removeLeftovers,
  supervisorFile,
  type LinuxHostOptions,
  type RunningEngine
} from './linux-ground'
import { adoptProcess, engineEnvironment, spawnEngine } from './linux-process'
import { longestStopTimeout } from './linux-terminate'
import {
  checkCgroups,
  checkDisk,
  checkIdMapTools,
  checkIptables,
  checkOverlay,
  checkSubIds,
  checkTun,
  checkUserNamespaces
} from './preconditions'
import { findProcesses, isAlive, readProcess, signalProcess, untilGone, type ProcessEntry } from './proc'

export function createRootlessHost(options: LinuxHostOptions): Host {
  const { paths, bundleDir } = options
  return {
    mode: 'rootless',
    retry: 'budget',
    endpoint: { kind: 'unix', path: paths.socket },
    check: async () => await check(options),
    prepare: async (signal) => await prepare(options, signal),
    spawn: async () => {
      const env = { XDG_RUNTIME_DIR: paths.runDir, HOME: paths.root }
      return await spawnEngine(options, await rootlessCommand(options), engineEnvironment(bundleDir, env))
    },
    terminate: async (process, keepContainers) => await terminate(paths, process, keepContainers),
    kill: async () => await endNamespaces(paths),
    cleanup: async () => await cleanup(paths),
    settled: () => {
      chmodSync(paths.socket, 0o600)
    },
    parts: {
      dockerd: () => findDockerd(paths),
      containerd: () => findContainerd(paths),
      // The engine tells pids of its own namespace.
      seesContainers: false
    },
    lastLogLines: (count) =>
      tailLines(paths.engineLog, count, readRecord(paths.engineRecord)?.logOffset ?? 0),
    release: () => releaseFolder(supervisorFile(paths))
  }
}

function find(paths: Paths): RunningEngine | null {
  const watched = findRootlesskit(paths)
  return watched === null ? null : { watched, dockerd: findDockerd(paths) }
}

async function check({ paths, bundleDir }: LinuxHostOptions): Promise<Precondition[]> {
  return await Promise.all([
    checkBundle(bundleDir, verifiedFile(paths)),
    checkCgroups(),
    checkUserNamespaces(),
    checkIdMapTools(),
    checkSubIds('subuid'),
    checkSubIds('subgid'),
    checkTun(),
    checkOverlay(),
    checkIptables(false),
    checkDisk(paths.engineDataDir)
  ])
}

async function prepare(options: LinuxHostOptions, signal: AbortSignal): Promise<Prepared> {
  const { paths } = options
  const found = await prepareGround(options, () => find(paths), signal)
  if (found !== null) return { kind: 'adopted', process: adoptProcess(found.watched) }
  await endNamespaces(paths)
  refuseFailed(await check(options))
  writeLiveRestore(paths.engineConfig, false)
  return { kind: 'ready' }
}

async function terminate(paths: Paths, process: EngineProcess, keepContainers: boolean): Promise<Terminated> {
  const longest = keepContainers ? 10 : await longestStopTimeout({ kind: 'unix', path: paths.socket })
  // To dockerd itself: rootlesskit ends when it does, and with its exit code.
  const target = findDockerd(paths) ?? readProcess(process.pid ?? -1)
  if (target !== null) {
    signalProcess(target, 'SIGTERM')
    signalProcess(target, 'SIGCONT')
  }
  return { graceMs: (longest + 15) * 1000 }
}

async function cleanup(paths: Paths): Promise<void> {
  if (!holdsClaim(supervisorFile(paths))) return
  await endNamespaces(paths)
  await removeLeftovers(paths)
  rmSync(paths.engineRecord, { force: true })
}

/** rootlesskit runs twice, outside and inside; the outer one is ours to watch. */
function findRootlesskit(paths: Paths): ProcessEntry | null {
  const all = rootlesskits(paths)
  const record = readRecord(paths.engineRecord)
  return (
    all.find((entry) => entry.pid === record?.pid && entry.startTime === record.startTime) ?? all[0] ?? null
  )
}

function rootlesskits(paths: Paths): ProcessEntry[] {
  const named = `--state-dir=${paths.rootlessDir}`
  const isOurs = ({ args }: ProcessEntry): boolean =>
    (basename(args[0] ?? '') === 'rootlesskit' || args[0] === '/proc/self/exe') && args.includes(named)
  return findProcesses(isOurs).sort((a, b) => Number(a.startTime) - Number(b.startTime))
}

/** Ends every rootlesskit of ours; the kernel then ends all that is in their pid namespace. */
async function endNamespaces(paths: Paths): Promise<void> {
  for (let round = 0; round < 3; round++) {
    const left = rootlesskits(paths)
    if (left.length === 0) break
    for (const entry of left) signalProcess(entry, 'SIGKILL')
    await untilGone(left, 3000)
  }
  const dockerd = findDockerd(paths)
  for (const end = Date.now() + 3000; dockerd !== null && isAlive(dockerd) && Date.now() < end;)
    await sleep(20)
  rmSync(paths.rootlessDir, { recursive: true, force: true })
}

/**
 * What dockerd-rootless.sh does inside the namespaces: /etc and /run are copies there, so the host's own sockets and
 * locks are taken out of the way before dockerd makes its own.
 */
const INSIDE = [
  'bind() { if [ -d "$2" ]; then real=$(realpath "$2"); rm -rf "$2"; mkdir -p "$2"; mount "$1" "$real" "$2"; fi; }',
  'bind --bind /etc/cdi; bind --bind /var/run/cdi',
  'rm -f /run/docker /run/containerd /run/xtables.lock',
  'if [ "$(stat -c %T -f /etc)" = tmpfs ] && [ -L /etc/ssl ]; then bind --rbind /etc/ssl; fi',
  'exec "$@"'
].join('; ')

async function rootlessCommand(options: LinuxHostOptions): Promise<string[]> {
  const { paths, bundleDir } = options
  const rootlesskit = join(bundleDir, 'bin', 'rootlesskit')
  const network = await chooseNetwork(bundleDir)
  return [
    rootlesskit,
    `--state-dir=${paths.rootlessDir}`,
    ...network,
    '--disable-host-loopback',
    '--copy-up=/etc',
    '--copy-up=/run',
    '--propagation=rslave',
    '--pidns',
    ...['/bin/sh', '-c', INSIDE, 'sh'],
    join(bundleDir, 'bin', 'dockerd'),
    '--rootless',
    ...['--config-file', paths.engineConfig],
    ...['--data-root', paths.engineDataDir],
    ...['--exec-root', paths.execRoot],
    ...['--pidfile', paths.pidFile],
    ...['-H', `unix://${paths.socket}`],
    ...['--shutdown-timeout', '15']
  ]
}

/** slirp4netns or pasta, bundled or the system's: the first that really runs here. */
async function chooseNetwork(bundleDir: string): Promise<string[]> {
  const folders = [join(bundleDir, 'bin'), ...SYSTEM_PATH.split(':')]
  for (const name of ['slirp4netns', 'pasta'] as const) {
    for (const folder of folders) {
      const program = join(folder, name)
      if (!existsSync(program)) continue
      const works = await run(program, ['--version']).then(
        ({ exitCode }) => exitCode === 0,
        () => false
      )
      if (!works) continue
      if (name === 'pasta') return ['--net=pasta', '--port-driver=implicit', '--mtu=65520']
      const sandbox = ['--slirp4netns-sandbox=auto', '--slirp4netns-seccomp=auto']
      return [
        '--net=slirp4netns',
        `--slirp4netns-binary=${program}`,
        '--port-driver=builtin',
        '--mtu=65520',
        ...sandbox
      ]
    }
  }
  throw new AppError('Unavailable', 'The engine has no way to reach the network without root.', {
    hint: 'Install slirp4netns or passt (Debian, Ubuntu: sudo apt install slirp4netns), then start the engine again.',
    retryable: false,
    details: { kind: 'slirp4netns' }
  })
}
