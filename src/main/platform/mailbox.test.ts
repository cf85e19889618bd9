import { expect, test } from 'vitest'
import { Mailbox } from './mailbox'

test('what nobody has taken is replaced, what was taken is gone, and a reader that left holds nothing up', async () => {
  const box = new Mailbox<string>()
  box.put('old')
  box.put('new')
  const first = new AbortController()
  const reader = box.take(first.signal)
  expect((await reader.next()).value).toBe('new')
  const waiting = reader.next()
  first.abort()
  expect((await waiting).done).toBe(true)
  const second = new AbortController()
  const next = box.take(second.signal).next()
  box.put('later')
  expect((await next).value).toBe('later')
})
