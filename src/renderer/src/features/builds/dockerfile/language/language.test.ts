import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { completionsAt } from './completions'
import { helpAt } from './help'
import { kebab, lint } from './lint'
import { mergeFindings } from './merge-findings'
import type { Finding } from './finding'
import { movedLines } from './moved-lines'

/** `|` is the cursor. */
function at<R>(marked: string, read: (text: string, line: number, column: number) => R): R {
  const before = marked.slice(0, marked.indexOf('|'))
  const column = before.length - before.lastIndexOf('\n') - 1
  return read(marked.replace('|', ''), before.split('\n').length, column)
}

const offers = (marked: string, images: readonly string[] = []): string[] =>
  at(marked, (...place) => completionsAt(...place, images)).offers.map(({ label }) => label)

describe('completion', () => {
  it('offers instructions at the beginning of one', () => {
    expect(offers('|')).toContain('FROM')
    expect(offers('FROM a\nR|')).toContain('RUN')
    expect(offers('FROM a\nONBUILD |')).toContain('RUN')
    expect(offers('FROM a\nONBUILD |')).not.toContain('FROM')
    expect(offers('FROM a\nRUN x \\\n  |')).toEqual([])
    expect(offers('FROM a\nRUN <<EOF\n|\nEOF\n')).toEqual([])
    expect(offers('FROM a\n# |')).toEqual([])
    expect(offers('# |')).toContain('syntax=')
  })

  it('offers flags, and their values', () => {
    expect(offers('FROM a\nCOPY --|')).toContain('--from')
    expect(offers('FROM a\nONBUILD COPY --|')).toContain('--chown')
    expect(offers('FROM a\nCOPY a --|')).toEqual([])
    expect(offers('FROM a\nRUN --mount=|')).toEqual(['type'])
    expect(offers('FROM a\nRUN --mount=type=|')).toContain('cache')
    expect(offers('FROM a\nRUN --mount=type=cache,|')).toContain('sharing')
    expect(offers('FROM a\nRUN --mount=type=cache,target=/x,sharing=|')).toEqual([
      'shared',
      'private',
      'locked'
    ])
    expect(offers('FROM a\nRUN --network=|')).toEqual(['default', 'none', 'host'])
    expect(offers('FROM --platform=|')).toContain('$BUILDPLATFORM')
  })

  it('offers stages that are there by then, and images', () => {
    const text = 'FROM x AS one\nFROM y\nFROM z AS three\nCOPY --from=|\nFROM q AS four'
    expect(offers(text, ['busybox:1'])).toEqual(['one', '1', 'busybox:1', 'scratch'])
    expect(offers('FROM x AS one\nFROM |', ['busybox:1'])).toEqual(['one', 'busybox:1', 'scratch'])
    expect(offers('FROM x AS one\nFROM y\nRUN --mount=type=bind,from=|')).toContain('one')
    expect(offers('FROM x |')).toEqual(['AS'])
  })

  it('offers the variables in scope', () => {
    const text = [
      'ARG BASE=alpine',
      'FROM a AS one',
      'ENV KEPT=1',
      'ARG GONE',
      'FROM one',
      'ARG BASE',
      'RUN echo $|',
      'ENV LATE=1'
    ].join('\n')
    expect(offers(text)).toEqual(['$KEPT', '$BASE'])
    expect(offers('ARG BASE=alpine\nFROM ${|')).toContain('${BASE}')
    expect(offers('FROM --platform=$|')).toContain('$TARGETPLATFORM')
  })

  it('asks for the files of a folder', () => {
    const files = (marked: string) => at(marked, (...place) => completionsAt(...place, []))
    expect(files('FROM a\nCOPY src/ma|')).toMatchObject({ filesOf: 'src/', replaced: 2 })
    expect(files('FROM a\nADD --chown=1 |')).toMatchObject({ filesOf: '' })
    expect(files('FROM a\nCOPY --from=x |')).toMatchObject({ filesOf: null })
    expect(files('FROM a\nCOPY x /|')).toMatchObject({ filesOf: null })
    expect(files('FROM a\nRUN --mount=type=bind,source=a/b|')).toMatchObject({ filesOf: 'a/', replaced: 1 })
  })

  it('never fails, nor does help', () => {
    const piece = fc.constantFrom(
      'FROM a AS b',
      'RUN ',
      '--mount=type=',
      'COPY ',
      '\n',
      '\\\n',
      '$',
      '#',
      '<<E\n',
      ' '
    )
    fc.assert(
      fc.property(fc.array(piece), fc.nat(), fc.nat(), (pieces, row, column) => {
        const text = pieces.join('')
        const lines = text.split('\n')
        const line = row % lines.length
        const place = [line + 1, column % ((lines[line]?.length ?? 0) + 1)] as const
        expect(completionsAt(text, ...place, []).offers).toBeDefined()
        expect(helpAt(text, ...place, true)).not.toBeUndefined()
      })
    )
  })
})

