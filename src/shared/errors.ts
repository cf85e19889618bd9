/**
 * The one error type that crosses layers and the process boundary. Everything a user can meet is an AppError:
 * `message` says what failed, `hint` what to do. `cause` stays in the process where it happened, for the log.
 */

/** Docker's errdefs words, plus the one state Docker itself cannot report. */
export const ERROR_CODES = [
  'NotFound',
  'InvalidParameter',
  'Conflict',
  'Unauthorized',
  'Forbidden',
  'Unavailable',
  'NotModified',
  'NotImplemented',
  'Cancelled',
  'Deadline',
  'DataLoss',
  'System',
  'Unknown',
  'EngineNotRunning'
] as const

export type ErrorCode = (typeof ERROR_CODES)[number]

/** An AppError as it travels: plain data that structured cloning keeps whole. */
export interface PlainError {
  readonly code: ErrorCode
  readonly message: string
  readonly hint?: string
  readonly retryable: boolean
  readonly details?: Readonly<Record<string, unknown>>
}

export interface AppErrorOptions {
  readonly hint?: string | undefined
  readonly retryable?: boolean
  readonly details?: Readonly<Record<string, unknown>> | undefined
  readonly cause?: unknown
}

/** What failed (`message`, one sentence for the user), what to do about it (`hint`) and why (`cause`, for the log). */
export class AppError extends Error {
  readonly code: ErrorCode
  readonly hint: string | undefined
  readonly retryable: boolean
  readonly details: Readonly<Record<string, unknown>> | undefined

  constructor(code: ErrorCode, message: string, options: AppErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.name = 'AppError'
    this.code = code
    this.hint = options.hint
    this.retryable = options.retryable ?? (code === 'Unavailable' || code === 'Deadline')
    this.details = options.details
  }
}

/** Any thrown value as an AppError; an AppError is returned as it is. Abort errors become `Cancelled`. */
export function toAppError(thrown: unknown): AppError {
  if (thrown instanceof AppError) return thrown
  if (thrown instanceof Error) {
    if (thrown.name === 'AbortError') return new AppError('Cancelled', 'Cancelled.', { cause: thrown })
    if (thrown.name === 'TimeoutError') {
      return new AppError('Deadline', 'No answer came in time.', { hint: 'Try again.', cause: thrown })
    }
  }
  return new AppError('Unknown', 'Something went wrong inside Quayside.', {
    hint: 'Try again; the log has the details.',
    cause: thrown
  })
}

/** Adds what was attempted, once: "Could not stop container web: …". Code, hint and details stay. */
export function attempted(what: string, thrown: unknown): AppError {
  const error = toAppError(thrown)
  return new AppError(error.code, `${what}: ${error.message}`, {
    hint: error.hint,
    retryable: error.retryable,
    details: error.details,
    cause: error
  })
}

/** The wire form. Causes and stacks are left out on purpose: they belong in main's log. */
export function toPlain(error: AppError): PlainError {
  return {
    code: error.code,
    message: error.message,
    retryable: error.retryable,
    ...(error.hint === undefined ? {} : { hint: error.hint }),
    ...(error.details === undefined ? {} : { details: error.details })
  }
}

/** Rebuilds an AppError from its wire form; the receiving side calls this, never the bridge. */
export function fromPlain(plain: PlainError): AppError {
  return new AppError(plain.code, plain.message, {
    hint: plain.hint,
    retryable: plain.retryable,
    details: plain.details
  })
}
