import { describe, expect, it } from 'vitest'
import { localTime } from './log-options'
import { rangeText, sinceAgo } from './log-time-range'

const noon = new Date(2026, 4, 7, 12, 0, 0).getTime()

describe('the time range of a log', () => {
  it('is told in few words, with the day where it is another', () => {
    expect(rangeText('', '', noon)).toBe('All time')
    expect(rangeText('2026-05-07T11:30', '', noon)).toBe('Since 11:30')
    expect(rangeText('2026-05-07T11:00', '', noon)).toBe('Since 11:00')
    expect(rangeText('', '2026-05-06T23:59:30', noon)).toBe('Until 2026-05-06 23:59:30')
    expect(rangeText('2026-05-07T09:00:00.000', '2026-05-07T10:00:05', noon)).toBe('09:00 – 10:00:05')
  })

  it('begins so long ago, across midnight too', () => {
    expect(sinceAgo(15 * 60_000, noon)).toBe('2026-05-07T11:45:00')
    expect(sinceAgo(24 * 3_600_000, noon)).toBe('2026-05-06T12:00:00')
    expect(rangeText(sinceAgo(0, noon), '', noon)).toBe(`Since ${localTime(noon).slice(11, 16)}`)
  })
})
