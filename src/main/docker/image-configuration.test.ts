import { describe, expect, it } from 'vitest'
import { historyOf } from './image-configuration'

const entry = (CreatedBy: string, Size: number) => ({
  Created: 1_700_000_000,
  CreatedBy,
  Comment: null,
  Size
})
const empty = (history: ReturnType<typeof historyOf>) => history?.map(({ empty_layer }) => empty_layer)

describe('historyOf', () => {
  it('takes what has bytes for the layers when they are as many', () => {
    const history = historyOf([entry('ADD x', 10), entry('CMD ["sh"]', 0), entry('RUN x', 3)], 2)
    expect(empty(history)).toEqual([false, true, false])
    expect(history?.[0]?.created).toBe('2023-11-14T22:13:20.000Z')
  })

  it('finds layers of no bytes by their instruction', () => {
    expect(empty(historyOf([entry('ADD x', 10), entry('ENV A=1', 0), entry('WORKDIR /a', 0)], 2))).toEqual([
      false,
      true,
      false
    ])
    const classic = [entry('/bin/sh -c #(nop) ADD file:1', 5), entry('/bin/sh -c #(nop)  CMD ["sh"]', 0)]
    expect(empty(historyOf([...classic, entry('/bin/sh -c true', 0)], 2))).toEqual([false, true, false])
  })

  it('tells nothing when that does not come out even', () => {
    expect(historyOf([entry('ADD x', 10), entry('ENV A=1', 0)], 2)).toBeNull()
    expect(historyOf([], 1)).toBeNull()
    expect(empty(historyOf([], 0))).toEqual([])
  })
})
