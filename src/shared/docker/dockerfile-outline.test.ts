import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { outlineOf } from './dockerfile-outline'

const outline = (...lines: readonly string[]) => outlineOf(lines.join('\n'))

describe('outlineOf', () => {
  it('finds stages and arguments', () => {
    const { stages, args } = outline(
      '# syntax=docker/dockerfile:1',
      'ARG VERSION=1.2 NAME="two words"',
      'FROM --platform=$BUILDPLATFORM alpine:$VERSION AS Build',
      'ARG VERSION',
      'ARG TARGETARCH',
      'RUN make \\',
      '  # a remark between',
      '  FROM=x',
      'from scratch'
    )
    expect(stages).toEqual([
      { name: 'build', base: 'alpine:$VERSION', line: 3 },
      { name: '', base: 'scratch', line: 9 }
    ])
    expect(args).toEqual([
      { name: 'VERSION', value: '1.2', line: 2 },
      { name: 'NAME', value: 'two words', line: 2 }
    ])
  })

  it('leaves heredocs alone', () => {
    const { stages } = outline(
      'FROM a',
      'RUN <<EOF cat <<-"X" > f',
      'FROM b',
      'EOF',
      'FROM c',
      '\tX',
      'FROM d AS e'
    )
    expect(stages.map(({ base }) => base)).toEqual(['a', 'd'])
  })

  it('follows the escape directive', () => {
    expect(outline('# escape=`', 'FROM `', 'a AS b').stages).toEqual([{ name: 'b', base: 'a', line: 2 }])
    expect(outline('FROM a\\', ' AS b').stages).toEqual([{ name: 'b', base: 'a', line: 1 }])
  })

  it('never fails', () => {
    const words = fc.constantFrom(
      'FROM',
      'ARG',
      'RUN',
      ' ',
      '\n',
      '\\',
      '\\\n',
      '<<E',
      'E',
      '"',
      "'",
      '=',
      '#',
      'a',
      '\u0000'
    )
    fc.assert(
      fc.property(fc.array(words), (parts) => {
        expect(outlineOf(parts.join('')).stages).toBeInstanceOf(Array)
      })
    )
  })
})
