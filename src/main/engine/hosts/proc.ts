/**
 * What /proc knows about processes and mounts, for the Linux hosts. Reading only, apart from `signalProcess`. A process
 * is always named by pid and start time: a pid alone may belong to another one by now.
 */
import { readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'

export interface ProcessId {
  readonly pid: number
  /** Clock ticks since boot, as /proc/PID/stat has it. */
  readonly startTime: string
}

export interface ProcessEntry extends ProcessId {
  readonly args: readonly string[]
}

/** The kernel's id of this boot; another one means that nothing of the last run lives. */
export function bootId(): string {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()
  } catch {
    return 'unknown'
  }
}

interface Stat {
  readonly state: string
  readonly parent: number
  readonly startTime: string
}

function readStat(pid: number): Stat | null {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8')
    // The name in brackets may hold anything, even brackets: fields are counted after the last one.
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
    return { state: fields[0] ?? '', parent: Number(fields[1]), startTime: fields[19] ?? '' }
  } catch {
    return null
  }
}

/** The process as it is now, or null when there is none, or only its zombie. */
export function readProcess(pid: number): ProcessEntry | null {
  if (!Number.isSafeInteger(pid) || pid <= 0) return null
  const stat = readStat(pid)
  if (stat === null || stat.state === 'Z' || stat.state === 'X') return null
  try {
    const args = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0')
    return { pid, startTime: stat.startTime, args: args.slice(0, -1) }
  } catch {
    return null
  }
}

export function isAlive(id: ProcessId): boolean {
  const stat = readStat(id.pid)
  return stat !== null && stat.startTime === id.startTime && stat.state !== 'Z' && stat.state !== 'X'
}

/** True while the process is stopped (SIGSTOP), and so will not answer. */
export function isFrozen(id: ProcessId): boolean {
  const stat = readStat(id.pid)
  return stat?.startTime === id.startTime && stat.state === 'T'
}

/** The pid in a pid file, or null when the file is not there or holds something else. */
export function readPidFile(path: string): number | null {
  try {
    const pid = Number(readFileSync(path, 'utf8').trim())
    return Number.isSafeInteger(pid) && pid > 0 ? pid : null
  } catch {
    return null
  }
}

/** Every process for which `matches` says so; ourselves excepted. */
export function findProcesses(matches: (entry: ProcessEntry) => boolean): ProcessEntry[] {
  const found: ProcessEntry[] = []
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name) || Number(name) === process.pid) continue
    const entry = readProcess(Number(name))
    if (entry !== null && matches(entry)) found.push(entry)
  }
  return found
}

/** The processes below these in the process tree, at any depth. */
export function descendants(roots: readonly ProcessId[]): ProcessEntry[] {
  const children = new Map<number, number[]>()
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue
    const stat = readStat(Number(name))
    if (stat === null) continue
    children.set(stat.parent, [...(children.get(stat.parent) ?? []), Number(name)])
  }
  const found: ProcessEntry[] = []
  const queue = roots.map(({ pid }) => pid)
  for (let pid = queue.shift(); pid !== undefined; pid = queue.shift()) {
    for (const child of children.get(pid) ?? []) {
      queue.push(child)
      const entry = readProcess(child)
      if (entry !== null) found.push(entry)
    }
  }
  return found
}

/** Sends a signal if the process is still the same one; false when it is gone. */
export function signalProcess(id: ProcessId, signal: NodeJS.Signals): boolean {
  if (!isAlive(id)) return false
  try {
    process.kill(id.pid, signal)
    return true
  } catch {
    return false
  }
}

/** Waits until none of the processes lives; false when some still do after `timeoutMs`. */
export async function untilGone(ids: readonly ProcessId[], timeoutMs: number): Promise<boolean> {
  for (const end = Date.now() + timeoutMs; ids.some((id) => isAlive(id)); await sleep(20)) {
    if (Date.now() >= end) return false
  }
  return true
}

/** The file a process runs, or null when we may not know. */
export function executableOf(pid: number): string | null {
  try {
    return readlinkSync(`/proc/${pid}/exe`)
  } catch {
    return null
  }
}

/**
 * The mount points below a folder, deepest first, and the folder itself as often as it is mounted onto itself: dockerd does
 * that to its data root, once more each time after it was killed. A disk that the user mounted there is not ours.
 */
export function mountsBelow(folder: string): string[] {
  const lines = readFileSync('/proc/self/mountinfo', 'utf8')
    .split('\n')
    .map((line) => line.split(' '))
  return lines
    .map((fields) => ({ root: fields[3] ?? '/', point: unescapeOctal(fields[4] ?? '') }))
    .filter(
      ({ root, point }) => point.startsWith(`${folder}/`) || (point === folder && isOntoItself(root, folder))
    )
    .map(({ point }) => point)
    .reverse()
}

/** Of a folder mounted onto itself, the mounted part of its file system is the end of its own path. */
function isOntoItself(root: string, folder: string): boolean {
  return root !== '/' && folder.endsWith(unescapeOctal(root))
}

function unescapeOctal(text: string): string {
  return text.replace(/\\([0-7]{3})/g, (_all, digits: string) =>
    String.fromCharCode(Number.parseInt(digits, 8))
  )
}
