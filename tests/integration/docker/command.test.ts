/** The commands to copy, read back by the machine's own shell. */
import { execFileSync } from 'node:child_process'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { shellCommand } from '@shared/docker/command'

describe('a command to copy', () => {
  it('is read back by /bin/sh word for word, whatever the words are', () => {
    const word = fc.string({ unit: 'grapheme', maxLength: 20 }).filter((text) => !text.includes('\0'))
    fc.assert(
      fc.property(fc.array(word, { minLength: 1, maxLength: 6 }), (words) => {
        const script = `printf '%s\\0' ${shellCommand(words)}`
        const output = execFileSync('/bin/sh', ['-c', script], { encoding: 'utf8' })
        expect(output.split('\0').slice(0, -1)).toEqual(words)
      }),
      { numRuns: 60 }
    )
  })
})
