import { describe, expect, it } from 'vitest'
import { AppError, attempted, fromPlain, toAppError, toPlain } from './errors'

describe('an AppError', () => {
  it('comes back from the wire as it went, without its cause', () => {
    const error = new AppError('Conflict', 'No.', {
      hint: 'Do.',
      details: { port: 1 },
      cause: new Error('secret')
    })
    const plain = toPlain(error)
    expect(JSON.stringify(plain)).not.toContain('secret')
    expect(toPlain(fromPlain(structuredClone(plain)))).toEqual(plain)
  })

  it('gains what was attempted and keeps the rest', () => {
    const inner = new AppError('NotFound', 'No such container: web.', { hint: 'It was removed.' })
    const outer = attempted('Could not stop container web', inner)
    expect(outer.message).toBe('Could not stop container web: No such container: web.')
    expect(outer).toMatchObject({ code: 'NotFound', hint: 'It was removed.', cause: inner })
  })

  it.each([
    [new DOMException('x', 'AbortError'), 'Cancelled'],
    [new DOMException('x', 'TimeoutError'), 'Deadline'],
    [new Error('/root/secret'), 'Unknown'],
    ['a string', 'Unknown'],
    [undefined, 'Unknown']
  ])('is made of whatever was thrown: %s', (thrown, code) => {
    const error = toAppError(thrown)
    expect(error.code).toBe(code)
    expect(error.message).not.toContain('secret')
  })

  it('is retryable when waiting may help', () => {
    expect(new AppError('Unavailable', 'x').retryable).toBe(true)
    expect(new AppError('NotFound', 'x').retryable).toBe(false)
  })
})
