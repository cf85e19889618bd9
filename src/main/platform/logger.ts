/**
 * The app's log: one JSON object per line in a file that is rotated by size. Used everywhere in main. Only fields that
 * are named here are written, and of errors only messages, codes and causes: never an environment, a request, a header
 * or a configuration, because those carry secrets (Docker Desktop's CVE-2025-3911 and CVE-2025-13743 were logs).
 */
import { appendFileSync, renameSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { AppError } from '@shared/errors'
import { makeFolder } from './files'

export type LogLevel = 'debug' | 'info' | 'warn' | 'error'

/** Everything a log line may say besides its message. Add a field here only if it can never hold a secret. */
export interface LogFields {
  /** The part of the program, for example `engine`. */
  readonly area?: string
  /** The contract's name of a call or stream, for example `containers.start`. */
  readonly call?: string
  readonly durationMs?: number
  readonly state?: string
  readonly event?: string
  readonly attempt?: number
  readonly pid?: number
  readonly exitCode?: number | null
  readonly signal?: string | null
  readonly kind?: string
  readonly path?: string
  readonly count?: number
  readonly id?: string
  readonly version?: string
}

export interface Logger {
  debug(message: string, fields?: LogFields): void
  info(message: string, fields?: LogFields): void
  warn(message: string, fields?: LogFields, error?: unknown): void
  error(message: string, fields?: LogFields, error?: unknown): void
}

export interface FileLoggerOptions {
  /** Bytes at which the file becomes `.1`; default 2 MiB. */
  readonly maxBytes?: number
  /** How many older files are kept; default 3. */
  readonly keep?: number
  readonly level?: LogLevel
}

const LEVELS: readonly LogLevel[] = ['debug', 'info', 'warn', 'error']
const FIELD_NAMES = [
  ...['area', 'call', 'durationMs', 'state', 'event', 'attempt', 'pid', 'exitCode', 'signal', 'kind', 'path'],
  ...['count', 'id', 'version']
] as const

/** A logger that writes to `path`. A disk that cannot be written to is ignored: logging never breaks the app. */
export function createFileLogger(path: string, options: FileLoggerOptions = {}): Logger {
  const least = LEVELS.indexOf(options.level ?? 'info')
  const write = (level: LogLevel, message: string, fields: LogFields = {}, error?: unknown): void => {
    if (LEVELS.indexOf(level) < least) return
    try {
      rotateFile(path, options.maxBytes ?? 2 * 1024 * 1024, options.keep ?? 3)
      makeFolder(dirname(path))
      appendFileSync(path, formatLine(level, message, fields, error), { mode: 0o600 })
    } catch {
      // Nothing sensible can be done about a log that cannot be written.
    }
  }
  return {
    debug: (message, fields) => write('debug', message, fields),
    info: (message, fields) => write('info', message, fields),
    warn: (message, fields, error) => write('warn', message, fields, error),
    error: (message, fields, error) => write('error', message, fields, error)
  }
}

/** For tests and for parts that are given no logger. */
export const silentLogger: Logger = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined
}

/** One log line. Unknown fields are dropped even when a caller casts them in. */
export function formatLine(level: LogLevel, message: string, fields: LogFields, error?: unknown): string {
  const line: Record<string, unknown> = { time: new Date().toISOString(), level, message: redact(message) }
  for (const name of FIELD_NAMES) {
    const value = fields[name]
    if (value !== undefined) line[name] = typeof value === 'string' ? redact(value) : value
  }
  if (error !== undefined) line['causes'] = causeChain(error)
  return `${JSON.stringify(line)}\n`
}

/** An error and its causes, outermost first, as messages with their codes; ten at most. */
export function causeChain(error: unknown): string[] {
  const chain: string[] = []
  for (let cause = error; cause !== undefined && cause !== null && chain.length < 10;) {
    if (!(cause instanceof Error)) {
      chain.push(`a thrown ${typeof cause}`)
      break
    }
    const code = cause instanceof AppError ? cause.code : (cause as NodeJS.ErrnoException).code
    chain.push(redact(`${cause.name}${code === undefined ? '' : ` ${code}`}: ${cause.message}`))
    cause = cause.cause
  }
  return chain
}

/** Removes what looks like a credential: `user:password@` in URLs, Authorization values, `password=…` and the like. */
export function redact(text: string): string {
  return (
    text
      .replace(/([a-z][a-z0-9+.-]*:\/\/)[^/\s:@]+:[^/\s@]*@/gi, '$1***@')
      // Without a scheme, as people type it for an image; `name:tag@sha256:…` is none.
      .replace(/(^|[\s"'(])[^\s"'()/:@]+:[^\s"'/@]+@(?!sha\d+:)(?=[\w.-]+[:/])/g, '$1***@')
      .replace(
        /\b(authorization|x-registry-auth)(["']?\s*[:=]\s*["']?)(?:(basic|bearer)\s+)?[^\s"',;]+/gi,
        '$1$2***'
      )
      .replace(/\b(bearer|basic)\s+[A-Za-z0-9+/_=.-]{8,}/gi, '$1 ***')
      .replace(/\b(password|passwd|secret|token|identitytoken)(["']?\s*[:=]\s*["']?)[^\s"',;&]+/gi, '$1$2***')
  )
}

/** Moves `path` to `path.1` (and so on, `keep` files) when it has at least `maxBytes`. */
export function rotateFile(path: string, maxBytes: number, keep: number): void {
  const size = statSync(path, { throwIfNoEntry: false })?.size ?? 0
  if (size < maxBytes) return
  for (let n = keep - 1; n >= 1; n--) {
    if (statSync(`${path}.${n}`, { throwIfNoEntry: false })) renameSync(`${path}.${n}`, `${path}.${n + 1}`)
  }
  renameSync(path, `${path}.1`)
}
