/** Why something of a registry could not be read or deleted, in one sentence with what to do. */
import { z } from 'zod'
import { oneLine } from '@shared/docker/text'
import { AppError } from '@shared/errors'
import type { Reply } from './http-exchange'

const Body = z.object({
  errors: z.array(z.object({ code: z.string().nullish(), message: z.string().nullish() })).min(1)
})

/** The `kind` of a refusal that says to ask less. */
export const TOO_OFTEN = 'too-often'

/** What the registry says of an error itself; empty when it says nothing that can be read. */
function own(reply: Reply): string {
  try {
    const [first] = Body.parse(JSON.parse(reply.body.toString('utf8'))).errors
    return oneLine([first?.code, first?.message].filter((word) => word).join(': '), 200)
  } catch {
    return ''
  }
}

/** How long one wants to be left alone, of `Retry-After`: seconds, or a date; null when it does not say. */
export function retryAfter(value: string | undefined, now: number): string | null {
  const seconds = /^\d{1,6}$/.test(value ?? '')
    ? Number(value)
    : Math.ceil((Date.parse(value ?? '') - now) / 1000)
  if (!Number.isFinite(seconds) || seconds <= 0 || seconds > 1_000_000) return null
  return seconds === 1 ? '1 second' : `${seconds} seconds`
}

/** @param what what was asked for, for example "team/app:1". */
export function contentError(host: string, what: string, reply: Reply): AppError {
  const words = own(reply)
  const hint = (text: string): string => (words === '' ? text : `It says: ${words}. ${text}`)
  const { status } = reply
  if (status === 401) {
    return new AppError('Unauthorized', `${host} does not show ${what} without another login.`, {
      hint: hint('Log in with a name that may see it.')
    })
  }
  if (status === 403) {
    return new AppError('Forbidden', `${host} does not allow that for ${what}.`, {
      hint: hint('Log in with a name that may do it.')
    })
  }
  if (status === 404)
    return new AppError('NotFound', `${host} has no ${what}.`, { hint: hint('Check the name.') })
  if (status === 405 || status === 501) {
    return new AppError('NotImplemented', `${host} does not do that.`, {
      hint: hint('Whoever runs the registry can allow it.')
    })
  }
  if (status === 429) {
    const after = retryAfter(reply.headers['retry-after'], Date.now())
    return new AppError('Unavailable', `${host} was asked too often.`, {
      hint: hint(after === null ? 'Wait a moment and try again.' : `Try again in ${after}.`),
      details: { kind: TOO_OFTEN }
    })
  }
  return new AppError('Unavailable', `${host} answered with HTTP ${status} for ${what}.`, {
    hint: hint('Try again later; whoever runs the registry can say more.')
  })
}

/** What came is not what was asked for. */
export function notAsTold(host: string, what: string): AppError {
  return new AppError('DataLoss', `${host} sends something else for ${what} than its digest says.`, {
    hint: 'Nothing of it was kept. Do not use what this registry sends until whoever runs it knows why.',
    retryable: false
  })
}

export function notARegistry(host: string): AppError {
  return new AppError('System', `${host} did not answer as a registry does.`, {
    hint: 'Check that the address is that of a registry.'
  })
}
