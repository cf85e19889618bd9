import { expect, test } from 'vitest'
import { parseMemorySize } from './memory-size'

test.each([
  ['0', 0],
  ['64m', 64 * 1024 ** 2],
  ['1.5 GB', 1.5 * 1024 ** 3],
  ['32KiB', 32 * 1024],
  ['7b', 7]
])('%s is %d bytes', (text, bytes) => expect(parseMemorySize(text)).toBe(bytes))

test.each(['', 'm', '-1', '1z', '1ki', '1 k b', '1e3'])('%j is no size', (text) =>
  expect(parseMemorySize(text)).toBeNull()
)
