/**
 * The entries of `docker info` as text and as groups. Called by handlers/system.ts and resources/info-watch.ts.
 */
import type { InfoEntry, SystemInfo } from '@shared/contract/system'
import { plainText } from '@shared/docker/text'
import { infoEntries } from './info-entries'
import type { Entry } from './info-entry'
import type { EngineInfo } from './info-schema'

/**
 * What the bundled `docker info` prints from `Server:` to the end of its standard output, last line feed included.
 * Two lines come in the random order of a Go map there (runtimes, insecure registries by name); they are sorted here.
 */
export function infoText(info: EngineInfo, userName = ''): string {
  const lines = ['Server:']
  for (const entry of infoEntries(info, userName)) print(entry, 1, lines)
  return `${lines.join('\n')}\n\n`
}

function print(entry: Entry, depth: number, lines: string[]): void {
  if (entry.newerCli === true) return
  if (entry.omitted !== true) lines.push(' '.repeat(depth + (entry.extraIndent ?? 0)) + lineText(entry))
  for (const child of entry.children ?? []) print(child, depth + 1, lines)
}

function lineText({ label, value }: Entry): string {
  if (label === undefined) return value ?? ''
  return value === undefined ? `${label}:` : `${label}: ${value}`
}

const GROUP_OF: ReadonlyMap<string, string> = new Map(
  Object.entries({
    Containers: 'Objects',
    Images: 'Objects',
    'Storage Driver': 'Storage',
    'Docker Root Dir': 'Storage',
    'Logging Driver': 'Runtime',
    'Cgroup Driver': 'Runtime',
    'Cgroup Version': 'Runtime',
    Runtimes: 'Runtime',
    'Default Runtime': 'Runtime',
    'Default Isolation': 'Runtime',
    'Init Binary': 'Runtime',
    'containerd version': 'Runtime',
    'runc version': 'Runtime',
    'init version': 'Runtime',
    'CDI spec directories': 'Runtime',
    'Discovered Devices': 'Runtime',
    NRI: 'Runtime',
    'Security Options': 'Security',
    'Kernel Version': 'Host',
    'Operating System': 'Host',
    OSType: 'Host',
    Architecture: 'Host',
    CPUs: 'Host',
    'Total Memory': 'Host',
    Name: 'Host',
    'HTTP Proxy': 'Network',
    'HTTPS Proxy': 'Network',
    'No Proxy': 'Network',
    'Default Address Pools': 'Network',
    'Firewall Backend': 'Network',
    Username: 'Registries',
    'Insecure Registries': 'Registries',
    'Registry Mirrors': 'Registries',
    Swarm: 'Swarm'
  })
)
const GROUP_ORDER = [
  'Engine',
  'Objects',
  'Host',
  'Storage',
  'Runtime',
  'Security',
  'Network',
  'Registries',
  'Swarm'
]

/** Every entry once, under headings; what no heading claims is the engine's. Warnings are the CLI's, verbatim, once each. */
export function systemInfo(info: EngineInfo, userName = ''): SystemInfo {
  const groups = new Map<string, InfoEntry[]>(GROUP_ORDER.map((title) => [title, []]))
  for (const entry of infoEntries(info, userName)) {
    const shown = toInfoEntry(entry)
    // The storage driver's pairs stay together even when the driver itself has no name.
    if (entry.omitted === true && (shown.children ?? []).length === 0) continue
    groups.get(GROUP_OF.get(shown.label) ?? 'Engine')?.push(shown)
  }
  return {
    groups: [...groups]
      .filter(([, entries]) => entries.length > 0)
      .map(([title, entries]) => ({ title, entries })),
    warnings: [...new Set(info.Warnings.map(plainText))]
  }
}

function toInfoEntry(entry: Entry): InfoEntry {
  const children = (entry.children ?? []).map(toInfoEntry)
  const base = { label: plainText(entry.label ?? ''), value: plainText(entry.value ?? '').trim() }
  return children.length === 0 ? base : { ...base, children }
}
