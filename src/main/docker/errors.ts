/**
 * The one place where the engine's replies and connection failures become AppErrors. Called by the transport only;
 * nobody else reads a status code or matches the engine's words.
 */
import { AppError, toAppError, type ErrorCode } from '@shared/errors'
import { oneLine } from '@shared/docker/text'
import { ERROR_RULES, type RuleResult } from './error-rules'

const STATUS_CODES: Readonly<Record<number, ErrorCode>> = {
  304: 'NotModified',
  400: 'InvalidParameter',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'NotFound',
  405: 'NotImplemented',
  406: 'InvalidParameter',
  408: 'Deadline',
  409: 'Conflict',
  429: 'Unavailable',
  500: 'System',
  501: 'NotImplemented',
  502: 'Unavailable',
  503: 'Unavailable',
  504: 'Deadline'
}

const HINTS: Partial<Readonly<Record<ErrorCode, string>>> = {
  InvalidParameter: 'Correct the value, then try again.',
  NotFound: 'It may have been removed meanwhile.',
  Conflict: 'Look at its state now, then try again.',
  Unauthorized: 'Log in with docker login, then try again.',
  Forbidden: 'The engine does not allow it.',
  Unknown: 'Try again; the engine log may say more.',
  Unavailable: 'Wait a moment and try again.',
  Deadline: 'Try again; if it keeps happening, look at the engine log.',
  NotImplemented: 'This engine does not offer it; a newer engine may.',
  System: 'The engine log may say more.'
}

/** The engine's own words out of a reply body: `{"message": …}`, or the text itself from proxies and old engines. */
export function engineMessage(body: string): string {
  try {
    const parsed: unknown = JSON.parse(body)
    if (typeof parsed === 'object' && parsed !== null && 'message' in parsed) {
      const { message } = parsed
      if (typeof message === 'string') return message
    }
  } catch {
    // Not JSON: a proxy or a very old engine answers in plain text.
  }
  return body
}

/** An error reply of the engine (any status that is not a success) as an AppError. */
export function replyError(status: number, body: string): AppError {
  if (status >= 300 && status < 400 && status !== 304) {
    return new AppError(
      'InvalidParameter',
      'The engine answered with a redirection, which is not followed.',
      {
        hint: 'The name or id is not one the engine accepts.',
        details: { status }
      }
    )
  }
  return textError(
    engineMessage(body),
    STATUS_CODES[status] ?? (status >= 500 ? 'System' : 'Unknown'),
    status
  )
}

/** An error that came inside a stream (`{"errorDetail": {"message": …}}` of a pull or a load). */
export function streamError(message: string): AppError {
  return textError(message, 'Unknown')
}

function textError(raw: string, code: ErrorCode, status?: number): AppError {
  const text = oneLine(raw)
  const rule = matchRule(text)
  const details = {
    ...(status === undefined ? {} : { status }),
    ...(rule?.message === undefined ? {} : { engine: text }),
    ...rule?.details
  }
  const finalCode = rule?.code ?? code
  return new AppError(
    finalCode,
    rule?.message ?? (text === '' ? 'The engine refused without saying why.' : text),
    {
      hint: rule?.hint ?? HINTS[finalCode],
      ...(rule?.retryable === undefined ? {} : { retryable: rule.retryable }),
      details: Object.keys(details).length === 0 ? undefined : details
    }
  )
}

function matchRule(text: string): RuleResult | undefined {
  for (const [pattern, make] of ERROR_RULES) {
    const match = pattern.exec(text)
    if (match !== null) return make(match)
  }
  return undefined
}

/** The error of a session without an engine. */
export function engineNotRunning(cause?: unknown): AppError {
  return new AppError('EngineNotRunning', 'The Docker Engine is not running.', {
    hint: 'Start the engine, then try again.',
    retryable: true,
    cause
  })
}

const GONE = new Set(['ENOENT', 'ECONNREFUSED'])
const BROKEN = new Set([
  'ECONNRESET',
  'EPIPE',
  'ERR_STREAM_PREMATURE_CLOSE',
  'ERR_SOCKET_CLOSED',
  'ECONNABORTED'
])
const UNREACHABLE = new Set([
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTDOWN'
])
const DENIED = new Set(['EACCES', 'EPERM'])

/** A request that got no reply, or a reply that broke off, as an AppError. */
export function connectionError(thrown: unknown): AppError {
  if (!(thrown instanceof Error) || thrown instanceof AppError) return toAppError(thrown)
  const code = 'code' in thrown && typeof thrown.code === 'string' ? thrown.code : ''
  if (GONE.has(code)) return engineNotRunning(thrown)
  if (BROKEN.has(code)) {
    return new AppError('Unavailable', 'The connection to the engine broke off.', {
      hint: 'Try again once the engine is running.',
      cause: thrown
    })
  }
  if (DENIED.has(code)) {
    return new AppError('Forbidden', 'This user may not use the engine’s socket.', {
      hint: 'Add the user to the group that owns the socket (usually docker), then log in again.',
      cause: thrown
    })
  }
  if (UNREACHABLE.has(code)) {
    return new AppError('Unavailable', 'The engine’s host cannot be reached.', {
      hint: 'Check the address and the network.',
      cause: thrown
    })
  }
  if (code.startsWith('ERR_TLS') || code.includes('CERT') || code.startsWith('ERR_SSL')) {
    return new AppError(
      'Unavailable',
      `The secure connection to the engine failed: ${oneLine(thrown.message)}.`,
      {
        hint: 'Check the certificates of the docker context.',
        retryable: false,
        cause: thrown
      }
    )
  }
  return toAppError(thrown)
}
