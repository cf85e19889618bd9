import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { parseReply, parseRows } from './rows'

const Row = z.object({ Id: z.string(), Secret: z.string() })

describe('rows of the engine', () => {
  it('are kept when one of them is not understood, and the reason names no value', () => {
    const reasons: string[] = []
    const rows = parseRows(
      Row,
      [
        { Id: 'a', Secret: 's', Extra: 1 },
        { Id: 5, Secret: 'hunter2' }
      ],
      (reason) => reasons.push(reason)
    )
    expect(rows).toEqual([{ Id: 'a', Secret: 's' }])
    expect(reasons).toEqual(['Id: invalid_type'])
  })

  it('are none when an old engine answers null', () => {
    expect(parseRows(Row, null)).toEqual([])
  })

  it('are an error that says where when the whole answer is of another kind', () => {
    expect(() => parseRows(Row, '<html>')).toThrow(/form Quayside does not know/)
    expect(() => parseReply(Row, { Id: 'a' })).toThrow(
      expect.objectContaining({ details: { where: 'Secret: invalid_type' } }) as Error
    )
  })
})
