import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { jsonLines } from './jsonl'

async function read(chunks: readonly Uint8Array[]): Promise<unknown[]> {
  async function* source() {
    for (const chunk of chunks) yield await Promise.resolve(chunk)
  }
  const values: unknown[] = []
  for await (const value of jsonLines(source())) values.push(value)
  return values
}

describe('JSON lines', () => {
  it('come out the same wherever the chunks are cut, inside a character too', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.jsonValue({ maxDepth: 2 }), { maxLength: 8 }),
        fc.array(fc.nat(200), { maxLength: 12 }),
        async (values, cuts) => {
          const bytes = new TextEncoder().encode(values.map((value) => `${JSON.stringify(value)}\n`).join(''))
          const places = [
            0,
            ...cuts.map((cut) => Math.min(cut, bytes.length)).sort((a, b) => a - b),
            bytes.length
          ]
          const chunks = places.slice(1).map((end, index) => bytes.slice(places[index], end))
          expect(await read(chunks)).toEqual(JSON.parse(JSON.stringify(values)))
        }
      )
    )
  })

  it('skip what is not JSON and take a last line without its end', async () => {
    const bytes = new TextEncoder().encode('{"a":1}\r\n\nnot json\n{"b":2}')
    expect(await read([bytes])).toEqual([{ a: 1 }, { b: 2 }])
  })
})
