import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { payloadExceeds } from './payload'

const MB = 1024 * 1024

describe('the size of a payload', () => {
  it('lets ordinary parameters through', () => {
    expect(payloadExceeds(undefined, MB)).toBe(false)
    expect(payloadExceeds({ id: 'a'.repeat(64), env: ['A=1'], when: new Date(0) }, MB)).toBe(false)
  })

  it.each([
    ['a long text', 'x'.repeat(MB)],
    ['a long key', { ['k'.repeat(MB)]: 1 }],
    ['many values', new Array(1_000_000).fill(0)],
    ['a sparse array', new Array(1_000_000)],
    ['a large buffer', new Uint8Array(2 * MB)],
    ['a large buffer in a map', new Map([['k', new ArrayBuffer(2 * MB)]])],
    ['a large set', new Set(Array.from({ length: 200_000 }, (_, n) => n))],
    ['an endless number', 1n << 100_000n]
  ])('refuses %s', (_what, value) => {
    expect(payloadExceeds(value, MB)).toBe(true)
  })

  it('ends on cycles', () => {
    const cycle: { self?: unknown } = {}
    cycle.self = cycle
    expect(payloadExceeds(cycle, MB)).toBe(true)
  })

  it('counts a text wherever it is hidden', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom('list', 'object', 'map', 'set'), { maxLength: 8 }), (shells) => {
        let value: unknown = 'x'.repeat(1000)
        for (const shell of shells) {
          if (shell === 'list') value = [value]
          else if (shell === 'object') value = { value }
          else value = shell === 'map' ? new Map([['k', value]]) : new Set([value])
        }
        expect(payloadExceeds(value, 1500)).toBe(true)
        expect(payloadExceeds(value, 5000)).toBe(false)
      })
    )
  })
})
