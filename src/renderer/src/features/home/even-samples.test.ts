import { expect, it } from 'vitest'
import { evenValues } from './even-samples'

const at = (seconds: number, value: number | null) => ({ at: seconds * 1000, value })
const values = (...samples: { at: number; value: number | null }[]) =>
  evenValues(samples, ({ value }) => value)

it('gives a sample as much room as the time it stands for', () => {
  expect(values(at(0, 1), at(2, 2), at(4, 3))).toEqual([1, 2, 3])
  expect(values(at(0, 1), at(6, 2), at(8, 3))).toEqual([1, 2, 2, 2, 3])
  expect(values(at(0, 1), at(0.2, 2))).toEqual([1, 2])
})

it('leaves out the time in which nobody looked, and what has no value', () => {
  expect(values(at(0, 1), at(3600, 2))).toEqual([1, 2])
  expect(values(at(0, null), at(2, 5))).toEqual([5])
  expect(values()).toEqual([])
})
