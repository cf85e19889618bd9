/**
 * What a mounted host folder gives away, said before a container is run. Pure; used by the run dialog. It reads every way
 * of writing a mount through parseVolume, so that `/./etc/` is `/etc` here as well.
 */
import { cleanPath, parseVolume } from './volumes'

/** The engine's own doors: whoever can write to one of them is root here. */
const SOCKETS = /\/(?:docker|containerd|podman|crio)\.sock$/
/** Folders in which such doors, the system's programs or its accounts are. */
const SYSTEM = new Set([
  '/bin',
  '/boot',
  '/dev',
  '/etc',
  '/lib',
  '/lib64',
  '/proc',
  '/root',
  '/run',
  '/sbin',
  '/sys',
  '/usr',
  '/var',
  '/var/lib',
  '/var/lib/docker',
  '/var/run'
])
const SECRETS = new Set(['.ssh', '.gnupg', '.docker', '.aws', '.kube', '.azure', '.config'])

/** One sentence for each mount that reaches further than a container usually should; the lines as they were typed. */
export function mountRisks(lines: readonly string[]): string[] {
  const risks = lines.flatMap((line) => {
    const parsed = parseVolume(line.trim())
    if (!parsed.ok || parsed.volume.type !== 'bind') return []
    const readOnly = parsed.volume.options.split(',').includes('ro')
    return hostPathRisk(parsed.volume.source, readOnly) ?? []
  })
  return [...new Set(risks)]
}

/** What a container that mounts this host path can do; null when that is nothing out of the ordinary. */
export function hostPathRisk(path: string, readOnly: boolean): string | null {
  const source = cleanPath(path)
  const may = readOnly ? 'read' : 'read and change'
  // Read-only or not: requests are written to a socket, the file itself is not changed.
  if (SOCKETS.test(source))
    return `${source} gives the container full control of that engine, and so of this machine.`
  if (source === '/') return `The container can ${may} every file of this machine.`
  if (SYSTEM.has(source) || source.startsWith('/etc/')) {
    return `The container can ${may} ${source}, a folder of the system.`
  }
  if (source.split('/').some((part) => SECRETS.has(part))) {
    return `The container can ${may} ${source}, where keys and passwords are kept.`
  }
  return null
}
