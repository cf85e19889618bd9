/**
 * What the bundled engine needs from a Linux machine, one question each, with the command that answers a no. Used by
 * the Linux hosts before every start, and for the list under a failure. Looks only; never throws.
 */
import { accessSync, constants, openSync, closeSync, readFileSync, statfsSync, statSync } from 'node:fs'
import { userInfo } from 'node:os'
import type { Precondition } from '@shared/contract/engine'
import { toAppError } from '@shared/errors'
import { run } from '../../platform/child-process'

/** Below this the engine is not started: it would fail half way, with data half written. */
export const MIN_FREE_BYTES = 200 * 1024 * 1024

type Result = Omit<Precondition, 'id' | 'title' | 'fix' | 'command'> & {
  readonly fix?: string
  readonly command?: string
}

/** Runs one check; a check that throws is a warning with what it said. */
export async function precondition(
  id: string,
  title: string,
  look: () => Result | Promise<Result>
): Promise<Precondition> {
  try {
    const { result, detail, fix, command } = await look()
    return { id, title, result, detail, fix: fix ?? null, command: command ?? null }
  } catch (error) {
    const { message } = toAppError(error)
    return {
      id,
      title,
      result: 'warning',
      detail: `Could not be checked: ${message}`,
      fix: null,
      command: null
    }
  }
}

const ok = (detail: string): Result => ({ result: 'ok', detail })

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}

export async function checkCgroups(): Promise<Precondition> {
  return await precondition('cgroups', 'Control groups', () => {
    const mounts = readText('/proc/self/mountinfo')
    if (/ \/sys\/fs\/cgroup \S+.* - cgroup2 /.test(mounts)) return ok('Version 2 is mounted.')
    const missing = ['memory', 'devices', 'cpu', 'pids'].filter(
      (name) => !new RegExp(` - cgroup \\S+ \\S*\\b${name}\\b`).test(mounts)
    )
    if (missing.length === 0) return ok('Version 1 is mounted; Docker supports it until May 2029.')
    return {
      result: 'failed',
      detail: `Not mounted: ${missing.join(', ')}.`,
      fix: 'Mount the control groups; distributions with systemd do it at boot.',
      command: 'sudo mount -t cgroup2 cgroup2 /sys/fs/cgroup'
    }
  })
}

export async function checkOverlay(): Promise<Precondition> {
  return await precondition('overlay', 'Overlay file system', () => {
    if (/\boverlay\b/.test(readText('/proc/filesystems'))) return ok('The kernel has overlay.')
    return {
      result: 'warning',
      detail: 'The kernel module overlay is not loaded; images would be stored as full copies.',
      fix: 'Load the module.',
      command: 'sudo modprobe overlay'
    }
  })
}

/** As root the tables are really listed; an ordinary user's engine uses them inside its own network namespace. */
export async function checkIptables(asRoot: boolean): Promise<Precondition> {
  return await precondition('iptables', 'Network rules (iptables)', async () => {
    const program = ['/usr/sbin/iptables', '/sbin/iptables', '/usr/bin/iptables'].find(isExecutable)
    const install = {
      fix: 'Install iptables.',
      command: 'sudo apt install iptables   # Fedora: sudo dnf install iptables-nft'
    }
    if (program === undefined)
      return { result: 'failed', detail: 'The program iptables is not there.', ...install }
    if (!asRoot) return ok(`${program} is there.`)
    const { exitCode, stderr } = await run(program, ['--wait', '5', '-t', 'nat', '-S'], { timeoutMs: 8000 })
    if (exitCode === 0) return ok(`${program} works.`)
    return {
      result: 'failed',
      detail: `${program} cannot list its rules: ${stderr.trim().split('\n').at(-1) ?? ''}`,
      fix: 'Load the kernel’s NAT module.',
      command: 'sudo modprobe iptable_nat nf_tables'
    }
  })
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}

export async function checkDisk(folder: string): Promise<Precondition> {
  return await precondition('disk', 'Free disk space', () => {
    const stat = statfsSync(nearest(folder))
    const free = stat.bavail * stat.bsize
    const megabytes = Math.floor(free / 1024 / 1024)
    if (free < MIN_FREE_BYTES || (stat.files > 0 && stat.ffree < 1000)) {
      return {
        result: 'failed',
        detail: `Only ${megabytes} MiB and ${stat.ffree} files are free on the disk of ${folder}; 200 MiB are needed.`,
        fix: 'Free some space on that disk: remove files there, or enlarge it.',
        command: `df -h ${folder}`
      }
    }
    if (free < 10 * MIN_FREE_BYTES) {
      return {
        result: 'warning',
        detail: `${megabytes} MiB are free, which a few images use up.`,
        fix: 'Free some space.'
      }
    }
    return ok(`${Math.floor(megabytes / 1024)} GiB are free.`)
  })
}

function nearest(folder: string): string {
  for (let path = folder; path !== '/' && path !== ''; path = path.slice(0, path.lastIndexOf('/')) || '/') {
    if (statSync(path, { throwIfNoEntry: false })) return path
  }
  return '/'
}

