/** The process table's rows: filter, order, and what a signal to one of them means. Pure; no Vue. */
import type { TableColumn, TableRow, TableSort } from '@/components/table-types'
import type { ContainerProcess } from '@shared/contract/processes'
import { shellCommand } from '@shared/docker/command'
import { killWords, type Signal } from '@shared/docker/signals'

export const COLUMNS: readonly TableColumn[] = [
  { key: 'pid', label: 'PID', width: '84px', sortable: true, align: 'end', rowHeader: true },
  { key: 'parent', label: 'PPID', width: '84px', sortable: true, align: 'end', hideBelow: 700 },
  { key: 'inside', label: 'PID inside', width: '92px', sortable: true, align: 'end', hideBelow: 900 },
  { key: 'user', label: 'User', width: 'minmax(72px, 0.5fr)', sortable: true, hideBelow: 520 },
  { key: 'cpu', label: 'CPU', width: '72px', sortable: true, align: 'end' },
  { key: 'memory', label: 'Memory', width: '84px', sortable: true, align: 'end', hideBelow: 600 },
  { key: 'state', label: 'State', width: '64px', sortable: true, hideBelow: 800 },
  { key: 'time', label: 'Time', width: '92px', sortable: true, align: 'end', hideBelow: 640 },
  { key: 'command', label: 'Command', width: 'minmax(160px, 3fr)', sortable: true },
  { key: 'actions', label: 'Actions', width: '48px', hideLabel: true, align: 'end' }
]

const KEYS: Readonly<Record<string, (process: ContainerProcess) => number | string>> = {
  pid: ({ pid }) => pid,
  parent: ({ parentPid }) => parentPid ?? -1,
  inside: ({ insidePid }) => insidePid ?? -1,
  user: ({ user }) => user,
  cpu: ({ cpuPercent }) => cpuPercent ?? -1,
  memory: ({ memoryPercent }) => memoryPercent ?? -1,
  state: ({ state }) => state,
  time: ({ time }) => timeSeconds(time),
  command: ({ command }) => command
}

/** `[days-]hours:minutes:seconds` as ps writes it, in seconds; -1 for anything else. */
export function timeSeconds(time: string): number {
  const match = /^(?:(\d+)-)?(?:(\d+):)?(\d+):(\d+)$/.exec(time)
  if (match === null) return -1
  const [days = 0, hours = 0, minutes = 0, seconds = 0] = match
    .slice(1)
    .map((part: string | undefined) => Number(part ?? 0))
  return ((days * 24 + hours) * 60 + minutes) * 60 + seconds
}

/** The rows whose pid, user or command holds every word; in order, equals by pid. */
export function processRows(
  processes: readonly ContainerProcess[],
  search: string,
  sort: TableSort
): readonly TableRow<ContainerProcess>[] {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean)
  const found = processes.filter(({ pid, insidePid, user, command }) => {
    const text = `${pid} ${insidePid ?? ''} ${user} ${command}`.toLowerCase()
    return words.every((word) => text.includes(word))
  })
  const key = KEYS[sort.key] ?? KEYS['pid']
  const turn = sort.direction === 'ascending' ? 1 : -1
  const sorted = found.sort((a, b) => turn * compare(key?.(a) ?? 0, key?.(b) ?? 0) || a.pid - b.pid)
  return sorted.map((item) => ({ kind: 'item', key: `${item.pid}`, label: `${item.pid}`, item }))
}

function compare(a: number | string, b: number | string): number {
  return typeof a === 'number' && typeof b === 'number' ? a - b : String(a).localeCompare(String(b))
}

/** The command that sends it; null when there is no way to say which process is meant. */
export function signalCommand(name: string, signal: Signal, process: ContainerProcess): string | null {
  if (process.main) return shellCommand(['docker', 'kill', '-s', signal, name])
  if (process.insidePid === null) return null
  return shellCommand(['docker', 'exec', '--user', '0', name, ...killWords(signal, process.insidePid)])
}

/** What comes of it, beyond the signal itself. */
export function consequence(signal: Signal, process: ContainerProcess): string {
  if (signal === 'STOP') return 'It stands still until it is sent CONT.'
  if (signal === 'CONT') return 'It goes on where it was stopped.'
  if (!process.main) {
    return signal === 'KILL'
      ? 'It ends at once and cannot clean up.'
      : 'What it does then is up to the program.'
  }
  if (signal === 'KILL')
    return 'The container stops at once, and its restart policy decides whether it starts again.'
  return 'If it ends, the container stops. A main process that does not handle this signal ignores it.'
}
