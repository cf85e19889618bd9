import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { directivesOf, instructionsOf } from '@shared/docker/dockerfile-instructions'
import { formatDockerfile } from './format'

const format = (...lines: readonly string[]): string[] => formatDockerfile(lines.join('\n')).split('\n')

describe('formatDockerfile', () => {
  it('puts keywords, indents, blanks and ends in order', () => {
    expect(
      format(
        '',
        'from   alpine as base  ',
        '',
        '',
        '',
        '  # a remark  ',
        '  run apk add \\  ',
        '  \tcurl \\',
        '      # between',
        '        git',
        'onbuild run x',
        'COPY a b \\',
        '\tc'
      )
    ).toEqual([
      'FROM alpine AS base',
      '',
      '# a remark',
      'RUN apk add \\',
      '    curl \\',
      '    # between',
      '      git',
      'ONBUILD RUN x',
      'COPY a b \\',
      '    c',
      ''
    ])
  })

  it('leaves alone where blanks mean something', () => {
    const kept = [
      '# escape=\\',
      'FROM a',
      'RUN echo "one \\',
      '  two   \\',
      '  three"',
      '  what is this',
      'RUN ec\\',
      'ho hi',
      'RUN <<EOF',
      '  if x; then   ',
      '',
      '',
      'EOF',
      'ENV NAME a \\',
      '  value',
      ''
    ]
    expect(format(...kept)).toEqual(kept)
    expect(format('# escape=`', 'FROM a', 'RUN dir `', '  C:\\', '')).toEqual([
      '# escape=`',
      'FROM a',
      'RUN dir `',
      '  C:\\',
      ''
    ])
  })

  it.each([
    ['', ''],
    ['\n\n', ''],
    ['FROM a', 'FROM a\n'],
    ['from', 'FROM\n'],
    ['# only', '# only\n']
  ])('%j', (text, expected) => expect(formatDockerfile(text)).toBe(expected))

  it('changes no instruction and no directive, and is done after once', () => {
    const piece = fc.constantFrom(
      ...['from a as b', 'RUN echo', 'ENV A=1', 'ENV A b', 'copy x y', 'ONBUILD run z', 'FOO'],
      ...[
        '\n',
        '\n\n\n',
        ' \\\n',
        '\\\n',
        ' ',
        '   ',
        '\t',
        '"',
        "'",
        '# c',
        '<<E',
        'E\n',
        '# escape=`\n',
        '`\n'
      ]
    )
    const meaning = (text: string): unknown => [
      directivesOf(text.split('\n')).map(({ name, value }) => [name, value]),
      [...instructionsOf(text)].map(({ keyword, rest }) => [
        keyword,
        rest.replace(/\s+/g, ' ').replace(/ as /gi, ' AS ').replace(/^run/i, 'RUN')
      ])
    ]
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 14 }), (pieces) => {
        const text = pieces.join('')
        const once = formatDockerfile(text)
        expect(meaning(once)).toEqual(meaning(text))
        expect(formatDockerfile(once)).toBe(once)
      }),
      { numRuns: 2000 }
    )
  })
})