describe('help', () => {
  const title = (marked: string, near = false): string | undefined =>
    at(marked, (...place) => helpAt(...place, near))?.title

  it.each([
    ['FR|OM a', 'FROM'],
    ['FROM --plat|form=x a', 'FROM --platform'],
    ['FROM a\nRUN --mount=type=cache,sha|ring=x y', 'RUN --mount sharing'],
    ['FROM a\nRUN --mo|unt=type=cache,sharing=x y', 'RUN --mount'],
    ['FROM a\nONBUILD COPY --fr|om=x a b', 'COPY --from'],
    ['FROM a\nONBUILD CO|PY a b', 'COPY'],
    ['# syn|tax=x', '# syntax='],
    ['FROM a\nRUN echo he|llo', undefined],
    ['FROM a\n# remar|k', undefined]
  ])('%s: %s', (marked, expected) => expect(title(marked)).toBe(expected))

  it('tells of the instruction that a word is in', () => {
    expect(title('FROM a\nRUN echo \\\n  he|llo', true)).toBe('RUN')
    expect(title('FROM a\nRUN <<E\nhe|llo\nE', true)).toBeUndefined()
  })
})

describe('the linter', () => {
  const rules = (...lines: readonly string[]): string[] =>
    lint(lines.join('\n')).map(({ rule, severity, line }) => `${severity} ${rule} ${line}`)

  it('names what BuildKit knows as BuildKit does', () => {
    expect(rules('FROM a', 'MAINTAINER me', 'CMD x', 'CMD y', 'run z')).toEqual([
      'warning MultipleInstructionsDisallowed 3',
      'warning MaintainerDeprecated 2',
      'warning ConsistentInstructionCasing 5'
    ])
    expect(rules('FROM a', 'FOO')).toEqual(['error UnknownInstruction 2'])
    expect(rules('')).toEqual(['error NoSourceImage 1'])
  })

  it('knows what came after its time, and leaves a file in small letters alone', () => {
    expect(rules('from a', 'run x')).toEqual([])
    expect(rules('FROM a', 'ADD --unpack=false a b', 'COPY --parents --exclude=x --link a b')).toEqual([])
    expect(rules('FROM a', 'RUN <<EOF', 'FOO', 'EOF')).toEqual([])
  })

  it('follows the check directive', () => {
    const mistakes = ['FROM a', 'MAINTAINER me', 'FOO']
    expect(rules('# check=skip=MaintainerDeprecated', ...mistakes)).toEqual(['error UnknownInstruction 4'])
    expect(rules('# check=skip=all', ...mistakes)).toEqual(['error UnknownInstruction 4'])
    expect(rules('# check=error=true', ...mistakes)).toContain('error MaintainerDeprecated 3')
  })

  it.each([
    ['JSONArgsRecommended', 'json-args-recommended'],
    ['FromAsCasing', 'from-as-casing'],
    ['WorkdirRelativePath', 'workdir-relative-path']
  ])('%s is %s in an address', (rule, expected) => expect(kebab(rule)).toBe(expected))
})

describe('mergeFindings', () => {
  const typed = (rule: string, line: number, severity: Finding['severity'] = 'warning'): Finding => ({
    ...{ rule, line, severity, endLine: line, message: 'typed', url: '', columns: null, source: 'typed' }
  })
  const found = (
    rule: string,
    line: number,
    severity: Finding['severity'] = 'warning',
    message = 'found'
  ) => ({
    ...{ rule, line, severity, endLine: line, message, url: '' }
  })
  const merged = (
    ...[mine, check, errors = false]: [Finding[], Parameters<typeof mergeFindings>[1], boolean?]
  ) =>
    mergeFindings(mine, check, { rules: new Set(['A', 'B']), errors, lines: movedLines('', '') }).map(
      ({ rule, line, source, severity }) => `${severity} ${rule} ${line} ${source}`
    )

  it('BuildKit’s word counts on its own rules, where it read to the end', () => {
    const mine = [typed('A', 2), typed('B', 3), typed('C', 1, 'error')]
    expect(merged(mine, null)).toHaveLength(3)
    expect(merged(mine, { findings: [found('A', 2)], stopped: false })).toEqual([
      'error C 1 typed',
      'warning A 2 buildkit'
    ])
    expect(merged(mine, { findings: [found('A', 2), found('D', 9)], stopped: true })).toEqual([
      'error C 1 typed',
      'warning A 2 typed',
      'warning B 3 typed',
      'warning D 9 buildkit'
    ])
  })

  it('tells a mistake once', () => {
    const error = { findings: [found('BuildError', 2, 'error')], stopped: true }
    expect(merged([typed('C', 2, 'error')], error)).toEqual(['error C 2 typed'])
    expect(merged([typed('C', 1, 'error')], error)).toHaveLength(2)
    expect(merged([], { findings: [found('BuildError', 0, 'error')], stopped: true })).toEqual([
      'error BuildError 1 buildkit'
    ])
    const twice = {
      findings: [found('A', 1), found('A', 1), found('A', 1, 'warning', 'other')],
      stopped: false
    }
    expect(merged([], twice)).toHaveLength(2)
    expect(merged([], twice, true)[0]).toBe('error A 1 buildkit')
  })

  it('findings move with their lines until there is news', () => {
    const lines = movedLines('one\ntwo\nthree\nfour', 'one\nnew\nnewer\nthree\nfour')
    const check = { findings: [found('A', 1), found('A', 2), found('A', 4)], stopped: false }
    const options = { rules: new Set(['A']), errors: false, lines }
    expect(
      mergeFindings([typed('A', 3), typed('A', 5)], check, options).map(({ line, source }) => [line, source])
    ).toEqual([
      [1, 'buildkit'],
      [3, 'typed'],
      [5, 'buildkit']
    ])
  })
})
