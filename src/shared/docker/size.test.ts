import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { bytesSize, formatG, humanSize } from './size'

describe('sizes', () => {
  // From docker/go-units size_test.go.
  it.each([
    [1024, '1KiB'],
    [1024 ** 2, '1MiB'],
    [1048576, '1MiB'],
    [2 * 1024 ** 2, '2MiB'],
    [3.42 * 1024 ** 3, '3.42GiB'],
    [5.372 * 1024 ** 4, '5.372TiB'],
    [2.22 * 1024 ** 5, '2.22PiB'],
    [1049, '1.024KiB'],
    [0, '0B'],
    [1023, '1023B']
  ])('of memory are binary: %d is %s', (bytes, text) => {
    expect(bytesSize(bytes)).toBe(text)
  })

  it.each([
    [1000, '1kB'],
    [1024, '1.024kB'],
    [1000000, '1MB'],
    [1048576, '1.049MB'],
    [2 * 1000 ** 2, '2MB'],
    [3.42 * 1000 ** 3, '3.42GB'],
    [5.372 * 1000 ** 4, '5.372TB'],
    [2.22 * 1000 ** 5, '2.22PB'],
    [10000000000000 * 1000 ** 5, '1e+04YB'],
    [-1, '-1B']
  ])('of images are decimal: %d is %s', (bytes, text) => {
    expect(humanSize(bytes)).toBe(text)
  })

  it('have three digits where docker images has three', () => {
    expect(humanSize(1_234_567, 3)).toBe('1.23MB')
    // What Go's %.3g makes of 999.9.
    expect(humanSize(999_900, 3)).toBe('1e+03kB')
  })

  it('round exact halves to even, as Go does', () => {
    expect(formatG(1000.5, 4)).toBe('1000')
    expect(formatG(1001.5, 4)).toBe('1002')
    expect(formatG(2.5, 1)).toBe('2')
  })

  it('are what toPrecision says wherever there is no exact half', () => {
    fc.assert(
      fc.property(fc.double({ min: 1, max: 1023, noNaN: true }), (value) => {
        const [whole = '', fraction = ''] = value.toFixed(52).split('.')
        fc.pre(!/^50*$/.test((whole + fraction).slice(4)))
        expect(formatG(value, 4)).toBe(String(Number(value.toPrecision(4))))
      })
    )
  })
})
