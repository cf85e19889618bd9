import { expect, it } from 'vitest'
import { Pulse } from './pulse'

const never = new AbortController().signal
const quiet = () => new Promise((resolve) => setTimeout(resolve, 5))

it('tells of the beats of a rest once it is over, and of no rest without one', async () => {
  const pulse = new Pulse()
  let told = 0
  const wait = () => void pulse.beyond(pulse.beats, never).then(() => (told += 1))
  wait()
  pulse.rest()
  pulse.wake()
  await quiet()
  expect(told).toBe(0)

  pulse.rest()
  pulse.beat()
  pulse.beat()
  await quiet()
  expect(told).toBe(0)
  pulse.wake()
  await quiet()
  expect(told).toBe(1)
})

it('answers false when the wait is called off', async () => {
  const abort = new AbortController()
  const waiting = new Pulse().beyond(0, abort.signal)
  abort.abort()
  expect(await waiting).toBe(false)
})
