import { expect, test } from 'vitest'
import { AppError } from '@shared/errors'
import { ChangeBox } from './change-box'

interface Row {
  readonly Id: string
  readonly at: number
}
const row = (Id: string, at = 0): Row => ({ Id, at })
const never = new AbortController().signal

test('what is told before the snapshot is newer than it; what is told again is told once', async () => {
  const box = new ChangeBox<Row>()
  box.put(row('a', 2))
  box.put(row('b', 1))
  box.remove('c')
  box.start([row('a', 1), row('b', 1), row('c', 1)])
  box.end(null)
  const told = []
  for await (const item of box.take(never)) told.push(item)
  expect(told).toEqual([
    { type: 'snapshot', items: [row('a', 1), row('b', 1), row('c', 1)] },
    { type: 'patch', upserts: [row('a', 2)], removes: ['c'] }
  ])
})

test('changes that come while nobody takes are one patch, and an end with an error is thrown after them', async () => {
  const box = new ChangeBox<Row>()
  box.start([])
  const taken = box.take(never)
  expect((await taken.next()).value).toEqual({ type: 'snapshot', items: [] })
  box.put(row('a', 1))
  box.put(row('a', 2))
  box.put(row('b', 1))
  box.remove('b')
  box.end(new AppError('Unavailable', 'gone'))
  expect((await taken.next()).value).toEqual({ type: 'patch', upserts: [row('a', 2)], removes: ['b'] })
  await expect(taken.next()).rejects.toMatchObject({ code: 'Unavailable' })
})

test('a reader that waits is let go', async () => {
  const stop = new AbortController()
  const box = new ChangeBox<Row>()
  const waiting = box.take(stop.signal).next()
  stop.abort()
  expect(await waiting).toEqual({ done: true, value: undefined })
})
