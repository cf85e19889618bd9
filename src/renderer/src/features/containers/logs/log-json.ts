/** Lines that are JSON objects as columns: level, message, the keys most of them have, and the rest. Pure. */
import type { LogRow } from '@shared/contract/logs'

export interface JsonLine {
  readonly level: string
  readonly message: string
  readonly fields: ReadonlyMap<string, string>
}

const LEVEL = ['level', 'lvl', 'severity', 'log.level', 'levelname', 'loglevel', '@l', 'levelText']
const MESSAGE = ['msg', 'message', '@m', '@mt', 'event', 'log', 'text']
/** The engine's own time is shown where times are. */
const TIME = new Set(['time', 'timestamp', 'ts', '@timestamp', '@t', 'datetime'])
const PINO: Readonly<Record<string, string>> = {
  10: 'trace',
  20: 'debug',
  30: 'info',
  40: 'warn',
  50: 'error',
  60: 'fatal'
}
const MOST_COLUMNS = 3

const parsed = new WeakMap<LogRow, JsonLine | null>()

/** null for a line that is no JSON object, or of which only the beginning is here. */
export function jsonLine(row: LogRow): JsonLine | null {
  const known = parsed.get(row)
  if (known !== undefined) return known
  const line = parse(row)
  parsed.set(row, line)
  return line
}

function parse({ text, cut }: LogRow): JsonLine | null {
  const trimmed = text.trim()
  if (cut || !trimmed.startsWith('{')) return null
  try {
    return describe(JSON.parse(trimmed) as Record<string, unknown>)
  } catch {
    return null
  }
}

function describe(object: Readonly<Record<string, unknown>>): JsonLine {
  const fields = new Map<string, string>()
  for (const [key, value] of Object.entries(object)) fields.set(key, textOf(value))
  const take = (keys: readonly string[]): string => {
    const key = keys.find((one) => fields.has(one))
    const value = key === undefined ? '' : (fields.get(key) ?? '')
    if (key !== undefined) fields.delete(key)
    return value
  }
  const level = take(LEVEL)
  const message = take(MESSAGE)
  for (const key of TIME) fields.delete(key)
  return { level: PINO[level] ?? level.toLowerCase(), message, fields }
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}

/** The keys that get a column of their own: those most of these lines have, in the order in which they come. */
export function columnKeys(lines: readonly JsonLine[]): readonly string[] {
  const counts = new Map<string, number>()
  for (const { fields } of lines) for (const key of fields.keys()) counts.set(key, (counts.get(key) ?? 0) + 1)
  const common = [...counts].filter(([, count]) => count * 2 > lines.length).map(([key]) => key)
  return common.slice(0, MOST_COLUMNS)
}

/** What has no column, as `key=value`. */
export function restOf({ fields }: JsonLine, columns: readonly string[]): string {
  return [...fields]
    .filter(([key]) => !columns.includes(key))
    .map(([key, value]) => `${key}=${value}`)
    .join('  ')
}
