/** From bytes to stored lines: frames, lines, timestamps, whatever the chunks. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { LineAssembler } from './line-assembler'
import { FLAG_OPEN, FLAG_STDERR, LineStore, PAGE_LINES, SharedStore } from './line-store'
import { resumeAfter } from './resume'
import { formatStamp, parseStamp } from './timestamp'

const limits = { maxBytes: 64 * 1024 * 1024, maxLines: 1_000_000 }
const frame = (stream: number, payload: string | Uint8Array): Buffer => {
  const body = Buffer.from(payload)
  const header = Buffer.alloc(8)
  header[0] = stream
  header.writeUInt32BE(body.length, 4)
  return Buffer.concat([header, body])
}
const T = '2026-01-02T03:04:05.000000006Z '

/** Feeds `bytes` in pieces that end at `cuts`. */
function assembled(bytes: Buffer, cuts: readonly number[], tty = false): LineStore {
  const store = new LineStore(limits)
  const assembler = new LineAssembler(tty, (line) => store.append(line))
  let at = 0
  for (const cut of [...cuts].map((one) => one % (bytes.length + 1)).sort((a, b) => a - b)) {
    if (cut > at) assembler.push(bytes.subarray(at, cut))
    at = Math.max(at, cut)
  }
  if (at < bytes.length) assembler.push(bytes.subarray(at))
  assembler.flush()
  return store
}
const texts = (store: LineStore): string[] =>
  Array.from({ length: store.endLine - store.firstLine }, (_, n) => store.text(store.firstLine + n))

describe('a timestamp', () => {
  it('is read with its nanoseconds and printed as Docker prints it', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 4_000_000_000 }),
        fc.integer({ min: 0, max: 999_999_999 }),
        (sec, nano) => {
          const bytes = Buffer.from(`${formatStamp(sec, nano)} x`)
          expect(parseStamp(bytes, 0, bytes.length)).toEqual({ sec, nano, bytes: 31 })
        }
      )
    )
  })

  it.each([
    ['2026-01-02T03:04:05Z ', 1767323045, 0, 21],
    ['2026-01-02T03:04:05.5+01:00 ', 1767319445, 500_000_000, 28]
  ])('may be written as %s', (text, sec, nano, bytes) => {
    expect(parseStamp(Buffer.from(text), 0, text.length)).toEqual({ sec, nano, bytes })
  })

  it.each(['', 'no time at all, only text', '2026-13-02T03:04:05Z ', '2026-01-02T03:04:05.1Zx'])(
    'is not %j',
    (text) => {
      expect(parseStamp(Buffer.from(text), 0, text.length)).toBeNull()
    }
  )
})

describe('lines', () => {
  const content = fc.array(
    fc.record({
      stream: fc.constantFrom(1, 2),
      text: fc.string({ unit: 'binary', maxLength: 40 }).map((text) => text.replaceAll('\n', '·'))
    }),
    { maxLength: 30 }
  )

  it('come out of frames as they were written, wherever the chunks end', () => {
    fc.assert(
      fc.property(content, fc.array(fc.nat(), { maxLength: 40 }), (lines, cuts) => {
        const bytes = Buffer.concat(lines.map(({ stream, text }) => frame(stream, `${T}${text}\n`)))
        const store = assembled(bytes, cuts)
        expect(texts(store)).toEqual(lines.map(({ text }) => Buffer.from(text).toString('utf8')))
        lines.forEach(({ stream }, n) => {
          expect(store.page(n).flags[n]).toBe(stream === 2 ? FLAG_STDERR : 0)
          expect(store.page(n).nano[n]).toBe(6)
        })
      })
    )
  })

  it('come out of a terminal as they were written, wherever the chunks end', () => {
    fc.assert(
      fc.property(content, fc.array(fc.nat(), { maxLength: 40 }), (lines, cuts) => {
        const bytes = Buffer.from(lines.map(({ text }) => `${T}${text}\r\n`).join(''))
        expect(texts(assembled(bytes, cuts, true))).toEqual(
          lines.map(({ text }) => `${Buffer.from(text).toString('utf8')}\r`)
        )
      })
    )
  })

  it('are joined from the parts of 16 KiB in which the engine keeps them', () => {
    const long = 'x'.repeat(3 * 16_384 + 5)
    const parts = [0, 1, 2, 3].map((n) => long.slice(n * 16_384, (n + 1) * 16_384))
    const framed = Buffer.concat(
      parts.map((part, n) => frame(n < 3 ? 1 : 1, `${T}${part}${n === 3 ? '\n' : ''}`))
    )
    expect(texts(assembled(framed, [5, 9, 20_000]))).toEqual([long])
    const bare = Buffer.from(`${parts.map((part) => T + part).join('')}\n${T}next\n`)
    expect(texts(assembled(bare, [7, 16_400], true))).toEqual([long, 'next'])
  })

  it('of both streams are not mixed while one is unfinished', () => {
    const half = 'y'.repeat(16_384)
    const bytes = Buffer.concat([frame(1, T + half), frame(2, `${T}error\n`), frame(1, `${T}rest\n`)])
    expect(texts(assembled(bytes, []))).toEqual(['error', `${half}rest`])
  })

  it('may end without a line feed', () => {
    const store = assembled(Buffer.concat([frame(1, `${T}a\n`), frame(1, `${T}last`)]), [])
    expect(texts(store)).toEqual(['a', 'last'])
    expect(store.page(1).flags[1]).toBe(FLAG_OPEN)
  })

  it('of ten megabytes are kept whole', () => {
    const store = new LineStore(limits)
    const assembler = new LineAssembler(false, (line) => store.append(line))
    for (let n = 0; n < 640; n += 1) assembler.push(frame(1, T + 'z'.repeat(16_384)))
    assembler.push(frame(1, `${T}\n`))
    expect(store.endLine).toBe(1)
    expect(store.bytes(0).length).toBe(640 * 16_384)
  })

  it('of a stream that has no frames are refused with a sentence', () => {
    expect(() => assembled(Buffer.from('this is not a frame at all'), [])).toThrow('cannot be read')
    expect(() => assembled(Buffer.from([1, 0, 0, 0, 255, 255, 255, 255, 0]), [])).toThrow('cannot be read')
  })

  it('keep invalid UTF-8 as it is and show it replaced', () => {
    const bytes = frame(
      1,
      Buffer.concat([Buffer.from(T), Buffer.from([0xff, 0x41, 0xc3]), Buffer.from('\n')])
    )
    const store = assembled(bytes, [])
    expect([...store.bytes(0)]).toEqual([0xff, 0x41, 0xc3])
    expect(store.text(0)).toBe('\ufffdA\ufffd')
  })
})

