import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { BuildStep } from '@shared/contract/builds'
import { explainFailure } from './failure'
import { sourceExcerpt } from './source-excerpt'

const step = (text: string, error = ''): BuildStep => ({
  id: text,
  number: 1,
  text,
  stage: '',
  platform: '',
  state: 'Error',
  startedAt: 0,
  endedAt: 1,
  tookMs: 1,
  bytes: 0,
  totalBytes: 0,
  error,
  logLines: 0,
  warnings: 0
})
const explain = (error: string, failed?: BuildStep, lastLines: readonly string[] = []) =>
  explainFailure({
    said: error.split('\n'),
    steps: failed === undefined ? [] : [failed],
    lastLines: () => lastLines,
    exitCode: 1,
    builder: ''
  })
const EXIT =
  'ERROR: failed to build: failed to solve: process "/bin/sh -c x" did not complete successfully: exit code: '

describe('explainFailure', () => {
  it.each([
    [
      'denied: requested access to the resource is denied',
      'The registry refused the push of example.org/a:1.'
    ],
    [
      'unexpected status from HEAD request: 401 Unauthorized',
      'The registry refused the push of example.org/a:1.'
    ],
    ['Get "https://example.org/v2/": x509: unknown authority', 'example.org/a:1 could not be pushed: Get']
  ])('of a push: %s', (error, message) => {
    expect(
      explain(`ERROR: failed to build: ${error}`, step('pushing example.org/a:1 with docker')).message
    ).toContain(message)
  })

  it.each([
    ['ERROR: failed to build: failed to solve: write /x: no space left on device', 'The disk is full.'],
    [
      'ERROR: failed to build: failed to receive status: rpc error: code = Canceled desc = context canceled',
      'more than could be taken in time'
    ],
    [
      'ERROR: failed to build: failed to receive status: rpc error: code = Unavailable desc = error reading from server: EOF',
      'The engine went away'
    ],
    [
      'ERROR: failed to build: failed to solve: error from sender: open /src/key: permission denied',
      '/src/key may not be read.'
    ],
    ['ERROR: failed to build: failed to solve: something nobody has seen', 'Something nobody has seen.'],
    ['', 'buildx ended with exit code 1 without saying why.']
  ])('%s', (error, message) => expect(explain(error).message).toContain(message))

  it.each<[number, string, string]>([
    [137, '', 'memory ran out'],
    [127, '/bin/sh: x: not found', 'was not found'],
    [1, 'write error: No space left on device', 'The disk is full'],
    [100, 'E: Unable to locate package x', 'apt-get update']
  ])('of exit code %i: a hint', (code, line, hint) => {
    const failure = explain(`${EXIT}${code}`, step('[2/2] RUN x'), [line])
    expect(failure.message).toBe(`“[2/2] RUN x” failed with exit code ${code}.`)
    expect(failure.hint).toContain(hint)
  })

  it('says of a missing file what it is copied from', () => {
    const error = 'ERROR: failed to build: failed to solve: lstat /no: no such file or directory'
    expect(explain(error, step('[1/2] COPY --from=base /no /')).message).toBe(
      '/no is not in base, from which it is copied.'
    )
    expect(explain(error, step('[1/2] COPY /no /')).message).toBe('/no is not in the context.')
  })

  it('shows hostile words as text, and has a sentence and a hint for anything', () => {
    expect(explain('ERROR: \u001b[2Jbad\u202e').message).toBe('Bad.')
    fc.assert(
      fc.property(fc.array(fc.string()), (said) => {
        const failure = explain(said.join('\n'))
        expect(failure.message).not.toBe('')
        expect(failure.hint).not.toBe('')
      })
    )
  })
})

describe('sourceExcerpt', () => {
  it('keeps the lines as they stand in the Dockerfile', () => {
    const rule = '-'.repeat(20)
    const said = [
      'Dockerfile:2',
      rule,
      '   1 |     FROM a',
      '   2 | >>> RUN x \\',
      '   3 | >>>   y',
      '   4 |     ',
      rule
    ]
    expect(sourceExcerpt(said)).toEqual({
      file: 'Dockerfile',
      line: 2,
      lines: [
        { number: 1, text: 'FROM a', marked: false },
        { number: 2, text: 'RUN x \\', marked: true },
        { number: 3, text: '  y', marked: true },
        { number: 4, text: '', marked: false }
      ]
    })
    expect(sourceExcerpt(['Dockerfile:2', 'nothing'])).toBeNull()
  })
})
