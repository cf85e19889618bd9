import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { unframed } from './attach'
import { startFailure } from './exec'
import { searchFolders } from './shells'

/** As the engine frames a container's outputs. */
function frame(source: number, data: Uint8Array): Uint8Array {
  const header = new Uint8Array(8)
  header[0] = source
  new DataView(header.buffer).setUint32(4, data.length)
  return Uint8Array.of(...header, ...data)
}

async function* cut(bytes: Uint8Array, cuts: readonly number[]): AsyncGenerator<Uint8Array> {
  const ends = [...cuts, bytes.length].map((end) => Math.min(end, bytes.length)).sort((a, b) => a - b)
  for (const [index, end] of ends.entries())
    yield await Promise.resolve(bytes.subarray(ends[index - 1] ?? 0, end))
}

describe('the frames of a container without a terminal', () => {
  it('are taken off wherever the connection cut them', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.constantFrom(1, 2), fc.uint8Array({ maxLength: 30 })), { maxLength: 10 }),
        fc.array(fc.nat(400), { maxLength: 20 }),
        async (frames, cuts) => {
          const wire = Uint8Array.from(frames.flatMap(([source, data]) => [...frame(source, data)]))
          const read: number[] = []
          for await (const piece of unframed(cut(wire, cuts))) read.push(...piece)
          expect(read).toEqual(frames.flatMap(([, data]) => [...data]))
        }
      )
    )
  })
})

describe('an exec that could not be started', () => {
  const SENTENCE =
    'OCI runtime exec failed: exec failed: unable to start container process: exec: "x": executable file not found in $PATH: unknown\r\n'

  it('is told from a command that ended with the same code', () => {
    expect(startFailure(127, SENTENCE)?.message).toBe('The image has no command "x".')
    expect(startFailure(127, 'sh: x: not found\r\n')).toBeNull()
    expect(startFailure(0, SENTENCE)).toBeNull()
  })
})

describe('the folders shells are looked for in', () => {
  it('are the usual ones and those of the PATH, few and absolute', () => {
    expect(searchFolders('/opt/bin:relative::/bin/:../x')).toEqual([
      '/bin',
      '/usr/bin',
      '/usr/local/bin',
      '/opt/bin'
    ])
    expect(searchFolders(Array.from({ length: 100 }, (_, n) => `/${n}`).join(':'))).toHaveLength(12)
    expect(searchFolders(undefined)).toHaveLength(3)
  })
})
