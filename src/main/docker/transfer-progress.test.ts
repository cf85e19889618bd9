import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { TRANSFER_STATES } from '@shared/contract/tasks'
import type { ProgressLine } from './images'
import { advance, NO_TRANSFER, transferOf, type TransferState } from './transfer-progress'

function after(lines: readonly ProgressLine[], stepMs = 100): TransferState {
  return lines.reduce((state, line, index) => advance(state, line, index * stepMs), NO_TRANSFER)
}
const line = (id: string, status: string, current?: number, total?: number): ProgressLine => ({
  id,
  status,
  ...(current === undefined ? {} : { progressDetail: { current, total } })
})

describe('a transfer', () => {
  it('follows the layers of a classic pull', () => {
    const state = after([
      { status: 'Pulling from team/app', id: '1' },
      line('aaa', 'Already exists'),
      line('bbb', 'Pulling fs layer'),
      line('bbb', 'Downloading', 50, 200),
      line('ccc', 'Waiting')
    ])
    expect(transferOf(state)).toMatchObject({ current: 50, total: 200, secondsLeft: null })
    const done = [
      line('bbb', 'Verifying Checksum'),
      line('bbb', 'Download complete'),
      line('bbb', 'Extracting', 32, 200),
      line('bbb', 'Pull complete'),
      { status: 'Digest: sha256:abc' }
    ].reduce((next, one, index) => advance(next, one, 1000 + index), state)
    expect(transferOf(done).layers).toEqual([
      { id: 'aaa', state: 'Already exists', current: 0, total: 0 },
      { id: 'bbb', state: 'Pull complete', current: 200, total: 200 },
      { id: 'ccc', state: 'Waiting', current: 0, total: 0 }
    ])
    expect(done.message).toBe('Digest: sha256:abc')
  })

  it('tells speed and time left of the last seconds', () => {
    const lines = Array.from({ length: 40 }, (_, index) => line('a', 'Downloading', index * 100, 10_000))
    const transfer = transferOf(after(lines, 250))
    expect(transfer.bytesPerSecond).toBeGreaterThan(390)
    expect(transfer.bytesPerSecond).toBeLessThan(410)
    expect(transfer.secondsLeft).toBe(Math.ceil((10_000 - 3900) / (transfer.bytesPerSecond ?? 1)))
  })

  it('takes a layer that starts over from its beginning, and does not tell a negative speed', () => {
    const state = after(
      [
        line('a', 'Downloading', 900, 1000),
        line('a', 'Retrying in 5 seconds'),
        line('a', 'Downloading', 1, 1000)
      ],
      1000
    )
    expect(transferOf(state)).toMatchObject({ current: 1, total: 1000 })
    expect(transferOf(state).bytesPerSecond ?? 0).toBeGreaterThanOrEqual(0)
  })

  it('knows the words of a push', () => {
    const state = after([
      { status: 'The push refers to repository [r/x]' },
      line('a', 'Preparing'),
      line('a', 'Pushing', 10, 5),
      line('b', 'Layer already exists'),
      line('c', 'Mounted from team/base'),
      line('a', 'Pushed')
    ])
    expect(transferOf(state).layers.map((layer) => layer.state)).toEqual([
      'Pushed',
      'Layer already exists',
      'Mounted from'
    ])
  })

  it('holds for any lines in any order: never more than the total, never a number that is none', () => {
    const words = fc.oneof(
      fc.constantFrom(
        ...TRANSFER_STATES,
        'Pulling fs layer',
        'Preparing',
        'Retrying in 1 second',
        'Mounted from x'
      ),
      fc.string()
    )
    const size = fc.oneof(fc.double(), fc.integer({ min: -5, max: 1e9 }))
    const lines = fc.array(
      fc.record({
        id: fc.constantFrom('a', 'b', '__proto__', 'constructor'),
        status: words,
        progressDetail: fc.record({ current: size, total: size })
      })
    )
    fc.assert(
      fc.property(lines, fc.array(fc.integer({ min: -1000, max: 3000 })), (all, steps) => {
        let now = 0
        let state = NO_TRANSFER
        all.forEach((one, index) => {
          now += steps[index] ?? 10
          state = advance(state, one, now)
          const told = transferOf(state)
          expect(told.layers.length).toBeLessThanOrEqual(4)
          for (const layer of told.layers) {
            expect(layer.current).toBeGreaterThanOrEqual(0)
            expect(layer.current).toBeLessThanOrEqual(layer.total)
            expect(TRANSFER_STATES).toContain(layer.state)
          }
          for (const number of [told.bytesPerSecond, told.secondsLeft])
            if (number !== null) expect(number).toBeGreaterThanOrEqual(0)
        })
      })
    )
  })

  it('does not grow without bound', () => {
    let state = NO_TRANSFER
    for (let index = 0; index < 1200; index += 1) state = advance(state, line(`l${index}`, 'Waiting'), index)
    expect(transferOf(state).layers).toHaveLength(1000)
  })
})
