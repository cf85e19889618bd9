import { describe, expect, it } from 'vitest'
import { formatAge, formatDuration, formatMemory, formatPercent, formatSize } from './format'

const SECOND = 1000
const HOUR = 3600 * SECOND
const DAY = 24 * HOUR

describe('format', () => {
  it.each([
    [0, '0 B'],
    [999, '999 B'],
    [1000, '1 kB'],
    [1500, '1.5 kB'],
    [12_345_678, '12.3 MB'],
    [187_000_000, '187 MB'],
    [200_000_000, '200 MB'],
    [20_000_000, '20 MB'],
    [1_050_000_000, '1.05 GB'],
    [-1, '0 B']
  ])('says %i bytes on disk as %j', (bytes, text) => {
    expect(formatSize(bytes)).toBe(text)
  })

  it('counts memory in powers of 1024', () => {
    expect(formatMemory(3 * 1024 * 1024)).toBe('3 MiB')
    expect(formatMemory(1536)).toBe('1.5 KiB')
  })

  it('keeps two digits of a percent while they matter', () => {
    expect(formatPercent(0.1)).toBe('0.10%')
    expect(formatPercent(250.4)).toBe('250%')
  })

  it.each([
    [-5 * SECOND, 'Less than a second'],
    [1 * SECOND, '1 second'],
    [59 * SECOND, '59 seconds'],
    [61 * SECOND, 'About a minute'],
    [59 * 60 * SECOND, '59 minutes'],
    [HOUR, 'About an hour'],
    [47 * HOUR, '47 hours'],
    [3 * DAY, '3 days'],
    [15 * DAY, '2 weeks'],
    [100 * DAY, '3 months'],
    [800 * DAY, '2 years']
  ])('says %i ms as docker ps does', (ms, text) => {
    expect(formatDuration(ms)).toBe(text)
  })

  it('is never in the future', () => {
    expect(formatAge(2000, 1000)).toBe('Less than a second ago')
  })
})
