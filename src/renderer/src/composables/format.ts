/** Numbers as Docker's CLI words them: sizes in powers of 1000, memory in powers of 1024, ages rounded as in `docker ps`. */

const DECIMAL = ['B', 'kB', 'MB', 'GB', 'TB', 'PB'] as const
const BINARY = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'] as const

/** Bytes on disk, for example "187 MB"; three significant digits as in `docker images`. */
export function formatSize(bytes: number): string {
  return scaled(bytes, 1000, DECIMAL)
}

/** Bytes of memory, for example "3.25 MiB", as in `docker stats`. */
export function formatMemory(bytes: number): string {
  return scaled(bytes, 1024, BINARY)
}

function scaled(bytes: number, base: number, units: readonly string[]): string {
  let value = Math.max(0, bytes)
  let unit = 0
  while (value >= base && unit < units.length - 1) {
    value /= base
    unit += 1
  }
  const digits = unit === 0 || value >= 100 ? 0 : value >= 10 ? 1 : 2
  return `${value.toFixed(digits).replace(/\.?0+$/, (zeros) => (zeros.startsWith('.') ? '' : zeros))} ${units[unit]}`
}

/** Percent of one core with two digits, as in `docker stats`. */
export function formatPercent(percent: number): string {
  return `${percent.toFixed(percent >= 100 ? 0 : 2)}%`
}

/** How long ago `then` was, in the CLI's words: "About a minute ago". A clock that is behind counts as just now. */
export function formatAge(then: number, now: number): string {
  return `${formatDuration(now - then)} ago`
}

/** A duration in the words of `docker ps`. */
export function formatDuration(ms: number): string {
  const seconds = Math.floor(ms / 1000)
  if (seconds < 1) return 'Less than a second'
  if (seconds < 60) return counted(seconds, 'second')
  const minutes = Math.floor(seconds / 60)
  if (minutes === 1) return 'About a minute'
  if (minutes < 60) return counted(minutes, 'minute')
  const hours = Math.floor(seconds / 3600 + 0.5)
  if (hours === 1) return 'About an hour'
  if (hours < 48) return counted(hours, 'hour')
  if (hours < 24 * 7 * 2) return counted(Math.floor(hours / 24), 'day')
  if (hours < 24 * 30 * 2) return counted(Math.floor(hours / 24 / 7), 'week')
  if (hours < 24 * 365 * 2) return counted(Math.floor(hours / 24 / 30), 'month')
  return counted(Math.floor(hours / 24 / 365), 'year')
}

function counted(count: number, unit: string): string {
  return `${count} ${unit}${count === 1 ? '' : 's'}`
}
