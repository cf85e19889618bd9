import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ModeMemory } from './modes'
import { Replay } from './replay'

const bytes = (text: string) => new TextEncoder().encode(text)
const text = (data: Uint8Array) => new TextDecoder().decode(data)

describe('the replay', () => {
  it('reads any piece of what is still here, whatever the chunks were', () => {
    fc.assert(
      fc.property(
        fc.array(fc.uint8Array({ maxLength: 20 }), { maxLength: 30 }),
        fc.nat(100),
        fc.nat(50),
        (chunks, back, limit) => {
          const replay = new Replay(100)
          for (const chunk of chunks) replay.append(chunk)
          const all = Uint8Array.from(chunks.flatMap((chunk) => [...chunk]))
          expect(replay.end).toBe(all.length)
          const at = Math.max(0, all.length - Math.min(back, 100))
          expect(replay.read(at, limit)).toEqual(all.slice(at, at + limit))
        }
      )
    )
  })

  it('keeps what it is allowed to and at most one chunk more', () => {
    const replay = new Replay(1000)
    for (let n = 0; n < 100; n += 1) replay.append(bytes(`${String(n).padStart(98, ' ')}\n`))
    const { at } = replay.resume(0)
    expect(replay.end - at).toBeGreaterThanOrEqual(900)
    expect(replay.end - at).toBeLessThanOrEqual(1100)
  })

  it('goes on where the page is, or begins at a line with the modes of what is gone', () => {
    const replay = new Replay(100)
    replay.append(bytes('\u001b[?1049h\u001b[?2004h first\n'))
    expect(replay.resume(0)).toEqual({ at: 0, modes: '' })
    expect(replay.resume(5)).toEqual({ at: 5, modes: '' })
    for (let n = 0; n < 20; n += 1) replay.append(bytes(`line ${n} – ü\n`))
    const again = replay.resume(5)
    expect(again.modes).toBe('\u001b[?1049h\u001b[?2004h')
    expect(text(replay.read(again.at, 1000))).toMatch(/^line \d+ – ü\n/)
    expect(replay.resume(replay.end)).toEqual({ at: replay.end, modes: '' })
    expect(replay.resume(replay.end + 1).at).toBe(again.at)
  })

  it('leaves out lines for a page that is to see the end only, with the modes set in them', () => {
    const replay = new Replay()
    const flood = 'y\n'.repeat(1000)
    replay.append(bytes(`start\u001b[?2004l${flood}\u001b[?25l${flood}last`))
    const skip = replay.skip(20, 11)
    expect(skip?.modes).toBe('\u001b[?25l')
    expect(text(replay.read(skip?.at ?? 0, 100))).toBe('y\ny\ny\nlast')
    // There is hardly more; no line begins there.
    expect(replay.skip(replay.end - 5, 10)).toBeNull()
    expect(replay.skip(20, 3)).toBeNull()
    replay.append(bytes(`\u001b[?1049h${flood}`))
    expect(replay.skip(replay.end - 500, 100)).toBeNull()
    expect(replay.skip(20, 100)).toBeNull()
  })

  it('hands out memory of its own', () => {
    const replay = new Replay()
    replay.append(new Uint8Array(1000))
    expect(replay.read(10, 5).buffer.byteLength).toBe(5)
    expect(replay.tail(10)).toHaveLength(10)
  })
})

describe('the modes of what is gone', () => {
  it('are those set last, wherever the chunks were cut', () => {
    const output = 'a\u001b[?1;2004hb\u001b[?25l\u001b[?1049h\u001b[?1049lc'
    fc.assert(
      fc.property(fc.array(fc.nat(output.length), { maxLength: 6 }), (cuts) => {
        const modes = new ModeMemory()
        const ends = [...cuts, output.length].sort((a, b) => a - b)
        ends.forEach((end, index) => modes.pass(bytes(output.slice(ends[index - 1] ?? 0, end))))
        expect(modes.sequence()).toBe('\u001b[?1h\u001b[?2004h\u001b[?25l\u001b[?1049l')
      })
    )
  })

  it('are none after a reset, and never more than a screen has', () => {
    const modes = new ModeMemory()
    for (let n = 0; n < 500; n += 1) modes.pass(bytes(`\u001b[?${n}h`))
    expect(modes.sequence().split('h')).toHaveLength(65)
    modes.pass(bytes('\u001bc'))
    expect(modes.sequence()).toBe('')
  })
})
