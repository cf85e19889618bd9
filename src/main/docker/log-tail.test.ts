import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { frames, toLines } from './log-tail'

function frame(source: 1 | 2, data: Buffer): Buffer {
  const head = Buffer.alloc(8)
  head[0] = source
  head.writeUInt32BE(data.length, 4)
  return Buffer.concat([head, data])
}

describe('the tail of a log', () => {
  it('joins what was cut into frames, also inside a character, whatever the cuts', () => {
    const text = 'früh 日本\nzwei\n'
    const bytes = Buffer.from(text)
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: bytes.length }), { maxLength: 5 }), (cuts) => {
        const at = [0, ...cuts.sort((a, b) => a - b), bytes.length]
        const parts = at.slice(1).map((end, n) => frame(2, bytes.subarray(at[n], end)))
        expect(toLines(frames(Buffer.concat(parts)))).toEqual([
          { source: 'stderr', text: 'früh 日本' },
          { source: 'stderr', text: 'zwei' }
        ])
      })
    )
  })

  it('keeps the outputs apart, drops escapes, takes a carriage return at its word and cuts a long line', () => {
    const lines = toLines(
      frames(
        Buffer.concat([
          frame(1, Buffer.from('half ')),
          frame(2, Buffer.from('\u001b[31mred\u001b[0m\u001b]0;title\u0007\n')),
          frame(1, Buffer.from('line\r\n10%\r100%\n')),
          frame(1, Buffer.from('x'.repeat(50_000)))
        ])
      )
    )
    expect(lines.map(({ source, text }) => `${source} ${text.slice(0, 20)}`)).toEqual([
      'stderr red',
      'stdout half line',
      'stdout 100%',
      `stdout ${'x'.repeat(20)}`
    ])
    expect(lines.at(-1)?.text.length).toBe(2001)
  })

  it('does not mind a torn end or rubbish', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        toLines(frames(Buffer.from(bytes)))
      })
    )
  })
})
