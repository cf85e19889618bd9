import { describe, expect, it } from 'vitest'
import { JsonSense, type Lines } from './json-sense'

function log() {
  const texts: string[] = []
  const state = { firstLine: 0, read: 0 }
  const lines: Lines = {
    get firstLine() {
      return state.firstLine
    },
    get endLine() {
      return texts.length
    },
    bytes: (line, limit) => new TextEncoder().encode(texts[line]).subarray(0, limit),
    text(line) {
      state.read += 1
      return texts[line] ?? ''
    }
  }
  const write = (text: string, times = 1) => texts.push(...Array.from({ length: times }, () => text))
  return { state, write, sense: new JsonSense(lines) }
}
const JSON_LINE = '{"level":"info","msg":"hello"}'

describe('whether a log has JSON lines', () => {
  it('is told of a few lines, and changes while there are few', () => {
    const { write, sense } = log()
    expect(sense.json).toBe(false)
    write(JSON_LINE)
    expect(sense.json).toBe(true)
    write('in words', 2)
    expect(sense.json).toBe(false)
  })

  it('is told when a long log in words goes on in JSON', () => {
    const { write, sense } = log()
    write('starting up', 5000)
    expect(sense.json).toBe(false)
    write(JSON_LINE, 30)
    expect(sense.json).toBe(false)
    write(JSON_LINE, 30)
    expect(sense.json).toBe(true)
    write('in words again', 5000)
    expect(sense.json).toBe(true)
  })

  it('is told of a log that mixes both, and not of a stray line', () => {
    const mixed = log()
    for (let n = 0; n < 20; n += 1) {
      mixed.write('GET / 200', 2)
      mixed.write(JSON_LINE)
    }
    expect(mixed.sense.json).toBe(true)
    const stray = log()
    for (let n = 0; n < 50; n += 1) {
      stray.write('in words', 39)
      stray.write(JSON_LINE)
      expect(stray.sense.json).toBe(false)
    }
  })

  it('costs a log in words nothing, and takes what only looks like JSON', () => {
    const { state, write, sense } = log()
    for (let n = 0; n < 100; n += 1) {
      write('in words', 50)
      expect(sense.json).toBe(false)
    }
    expect(state.read).toBe(0)
    write('{not json}', 100)
    write('[1, 2]', 100)
    expect(sense.json).toBe(false)
  })

  it('goes on with a log whose oldest lines were let go', () => {
    const { state, write, sense } = log()
    write('in words', 1000)
    state.firstLine = 990
    expect(sense.json).toBe(false)
    write(JSON_LINE, 100)
    state.firstLine = 1000
    expect(sense.json).toBe(true)
  })
})
