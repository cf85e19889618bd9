import { describe, expect, it } from 'vitest'
import { dockerfileBefore } from './last-good-step'

describe('dockerfileBefore', () => {
  const text = '# syntax=x\nARG A\nFROM one AS one\nRUN a\nFROM two\nRUN b \\\n c\nRUN d\n'

  it('ends before the instruction that failed', () => {
    expect(dockerfileBefore(text, 4)).toBe('# syntax=x\nARG A\nFROM one AS one\n')
    expect(dockerfileBefore(text, 8)).toBe(
      '# syntax=x\nARG A\nFROM one AS one\nRUN a\nFROM two\nRUN b \\\n c\n'
    )
  })

  it('has nothing where no step of the stage comes before', () => {
    expect(dockerfileBefore(text, 3)).toBeNull()
    expect(dockerfileBefore(text, 5)).toBeNull()
    expect(dockerfileBefore(text, 2)).toBeNull()
    expect(dockerfileBefore('', 1)).toBeNull()
  })
})
