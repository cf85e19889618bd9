import { describe, expect, it } from 'vitest'
import { commandHint, emptyForm, fieldErrors, toRunOptions, withAnyPort, type RunForm } from './run-form'

const form = (overrides: Partial<RunForm> = {}): RunForm => ({ ...emptyForm('busybox'), ...overrides })

describe('the run form', () => {
  it('leaves out blank lines, trims, splits the command, and keeps variables to the letter', () => {
    const options = toRunOptions(
      form({ image: ' busybox ', command: 'sh -c "a b"', ports: ['', ' 80:80 '], env: ['A= x ', ''] })
    )
    expect(options).toEqual({
      image: 'busybox',
      name: '',
      command: ['sh', '-c', 'a b'],
      ports: ['80:80'],
      env: ['A= x '],
      volumes: [],
      createFolders: false
    })
  })

  it('finds nothing wrong with the least there can be, and misses the image', () => {
    expect(fieldErrors(form()).size).toBe(0)
    expect([...fieldErrors(emptyForm()).keys()]).toEqual(['image'])
  })

  it('puts an error at the line it was typed into, whatever lines are blank', () => {
    const errors = fieldErrors(
      form({ ports: ['', '8080:80', '999.1.1.1:80:80'], env: ['', 'FOO'], volumes: ['', '', './x:/y'] })
    )
    expect([...errors.keys()].sort()).toEqual(['env.1', 'ports.2', 'volumes.2'])
  })

  it('lets the engine choose where a port is taken', () => {
    const lines = ['8080:80', '127.0.0.1:8080:81/udp', '[::1]:8080:82', '18080:80', '80', 'x', '']
    expect(withAnyPort(lines, 8080)).toEqual([
      '80',
      '127.0.0.1::81/udp',
      '[::1]::82',
      '18080:80',
      '80',
      'x',
      ''
    ])
  })

  it('offers what was probably meant', () => {
    expect(fieldErrors(form({ image: 'BusyBox' })).get('image')).toContain('Did you mean busybox?')
  })

  it('asks for the end of a quote, and says that no shell reads the command', () => {
    expect(fieldErrors(form({ command: "echo 'a" })).get('command')).toBe('A single quote is not closed.')
    expect(commandHint('sleep 1 && ls')).toContain('&& is passed as it is')
    expect(commandHint('sleep 1')).toBeUndefined()
  })
})
