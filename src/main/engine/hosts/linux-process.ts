/**
 * Starting an engine's process on Linux so that it outlives us, and watching one, be it our child or adopted. Used by
 * the Linux hosts.
 */
import { spawn, type ChildProcess } from 'node:child_process'
import { closeSync, openSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { AppError } from '@shared/errors'
import { SYSTEM_PATH } from '../../platform/child-process'
import { logSize, openEngineLog } from '../engine-log'
import { writeRecord } from '../engine-record'
import type { Exit } from '../failures'
import type { EngineProcess } from './host'
import { coveringStdio, inheritedFiles } from './inherited-files'
import type { LinuxHostOptions } from './linux-ground'
import { bootId, isAlive, readProcess, type ProcessEntry } from './proc'

/** As many open files as we may have (E21: too few make the API freeze), then the engine in the shell's place. */
const RAISE_LIMITS = 'umask 0022; ulimit -n 1048576 2>/dev/null || ulimit -n "$(ulimit -Hn)"; exec "$@"'

const PASSED_ON = ['HTTP_PROXY', 'HTTPS_PROXY', 'NO_PROXY', 'http_proxy', 'https_proxy', 'no_proxy']
const PASSED_ON_TOO = ['SSL_CERT_FILE', 'SSL_CERT_DIR', 'HOME', 'USER', 'LOGNAME']

/** The engine's whole environment: our programs first, the system's next, and what reaches a registry. */
export function engineEnvironment(
  bundleDir: string,
  more: Readonly<Record<string, string>> = {}
): NodeJS.ProcessEnv {
  const env: NodeJS.ProcessEnv = { PATH: `${bundleDir}/bin:${SYSTEM_PATH}`, ...more }
  for (const name of [...PASSED_ON, ...PASSED_ON_TOO]) {
    const value = process.env[name]
    if (value !== undefined && env[name] === undefined) env[name] = value
  }
  return env
}

/**
 * Starts `command` in a session of its own, its output appended to the engine's log. `prelude` is shell that runs before
 * it in the same process, with the command in "$@".
 */
export async function spawnEngine(
  { paths, wrap }: LinuxHostOptions,
  command: readonly string[],
  env: NodeJS.ProcessEnv,
  prelude = ''
): Promise<EngineProcess> {
  const log = openEngineLog(paths.engineLog)
  const logOffset = logSize(paths.engineLog)
  const args = [...(wrap ?? []), '/bin/sh', '-c', `${prelude}${RAISE_LIMITS}`, 'sh', ...command]
  const nothing = openSync('/dev/null', 'r+')
  let child: ChildProcess
  try {
    child = spawn(args[0] as string, args.slice(1), {
      env,
      stdio: coveringStdio(log, nothing, inheritedFiles()),
      detached: true,
      cwd: '/'
    })
  } finally {
    closeSync(nothing)
    closeSync(log)
  }
  const exited = childExit(child)
  await spawned(child, command[0] ?? '')
  child.unref()
  const pid = child.pid as number
  const startTime = readProcess(pid)?.startTime ?? ''
  writeRecord(paths.engineRecord, { bootId: bootId(), pid, startTime, logOffset })
  return { pid, adopted: false, command: command.join(' '), exited }
}

function childExit(child: ChildProcess): Promise<Exit> {
  return new Promise((done) => {
    child.once('exit', (exitCode, signal) => done({ exitCode, signal }))
    child.once('error', () => done({ exitCode: null, signal: null }))
  })
}

function spawned(child: ChildProcess, program: string): Promise<void> {
  return new Promise((done, fail) => {
    child.once('spawn', done)
    child.once('error', (cause) => {
      const error = new AppError('System', `The engine’s program ${program} could not be started.`, {
        hint: 'Check that the disk it is on allows programs to be run (no noexec), then start the engine again.',
        details: { kind: 'spawn-failed' },
        cause
      })
      fail(error)
    })
  })
}

/** A process that is not our child: its end is noticed within half a second, its exit code never known. */
export function adoptProcess(entry: ProcessEntry): EngineProcess {
  return { pid: entry.pid, adopted: true, command: entry.args.join(' '), exited: untilEnded(entry) }
}

async function untilEnded(entry: ProcessEntry): Promise<Exit> {
  // unref: watching an engine is no reason for a program to stay.
  while (isAlive(entry)) await sleep(500, undefined, { ref: false })
  return { exitCode: null, signal: null }
}
