import { describe, expect, it } from 'vitest'
import { pastedLines } from './pasted-lines'

describe('pasted lines', () => {
  it('are those of an env file, whatever ends them', () => {
    expect(pastedLines('# settings\r\nA=1\r\n\r\n  # more\nB= two \rC=a#b\n')).toEqual([
      'A=1',
      'B= two ',
      'C=a#b'
    ])
  })

  it('are none in nothing', () => {
    expect(pastedLines('\n# only a comment\n')).toEqual([])
  })
})
