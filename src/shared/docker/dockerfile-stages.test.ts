import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { directivesOf, instructionsOf } from './dockerfile-instructions'
import { stagesOf } from './dockerfile-stages'

const stages = (...lines: readonly string[]) => stagesOf(lines.join('\n'))

describe('stagesOf', () => {
  it('says what each is built from and which use it', () => {
    const found = stages(
      'ARG BASE=deps KIND',
      'FROM alpine AS Deps',
      'FROM ${BASE} AS build',
      'COPY --link --from=DEPS /a /a',
      'RUN --mount=type=bind,from=deps,target=/x --mount=type=cache,target=/y make \\',
      '  all',
      'FROM scratch',
      'COPY --from=1 /b /b',
      'COPY --from=9 /b /b',
      'ADD --from=later x y',
      'FROM build AS later'
    )
    expect(found.map(({ name, base, baseStage }) => [name, base, baseStage])).toEqual([
      ['Deps', 'alpine', null],
      ['build', '${BASE}', 0],
      ['', 'scratch', null],
      ['later', 'build', 1]
    ])
    expect(found.map(({ usedBy }) => usedBy.map(({ stage, line, by }) => `${by} ${stage} ${line}`))).toEqual([
      ['FROM 1 3', 'COPY 1 4', 'RUN 1 5'],
      ['COPY 2 8', 'FROM 3 11'],
      [],
      []
    ])
    expect(found.map(({ line, endLine }) => [line, endLine])).toEqual([
      [2, 2],
      [3, 6],
      [7, 10],
      [11, 11]
    ])
  })

  it('a base that is not known is an image, and a stage is no base of itself', () => {
    expect(stages('FROM $X AS a', 'FROM ${A:-a} AS b', 'FROM c AS c').map((one) => one.baseStage)).toEqual([
      null,
      0,
      null
    ])
  })

  it('never fails, and every use is of an earlier stage', () => {
    const words = fc.constantFrom(
      'FROM a AS b\n',
      'FROM b\n',
      'COPY --from=0 a b\n',
      'COPY --from=b a b\n',
      'RUN --mount=from=b x\n',
      'RUN <<E\n',
      'E\n',
      '\\\n',
      '#\n',
      '$',
      ' '
    )
    fc.assert(
      fc.property(fc.array(words), (parts) => {
        for (const { index, usedBy } of stagesOf(parts.join(''))) {
          for (const use of usedBy) expect(use.stage).toBeGreaterThan(index)
        }
      })
    )
  })
})

describe('instructionsOf', () => {
  it('knows which lines an instruction and its heredocs take', () => {
    const text =
      'FROM a\r\n\r\nRUN one \\\r\n  # between\r\n  two\r\nCOPY <<A <<B /x/\r\n1\r\nA\r\n2\r\nB\r\nUSER\r\n'
    expect(
      [...instructionsOf(text)].map(({ keyword, line, lastLine, endLine }) => [
        keyword,
        line,
        lastLine,
        endLine
      ])
    ).toEqual([
      ['FROM', 1, 1, 1],
      ['RUN', 3, 5, 5],
      ['COPY', 6, 6, 10],
      ['USER', 11, 11, 11]
    ])
  })

  it('directives end where something else begins', () => {
    const lines = [
      '# Syntax = docker/dockerfile:1',
      '# check=skip=all;error=true',
      '# a remark',
      '# escape=`'
    ]
    expect(directivesOf(lines).map(({ name, value }) => `${name}: ${value}`)).toEqual([
      'syntax: docker/dockerfile:1',
      'check: skip=all;error=true'
    ])
  })
})

describe('a megabyte', () => {
  it.each([
    ['of instructions', 'RUN echo hello world foo bar\n'],
    ['of heredocs that nothing ends', 'RUN <<E cat <<F\n'],
    ['of heredocs', 'RUN <<E\nE\n'],
    ['of stages', 'FROM a AS b\nCOPY --from=b x y\n'],
    ['of one instruction', 'x \\\n'],
    ['of one line', '"\\']
  ])('%s is read at once', (_what, piece) => {
    const begun = performance.now()
    stagesOf(`FROM a\nRUN ${piece.repeat(1_000_000 / piece.length)}`)
    expect(performance.now() - begun).toBeLessThan(3000)
  })
})
