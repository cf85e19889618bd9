import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ignoreRules, isIgnored } from './ignore-file'

const ignored = (file: string, path: string): boolean => isIgnored(ignoreRules(file), path)

describe('isIgnored', () => {
  // What moby's own tests of its pattern matcher say.
  it.each<[string, string, boolean]>([
    ['**', 'file', true],
    ['**', 'dir/file', true],
    ['**/', 'dir/file', true],
    ['dir/**', 'dir/file', true],
    ['dir/**', 'dir/dir2/file', true],
    ['dir/**', 'other/file', false],
    ['**/dir', 'dir', true],
    ['**/dir', 'dir/file', true],
    ['**/dir2/*', 'dir/dir2/file', true],
    ['**/dir2/**', 'dir/dir2/dir2/file', true],
    ['**file', 'file', true],
    ['**file', 'dir/file', true],
    ['**/file', 'dir/file', true],
    ['**/file', 'dir/dir/file', true],
    ['**/file*', 'dir/dir/file.txt', true],
    ['**/file*txt', 'dir/dir/file.txt', true],
    ['**/**/*.txt', 'dir/dir/file.txt', true],
    ['a**/*.txt', 'a/file.txt', true],
    ['a**/*.txt', 'a/dir/dir/file.txt', true],
    ['a/*.txt', 'a/dir/file.txt', false],
    ['a[b-d]e', 'ae', false],
    ['a[b-d]e', 'ace', true],
    ['a[^b-d]e', 'aze', true],
    ['.*', '.foo', true],
    ['.*', 'foo', false],
    ['abc.def', 'abcdef', false],
    ['abc?def', 'abcZdef', true],
    ['a\\*b', 'a*b', true],
    ['a\\*b', 'axb', false],
    ['**/foo/bar', 'dir/foo/bar', true],
    ['abc/**', 'abc', false],
    ['*/.git', 'a/.git/x', true],
    ['.dockerignore', '.dockerignore', true],
    ['/abs', 'abs', true],
    ['./rel/../x', 'x', true],
    ['node_modules\n!node_modules/keep', 'node_modules/keep', false],
    ['node_modules\n!node_modules/keep', 'node_modules/keep/deep', false],
    ['node_modules\n!node_modules/keep', 'node_modules/other', true],
    ['*.md\n!README.md\nREADME.md', 'README.md', true],
    ['# a\n\n  b  ', 'b', true],
    ['*', 'any/thing', true],
    ['a+b(c)', 'a+b(c)', true]
  ])('%j and %s: %s', (file, path, expected) => expect(ignored(file, path)).toBe(expected))

  it('tells of a pattern that is none', () => {
    expect(ignoreRules('!').problem).toContain('Line 1')
    expect(ignoreRules('a\n[').problem).toContain('Line 2')
  })

  it('never fails', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (file, path) => {
        expect(typeof ignored(file, path)).toBe('boolean')
      })
    )
  })
})
