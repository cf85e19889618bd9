import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { oneLine, plainText } from './text'

/** Any UTF-16 unit, the first 256 often. */
const unit = fc.oneof(fc.nat(255), fc.nat(0xffff)).map((code) => String.fromCharCode(code))

describe('text from outside', () => {
  it.each([
    ['\u001b[1;31mred\u001b[0m', 'red'],
    ['\u001b]0;title\u0007after', 'after'],
    ['\u001b]8;;http://x\u001b\\link\u001b]8;;\u001b\\', 'link'],
    ['\u001b]52;c;never ended', ''],
    ['a\u0000b\u0008c\u007fd\u009be', 'abcde'],
    ['exe\u202etxt\u2066.', 'exetxt.'],
    ['tab\tand\nline', 'tab\tand\nline'],
    ['<b>&amp;</b>', '<b>&amp;</b>']
  ])('loses what is not text: %j', (from, to) => {
    expect(plainText(from)).toBe(to)
  })

  it('never holds a control character afterwards', () => {
    fc.assert(
      fc.property(fc.string({ unit }), (text) => {
        // eslint-disable-next-line no-control-regex -- that there are none is the point
        expect(oneLine(text)).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/)
      })
    )
  })

  it('fits into a sentence', () => {
    expect(oneLine(' a\r\n  b ')).toBe('a b')
    expect(oneLine('x'.repeat(50), 10)).toBe(`${'x'.repeat(9)}…`)
  })
})
