import { describe, expect, it } from 'vitest'
import { splitCommand } from '../command-line'
import { commandText, engineTime, restartPolicyText, spanText } from './inspect-view'
import { visibleText } from '../visible-text'

describe('inspect-view', () => {
  it('quotes a command so that it could be typed again', () => {
    const command = { Path: 'sh', Args: ['-c', `echo "it's" $HOME`, ''] }
    expect(commandText(command)).toBe(`sh -c 'echo "it'\\''s" $HOME' ''`)
    expect(splitCommand(commandText(command))).toMatchObject({ args: ['sh', ...command.Args] })
  })

  it('words restart policies', () => {
    expect(restartPolicyText(undefined)).toBe('no')
    expect(restartPolicyText({ Name: '' })).toBe('no')
    expect(restartPolicyText({ Name: 'always', MaximumRetryCount: 0 })).toBe('always')
    expect(restartPolicyText({ Name: 'on-failure', MaximumRetryCount: 3 })).toBe(
      'on-failure, at most 3 times'
    )
  })

  it('words spans of nanoseconds', () => {
    expect([0, 500e6, 30e9, 90e9, 3_661e9, 1.5e9, 1234].map(spanText)).toEqual([
      '0 s',
      '500 ms',
      '30 s',
      '1 min 30 s',
      '1 h 1 min',
      '1 s 500 ms',
      '1 µs 234 ns'
    ])
  })

  it('reads the year 1 as never', () => {
    expect(engineTime('0001-01-01T00:00:00Z')).toBeNull()
    expect(engineTime('nonsense')).toBeNull()
    expect(engineTime('2026-01-01T00:00:00Z')).toBe(Date.UTC(2026, 0, 1))
  })
})

describe('visibleText', () => {
  it('shows what would hide or reorder, and leaves markup as the text it is', () => {
    expect(visibleText('a\u0000b\u001b[31m\u007f')).toBe('a␀b␛[31m␡')
    expect(visibleText('evil\u202egnp.exe')).toBe('evil⟨U+202E⟩gnp.exe')
    expect(visibleText('one\ntwo')).toBe('one⏎\ntwo')
    expect(visibleText('<img src=x onerror=alert(1)> שלום 日本')).toBe(
      '<img src=x onerror=alert(1)> שלום 日本'
    )
  })
})
