import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { logText, shownText } from './log-text'

describe('a line as it is shown', () => {
  it('keeps colours as spans and drops every other escape', () => {
    const { text, spans } = logText(
      '\u001b[1;31mred\u001b[0m plain \u001b[38;5;196mcube\u001b[39m\u001b[48;2;1;2;3mtrue'
    )
    expect(text).toBe('red plain cubetrue')
    expect(spans).toEqual([
      { start: 0, end: 3, bold: true, fg: '1' },
      { start: 10, end: 14, fg: '#ff0000' },
      { start: 14, end: 18, bg: '#010203' }
    ])
  })

  it.each([
    ['a title', 'a\u001b]0;pwned\u0007b', 'ab'],
    ['a link', '\u001b]8;;https://x.test\u001b\\here\u001b]8;;\u001b\\', 'here'],
    ['the clipboard', 'a\u001b]52;c;cHduZWQ=\u0007b', 'ab'],
    ['a question', 'a\u001b[6nb\u001b[cb', 'abb'],
    ['the other screen', '\u001b[?1049hx\u001b[?1049l', 'x'],
    ['moves', 'a\u001b[2Jb\u001b[10;10Hc', 'abc'],
    ['a C1 CSI', 'a\u009b31mb', 'ab'],
    ['an unfinished OSC', 'a\u001b]0;never', 'a'],
    ['an unfinished CSI', 'a\u001b[12', 'a'],
    ['a lone escape', 'a\u001b', 'a'],
    ['a device string', 'a\u001bPq#0\u001b\\b', 'ab']
  ])('drops %s', (_what, raw, shown) => {
    expect(logText(raw).text).toBe(shown)
  })

  it('lets a carriage return write over the line, and what is longer below it show', () => {
    expect(logText('10%\r20%\r100%').text).toBe('100%')
    expect(logText('abcdef\rxy').text).toBe('xycdef')
    expect(logText('abcdef\r\u001b[Kxy').text).toBe('xy')
    expect(logText('ends\r').text).toBe('ends')
    expect(logText('\u001b[31mabc\r\u001b[32mx').spans).toEqual([
      { start: 0, end: 1, fg: '2' },
      { start: 1, end: 3, fg: '1' }
    ])
  })

  it('shows what cannot be seen', () => {
    expect(logText('a\u0000b\u202ec\u007f').text).toBe('a␀b⟨U+202E⟩c␡')
  })

  it('never fails, never leaves a control character, and its spans lie in the text', () => {
    const bits = fc.constantFrom(
      '\u001b',
      '[',
      '3',
      '1',
      ';',
      'm',
      'K',
      '\r',
      '\u0007',
      ']',
      '\u009b',
      'a',
      'é',
      '\u0000',
      '\t',
      '😀'
    )
    fc.assert(
      fc.property(fc.array(bits, { maxLength: 60 }), (parts) => {
        const raw = parts.join('')
        const { text, spans } = logText(raw)
        // eslint-disable-next-line no-control-regex -- control characters are what this is about
        expect(text).not.toMatch(/[\u0000-\u0008\u000a-\u001f\u007f-\u009f]/)
        let at = 0
        for (const { start, end } of spans) {
          expect(start).toBeGreaterThanOrEqual(at)
          expect(end).toBeLessThanOrEqual(text.length)
          at = end
        }
        expect(shownText(raw)).toBe(text)
      })
    )
  })

  it('takes a line of a million carriage returns', () => {
    expect(logText('x\r'.repeat(500_000)).text).toBe('x')
  })
})