export async function checkUserNamespaces(): Promise<Precondition> {
  return await precondition('user-namespaces', 'User namespaces', async () => {
    const limit = (name: string, value: string, wanted: string): Result => ({
      result: 'failed',
      detail: `${name} is ${value}, so an ordinary user cannot create user namespaces.`,
      fix: 'Allow them.',
      command: `sudo sysctl -w ${name}=${wanted}`
    })
    if (readText('/proc/sys/kernel/unprivileged_userns_clone').trim() === '0') {
      return limit('kernel.unprivileged_userns_clone', '0', '1')
    }
    if (readText('/proc/sys/user/max_user_namespaces').trim() === '0') {
      return limit('user.max_user_namespaces', '0', '28633')
    }
    const { exitCode } = await run('/usr/bin/unshare', ['--user', '--map-root-user', '--net', '/bin/true'])
    if (exitCode === 0) return ok('They can be created.')
    if (readText('/proc/sys/kernel/apparmor_restrict_unprivileged_userns').trim() === '1') {
      return limit('kernel.apparmor_restrict_unprivileged_userns', '1', '0')
    }
    return {
      result: 'failed',
      detail:
        'Creating a user namespace was refused, perhaps by a security module or by the container we are in.',
      fix: 'Allow unprivileged user namespaces for this user, or run Quayside outside that container.'
    }
  })
}

export async function checkIdMapTools(): Promise<Precondition> {
  return await precondition('newuidmap', 'newuidmap and newgidmap', async () => {
    const install = {
      fix: 'Install the package uidmap.',
      command: 'sudo apt install uidmap   # Fedora: shadow-utils'
    }
    for (const name of ['newuidmap', 'newgidmap']) {
      const path = `/usr/bin/${name}`
      const stat = statSync(path, { throwIfNoEntry: false })
      if (stat === undefined) return { result: 'failed', detail: `${path} is not there.`, ...install }
      const setuid = (stat.mode & 0o4000) !== 0 && stat.uid === 0
      if (setuid || (await hasCapabilities(path))) continue
      return {
        result: 'failed',
        detail: `${path} has neither the setuid bit nor capabilities.`,
        fix: 'Give it the setuid bit.',
        command: `sudo chmod u+s ${path}`
      }
    }
    return ok('Both are there and may change user ids.')
  })
}

async function hasCapabilities(path: string): Promise<boolean> {
  const tool = ['/usr/sbin/getcap', '/sbin/getcap'].find(isExecutable)
  if (tool === undefined) return false
  return /cap_set[ug]id/.test((await run(tool, [path])).stdout)
}

/** `file` is /etc/subuid or /etc/subgid; 65536 ids are what images expect. */
export async function checkSubIds(id: 'subuid' | 'subgid', user = userInfo()): Promise<Precondition> {
  return await precondition(id, `Subordinate ${id === 'subuid' ? 'user' : 'group'} ids`, async () => {
    const own = (line: string): boolean =>
      line.startsWith(`${user.username}:`) || line.startsWith(`${user.uid}:`)
    const text = readText(`/etc/${id}`)
    const count = (lines: string): number =>
      lines
        .split('\n')
        .filter(own)
        .reduce((sum, line) => sum + Number(line.split(':')[2] ?? 0), 0)
    let found = count(text)
    if (found < 65_536 && isExecutable('/usr/bin/getsubids')) {
      // They may come from a directory service (nsswitch) instead of the file.
      const args = id === 'subgid' ? ['-g', user.username] : [user.username]
      const listed = (await run('/usr/bin/getsubids', args)).stdout
      found = Math.max(found, ...[...listed.matchAll(/ (\d+)$/gm)].map((match) => Number(match[1])))
    }
    if (found >= 65_536) return ok(`${user.username} has ${found}.`)
    const flag = id === 'subuid' ? '--add-subuids' : '--add-subgids'
    return {
      result: 'failed',
      detail: `${user.username} has ${found} of them, 65536 are needed.`,
      fix: 'Give the user a range.',
      command: `sudo usermod ${flag} ${freeIdRange(text)} ${user.username}`
    }
  })
}

/** 65536 ids that nobody in this file (/etc/subuid or /etc/subgid) has: with shared ones users could reach one another. */
export function freeIdRange(text: string): string {
  const ends = text.split('\n').map((line) => {
    const [, first, count] = line.split(':')
    return Number(first) + Number(count)
  })
  const first = Math.max(100_000, ...ends.filter(Number.isFinite))
  return `${first}-${first + 65_535}`
}

export async function checkTun(): Promise<Precondition> {
  return await precondition('tun', '/dev/net/tun', () => {
    try {
      closeSync(openSync('/dev/net/tun', 'r+'))
      return ok('It can be opened.')
    } catch (error) {
      const missing = (error as NodeJS.ErrnoException).code === 'ENOENT'
      return {
        result: 'failed',
        detail: missing ? 'It is not there.' : 'This user may not open it.',
        fix: missing
          ? 'Load the kernel module tun.'
          : 'Let everybody open it; it gives no power outside a namespace.',
        command: missing ? 'sudo modprobe tun' : 'sudo chmod 0666 /dev/net/tun'
      }
    }
  })
}
