import { describe, expect, it } from 'vitest'
import { splitCommand } from '../command-line'
import { commandText, engineTime, envEntries, restartPolicyText, whyStopped } from './inspect-view'
import { visibleText } from '../visible-text'

const state = { Status: 'exited' as const, ExitCode: 0, StartedAt: '', FinishedAt: '' }

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

  it('takes variables apart at the first equals sign only', () => {
    expect(envEntries(['A=b=c', 'EMPTY=', 'BARE'])).toEqual([
      { key: 'A', value: 'b=c' },
      { key: 'EMPTY', value: '' },
      { key: 'BARE', value: null }
    ])
  })

  it('says why a container stopped', () => {
    expect(whyStopped(state)).toBeNull()
    expect(whyStopped({ ...state, Status: 'running', ExitCode: 1 })).toBeNull()
    expect(whyStopped({ ...state, ExitCode: 137, OOMKilled: true })?.message).toContain('out of memory')
    expect(whyStopped({ ...state, ExitCode: 127 })?.hint).toContain('not found')
    expect(whyStopped({ ...state, Status: 'created', ExitCode: 128, Error: 'port in use' })?.message).toBe(
      'Docker could not run it: port in use'
    )
    expect(whyStopped({ ...state, ExitCode: 3 })).toEqual({
      message: 'It ended with exit code 3.',
      hint: undefined
    })
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
