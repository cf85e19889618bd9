import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { AppError } from '@shared/errors'
import { connectionError, replyError, streamError } from './errors'
import { SENTENCES } from './fixtures/engine-sentences'

const reply = (status: number, message: string) => replyError(status, JSON.stringify({ message }))
describe('what the engine says', () => {
  it.each(SENTENCES)('is understood: $name', ({ status, text, code, message, hint, details }) => {
    const error = reply(status, text)
    expect(error.code).toBe(code)
    if (message !== undefined) expect(error.message).toBe(message)
    if (hint !== undefined) expect(error.hint).toMatch(hint)
    if (details !== undefined) expect(error.details).toMatchObject(details)
    expect(error.hint, 'every error says what to do').toBeTruthy()
  })

  it.each([
    [400, 'InvalidParameter'],
    [401, 'Unauthorized'],
    [403, 'Forbidden'],
    [404, 'NotFound'],
    [409, 'Conflict'],
    [500, 'System'],
    [501, 'NotImplemented'],
    [503, 'Unavailable'],
    [504, 'Deadline'],
    [418, 'Unknown'],
    [599, 'System']
  ] as const)('is classified by its status when the words are new: %i', (status, code) => {
    expect(reply(status, 'something nobody has seen').code).toBe(code)
  })

  it('is a redirection that is refused, not followed', () => {
    expect(replyError(301, '').code).toBe('InvalidParameter')
  })

  it('loses escapes, control characters and line feeds on the way into a sentence', () => {
    const { message } = reply(
      500,
      '\u001b]0;pwned\u0007bad\u0000 \u001b[31mred\u001b[0m\r\n<b>text</b>\u202e'
    )
    expect(message).toBe('bad red <b>text</b>')
  })

  it('is plain text from a proxy, and nothing at all from a broken one', () => {
    expect(replyError(502, 'Bad Gateway').message).toBe('Bad Gateway')
    expect(replyError(500, '').message).toMatch(/without saying why/)
    expect(replyError(500, '{"message": 5}').message).toBe('{"message": 5}')
  })

  it('is an error of its own inside a progress stream', () => {
    expect(streamError('toomanyrequests: slow down').code).toBe('Unavailable')
  })
})

describe('the recorded replies of engine 28.5.2', () => {
  const file = new URL('./fixtures/engine-errors.json', import.meta.url)
  const { cases } = JSON.parse(readFileSync(file, 'utf8')) as {
    cases: { category: string; case: string; status: number; message: string }[]
  }

  it.each(cases)('$category, $case: gives a code, a readable sentence and a hint', (one) => {
    const error = reply(one.status, one.message)
    expect(error.code).not.toBe('Unknown')
    // eslint-disable-next-line no-control-regex -- that there are none is the point
    expect(error.message).not.toMatch(/[\u0000-\u001f\u007f]/)
    expect(error.message.length).toBeGreaterThan(0)
    expect(error.hint).toBeTruthy()
    expect(error.message.length).toBeLessThanOrEqual(2000)
    // A wrong input is never called a fault of the engine when the engine itself knew better.
    if (one.status === 400) expect(['InvalidParameter', 'NotImplemented', 'NotFound']).toContain(error.code)
  })
})

describe('a request without a reply', () => {
  const failure = (code: string) => connectionError(Object.assign(new Error(code), { code }))

  it.each([
    ['ENOENT', 'EngineNotRunning'],
    ['ECONNREFUSED', 'EngineNotRunning'],
    ['ECONNRESET', 'Unavailable'],
    ['EPIPE', 'Unavailable'],
    ['EACCES', 'Forbidden'],
    ['EHOSTUNREACH', 'Unavailable'],
    ['CERT_HAS_EXPIRED', 'Unavailable'],
    ['EWHATEVER', 'Unknown']
  ] as const)('%s means %s', (errno, code) => {
    const error = failure(errno)
    expect(error.code).toBe(code)
    expect(error.hint).toBeTruthy()
  })

  it('keeps cancelled and no answer in time apart', () => {
    expect(connectionError(new DOMException('x', 'AbortError')).code).toBe('Cancelled')
    expect(connectionError(new DOMException('x', 'TimeoutError')).code).toBe('Deadline')
  })

  it('leaves an AppError as it is', () => {
    const error = new AppError('NotFound', 'x')
    expect(connectionError(error)).toBe(error)
  })
})
