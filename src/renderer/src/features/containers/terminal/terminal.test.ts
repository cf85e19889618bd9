import { beforeEach, describe, expect, it } from 'vitest'
import { emptyForm, formErrors, isShell, rememberChoice, rememberedChoice, toOptions } from './exec-form'
import { LineInput } from './line-input'

beforeEach(() => localStorage.clear())

describe('the form of a new terminal', () => {
  it('splits the command, trims names and leaves variables to the letter', () => {
    expect(
      toOptions({ command: 'sh -c "echo  hi"', user: ' 1000 ', workingDir: '/app', env: ['', 'A= b '] })
    ).toEqual({ command: ['sh', '-c', 'echo  hi'], user: '1000', workingDir: '/app', env: ['A= b '] })
  })

  it('says what is wrong where it is', () => {
    expect(formErrors(emptyForm('sh'))).toEqual(new Map())
    const errors = formErrors({ command: '', user: '', workingDir: 'app', env: ['', '=x'] })
    expect([...errors.keys()]).toEqual(['command', 'workingDir', 'env.1'])
    expect(formErrors(emptyForm("sh -c 'x")).get('command')).toContain('quote')
  })

  it('is remembered for each container, the last hundred of them, without its variables', () => {
    const typed = { ...emptyForm('zsh'), user: 'me', env: ['SECRET=x'] }
    rememberChoice('a', typed)
    expect(rememberedChoice('a')).toEqual({ command: 'zsh', user: 'me', workingDir: '' })
    expect(localStorage.getItem('terminal.choices')).not.toContain('SECRET')
    for (let n = 0; n < 150; n += 1) rememberChoice(`c${n}`, emptyForm('sh'))
    expect(rememberedChoice('a')).toBeNull()
    expect(rememberedChoice('c149')).not.toBeNull()
  })

  it('tells a bare shell of the container from a command that would do something', () => {
    const shells = ['/bin/ash', '/bin/sh']
    const found = ['/bin/ash', 'sh', 'sh -c reboot', 'nosuch', '', "'"].filter((command) =>
      isShell(emptyForm(command), shells)
    )
    expect(found).toEqual(['/bin/ash', 'sh'])
    expect(isShell(null, shells)).toBe(false)
  })

  it('takes anything that is stored', () => {
    for (const stored of ['nonsense', '{}', '[1,[2],["a"],["a",null],["a",{"command":7}]]']) {
      localStorage.setItem('terminal.choices', stored)
      expect(rememberedChoice('a')).toBeNull()
    }
  })
})

describe('typing without a terminal line', () => {
  it('echoes, edits and sends whole lines', () => {
    let echo = ''
    const line = new LineInput((text) => (echo += text))
    expect(line.type('lx\u007fs')).toBe('')
    expect(line.type('\r')).toBe('ls\n')
    expect(echo).toBe('lx\b \bs\r\n')
    expect(line.type('a\nb\nc\u0003')).toBe('a\nb\n')
    expect(line.type('\u007f\u007f😀\u007f\r')).toBe('\n')
  })
})