describe('the store', () => {
  const line = (text: string, sec = 1) => {
    const bytes = Buffer.from(text)
    return { stream: 1 as const, sec, nano: 0, bytes, start: 0, end: bytes.length, ended: true }
  }

  it('lets the oldest lines go when a bound is reached, and numbers go on', () => {
    const store = new LineStore({ maxBytes: 3 * 1024 * 1024, maxLines: 1_000_000 })
    const text = 'x'.repeat(1000)
    for (let n = 0; n < 10_000; n += 1) store.append(line(`${n} ${text}`))
    expect(store.sizeBytes).toBeLessThanOrEqual(4 * 1024 * 1024)
    expect(store.firstLine).toBeGreaterThan(0)
    expect(store.endLine).toBe(10_000)
    expect(store.text(9999)).toBe(`9999 ${text}`)
    expect(store.text(store.firstLine)).toBe(`${store.firstLine} ${text}`)
    expect(() => store.text(0)).toThrow()
  })

  it('is bounded for empty lines too', () => {
    const store = new LineStore({ maxBytes: 64 * 1024 * 1024, maxLines: 100_000 })
    for (let n = 0; n < 400_000; n += 1) store.append(line(''))
    expect(store.endLine - store.firstLine).toBeLessThanOrEqual(100_000 + 65_536)
    expect(store.pages.size).toBeLessThan(200_000 / PAGE_LINES + 2)
  })

  it('is seen the same from the other side, whenever that begins to look', () => {
    const store = new LineStore({ maxBytes: 2 * 1024 * 1024, maxLines: 1_000_000 })
    const other = new SharedStore()
    for (let n = 0; n < 9000; n += 1) {
      if (n === 3000) {
        for (const event of store.shared()) other.apply(event)
        store.onShare = (event) => other.apply(event)
      }
      store.append(line(`${n} ${'y'.repeat(500)}`, n))
    }
    expect(store.firstLine).toBeGreaterThan(0)
    expect(other.firstLine).toBe(store.firstLine)
    expect([...other.chunks.keys()]).toEqual([...store.chunks.keys()])
    expect(other.text(8999)).toBe(store.text(8999))
    expect(other.text(store.firstLine)).toBe(store.text(store.firstLine))
  })

  it('knows what it has when a log is gone on with', () => {
    const store = new LineStore(limits)
    const lines = [line('a', 10), line('b', 11), line('b', 11), line('c', 12)]
    for (const one of lines) store.append(one)
    const resume = resumeAfter(store, null)!
    expect(resume.since).toBe('10.000000000')
    expect([...lines, line('b', 11), line('d', 13)].map((one) => resume.isKnown(one))).toEqual([
      true,
      true,
      true,
      true,
      false,
      false
    ])
    expect(resume.met).toBe(true)
    expect(resumeAfter(new LineStore(limits), null)).toBeNull()
  })
})
