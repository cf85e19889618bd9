import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { splitCommand } from './command-line'

const args = (text: string): readonly string[] | string => {
  const result = splitCommand(text)
  return result.ok ? result.args : result.message
}

describe('splitCommand', () => {
  it.each([
    ['', []],
    ['  \t\n ', []],
    ['sleep 5', ['sleep', '5']],
    ['  sleep   5  ', ['sleep', '5']],
    [`sh -c 'echo "a b"; exit 3'`, ['sh', '-c', 'echo "a b"; exit 3']],
    ['echo "a b" c', ['echo', 'a b', 'c']],
    ['echo "say \\"hi\\" \\$HOME \\n"', ['echo', 'say "hi" $HOME \\n']],
    [`a'b c'd"e f"`, ['ab cde f']],
    [`echo '' ""`, ['echo', '', '']],
    ['echo a\\ b \\\\', ['echo', 'a b', '\\']],
    ['echo a \\\n  b', ['echo', 'a', 'b']],
    ['echo "a\\\nb"', ['echo', 'ab']],
    ['printf %s <b>x</b>', ['printf', '%s', '<b>x</b>']]
  ])('splits %j as a shell would', (text, expected) => {
    expect(args(text)).toEqual(expected)
  })

  it.each([
    ["echo 'a", 'A single quote is not closed.'],
    ['echo "a', 'A double quote is not closed.'],
    ['echo "a\\"', 'A double quote is not closed.'],
    ['echo \\', 'The command ends with a lone backslash.']
  ])('says what is unfinished in %j', (text, message) => {
    expect(args(text)).toBe(message)
  })

  it('names the words only a shell would act on', () => {
    const shellWords = (text: string): readonly string[] => {
      const result = splitCommand(text)
      return result.ok ? result.shellWords : []
    }
    expect(shellWords('sleep 5 && echo $HOME > x')).toEqual(['&&', '$HOME', '>'])
    expect(shellWords(`sh -c 'sleep 5 && echo $HOME'`)).toEqual([])
    expect(shellWords('echo a&b price=5$')).toEqual([])
  })

  it('gives back any arguments that were single-quoted', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.string({ unit: fc.constantFrom("'", '"', '\\', ' ', '\n', '\t', 'a', '$', '|', 'é', '本') })
        ),
        (words) => {
          const line = words.map((word) => `'${word.replaceAll("'", `'\\''`)}'`).join(' ')
          expect(args(line)).toEqual(words)
        }
      )
    )
  })
})
