import { describe, expect, it } from 'vitest'
import { humanAge, humanDuration } from './duration'

const SECOND = 1000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

describe('durations', () => {
  // From docker/go-units duration_test.go.
  it.each([
    [450, 'Less than a second'],
    [SECOND, '1 second'],
    [45 * SECOND, '45 seconds'],
    [46 * SECOND, '46 seconds'],
    [59 * SECOND, '59 seconds'],
    [60 * SECOND, 'About a minute'],
    [90 * SECOND, 'About a minute'],
    [3 * MINUTE, '3 minutes'],
    [35 * MINUTE, '35 minutes'],
    [35 * MINUTE + 40 * SECOND, '35 minutes'],
    [45 * MINUTE, '45 minutes'],
    [45 * MINUTE + 40 * SECOND, '45 minutes'],
    [HOUR, 'About an hour'],
    [HOUR + 45 * MINUTE, '2 hours'],
    [3 * HOUR, '3 hours'],
    [3 * HOUR + 59 * MINUTE + 59 * SECOND, '4 hours'],
    [4 * HOUR, '4 hours'],
    [24 * HOUR, '24 hours'],
    [36 * HOUR, '36 hours'],
    [60 * HOUR, '2 days'],
    [6 * DAY, '6 days'],
    [13 * DAY, '13 days'],
    [14 * DAY, '2 weeks'],
    [24 * DAY + 12 * HOUR, '3 weeks'],
    [59 * DAY, '8 weeks'],
    [60 * DAY, '2 months'],
    [729 * DAY, '24 months'],
    [730 * DAY, '2 years'],
    [3 * 365 * DAY, '3 years']
  ])('%d ms are %s', (milliseconds, text) => {
    expect(humanDuration(milliseconds)).toBe(text)
  })
})

describe('an age in a column', () => {
  it.each([
    [-5000, 'Just now'],
    [59 * SECOND, 'Just now'],
    [MINUTE, '1 minute ago'],
    [HOUR, '1 hour ago'],
    [3 * MINUTE, '3 minutes ago'],
    [60 * HOUR, '2 days ago']
  ])('%d ms are %s', (milliseconds, text) => {
    expect(humanAge(milliseconds)).toBe(text)
  })
})
