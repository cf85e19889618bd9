/** The level of a line that is a JSON object, by the keys and words that common loggers use. Pure. */
import { LOG_LEVELS, type LogLevelName as LogLevel } from '@shared/docker/log-levels'

/** A longer line is data, not a message. */
const MAX_JSON = 64 * 1024
const KEYS = ['level', 'lvl', 'severity', 'log.level', 'levelname', 'loglevel', '@l', 'levelText']

const WORDS: Readonly<Record<string, LogLevel>> = {
  trace: 'trace',
  verbose: 'trace',
  silly: 'trace',
  finest: 'trace',
  finer: 'trace',
  t: 'trace',
  debug: 'debug',
  dbg: 'debug',
  fine: 'debug',
  d: 'debug',
  info: 'info',
  information: 'info',
  informational: 'info',
  notice: 'info',
  default: 'info',
  i: 'info',
  warn: 'warn',
  warning: 'warn',
  wrn: 'warn',
  w: 'warn',
  error: 'error',
  err: 'error',
  eror: 'error',
  severe: 'error',
  e: 'error',
  fatal: 'fatal',
  critical: 'fatal',
  crit: 'fatal',
  panic: 'fatal',
  dpanic: 'fatal',
  alert: 'fatal',
  emerg: 'fatal',
  emergency: 'fatal',
  f: 'fatal'
}

/** Index into LOG_LEVELS. */
export function levelOf(text: string): number {
  const object = jsonObject(text)
  if (object === null) return NONE
  const level = wordOf(object) ?? 'other'
  return LOG_LEVELS.indexOf(level)
}

export const NONE = LOG_LEVELS.indexOf('none')

/** The line as a JSON object; null for anything else. */
export function jsonObject(text: string): Readonly<Record<string, unknown>> | null {
  if (text.length > MAX_JSON) return null
  const trimmed = text.trim()
  if (!trimmed.startsWith('{') || !trimmed.endsWith('}')) return null
  try {
    return JSON.parse(trimmed) as Record<string, unknown>
  } catch {
    return null
  }
}

function wordOf(object: Readonly<Record<string, unknown>>): LogLevel | undefined {
  for (const key of KEYS) {
    const value = Object.hasOwn(object, key) ? object[key] : undefined
    if (typeof value === 'string') {
      const word = value.trim().toLowerCase()
      return Object.hasOwn(WORDS, word) ? WORDS[word] : numeric(Number(word))
    }
    if (typeof value === 'number') return numeric(value)
  }
  return undefined
}

/** bunyan's and pino's numbers: 10 trace to 60 fatal. */
function numeric(value: number): LogLevel | undefined {
  if (!(value >= 10 && value <= 60)) return undefined
  return (['trace', 'debug', 'info', 'warn', 'error', 'fatal'] as const)[Math.floor(value / 10) - 1]
}
