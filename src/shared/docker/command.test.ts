import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  loadImageCommand,
  removeContainerCommand,
  removeImageCommand,
  runCommand,
  shellCommand,
  shellQuote,
  verbCommand
} from './command'

describe('a command to copy', () => {
  it('is read back word for word by the rules of a POSIX shell', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'grapheme' }), { minLength: 1 }), (words) => {
        expect(shellWords(shellCommand(words))).toEqual(words)
      })
    )
  })

  it('quotes only what needs it', () => {
    expect(['web', 'a=b', '8080:80', '', "it's", '$HOME', '~', '=x'].map(shellQuote)).toEqual([
      'web',
      'a=b',
      '8080:80',
      "''",
      "'it'\\''s'",
      "'$HOME'",
      "'~'",
      "'=x'"
    ])
  })

  it('is docker run with every option of the form', () => {
    const options = {
      image: 'nginx:1.27',
      name: 'web',
      command: ['sh', '-c', 'echo "$A"'],
      ports: ['8080:80'],
      env: ['A=b c'],
      volumes: ['data:/data:ro'],
      createFolders: false
    }
    expect(runCommand(options)).toBe(
      `docker run --detach --name web -p 8080:80 -e 'A=b c' -v data:/data:ro nginx:1.27 sh -c 'echo "$A"'`
    )
    expect(runCommand({ ...options, name: '', command: [], ports: [], env: [], volumes: [] })).toBe(
      'docker run --detach nginx:1.27'
    )
  })

  it('is the verb, rm, rmi or load with its operands', () => {
    expect(verbCommand('unpause', 'web')).toBe('docker unpause web')
    expect(removeContainerCommand('web', { force: true, volumes: true })).toBe(
      'docker rm --force --volumes web'
    )
    expect(removeContainerCommand('web', { force: false, volumes: false })).toBe('docker rm web')
    expect(removeImageCommand(['a:1', 'b:2'])).toBe('docker rmi a:1 b:2')
    expect(loadImageCommand('/tmp/my image.tar')).toBe("docker load --input '/tmp/my image.tar'")
  })
})

/** Single quotes and backslashes of a POSIX shell; anything a shell would expand is an error here. */
function shellWords(line: string): string[] {
  const words: string[] = []
  let word: string | null = null
  for (const [token, quoted, escaped, space, plain] of line.matchAll(/'([^']*)'|\\([^])|( )|([^])/g)) {
    if (space !== undefined) {
      if (word !== null) words.push(word)
      word = null
      continue
    }
    if (plain !== undefined && !/[\w@%+=:,./-]/.test(plain)) throw new Error(`unquoted ${token}`)
    word = (word ?? '') + (quoted ?? escaped ?? plain ?? '')
  }
  return word === null ? words : [...words, word]
}
