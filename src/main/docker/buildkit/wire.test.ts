import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Message, written } from './wire'

test('reads what it writes', () => {
  fc.assert(
    fc.property(
      fc.string({ minLength: 1, unit: 'grapheme' }),
      fc.boolean(),
      fc.integer({ min: 3, max: 5000 }),
      (text, flag, number) => {
        const message = new Message(written({ 1: text, 2: flag, [number]: 'last' }))
        expect(message.text(1)).toBe(text)
        expect(message.bool(2)).toBe(flag)
        expect(message.text(number)).toBe('last')
      }
    )
  )
})

test('reads numbers, times, maps and lists', () => {
  // 1: -1, 2: {1: 1700000000, 2: 500000000}, 3: {1: "a", 2: "b"}, 3: {1: "c"}, 4: "x", 4: "y", 9: fixed32, 10: fixed64
  const message = new Message(
    Buffer.from(
      '08ffffffffffffffffff01' +
        '120c0880e2cfaa061080cab5ee01' +
        '1a060a016112016' +
        '2' +
        '1a030a0163' +
        '220178' +
        '220179' +
        '4d01000000' +
        '510200000000000000',
      'hex'
    )
  )
  expect(message.int(1)).toBe(-1)
  expect(message.time(2)).toBe(1_700_000_000_500)
  expect(message.time(7)).toBeNull()
  expect([...message.map(3)]).toEqual([
    ['a', 'b'],
    ['c', '']
  ])
  expect(message.texts(4)).toEqual(['x', 'y'])
  expect(message.int(9)).toBe(1)
  expect(message.int(10)).toBe(2)
})

test('anything else is refused or read, and never hangs or grows', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      try {
        new Message(Buffer.from(bytes))
      } catch (error) {
        expect(error).toMatchObject({ code: 'DataLoss' })
      }
    })
  )
})
