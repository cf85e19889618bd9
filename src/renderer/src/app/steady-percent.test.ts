import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { steadyPercent } from './steady-percent'

describe('a steady percentage', () => {
  it('stays while a sample is within a point of it', () => {
    expect([1.2, 1.9, 2, 0.6].map((value) => steadyPercent(1, value))).toEqual([1, 1, 1, 1])
  })

  it('follows what is further away', () => {
    expect([steadyPercent(1, 2.1), steadyPercent(40, 3.4)]).toEqual([2, 3])
  })

  it('says nothing and everything exactly', () => {
    expect([steadyPercent(1, 0.4), steadyPercent(99, 99.6)]).toEqual([0, 100])
  })

  it('is never more than a point off', () => {
    const percent = fc.double({ min: 0, max: 100, noNaN: true })
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 100 }), percent, (shown, value) => {
        expect(Math.abs(steadyPercent(shown, value) - value)).toBeLessThanOrEqual(1)
      })
    )
  })
})
