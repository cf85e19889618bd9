import { describe, expect, test } from 'vitest'
import type { BuildProgress } from '@shared/contract/build-history'
import { written } from '../docker/buildkit/wire'
import { readFailure } from './failure'
import { buildProgress } from './progress'
import { readProvenance, withoutLogin } from './provenance'

const join = (...parts: readonly Buffer[]): Buffer => Buffer.concat(parts)
const stamp = (seconds: number): Buffer => Buffer.from([0x08, seconds])
const vertex = (digest: string, name: string, from: number, to: number | null, error = ''): Buffer =>
  written({ 1: digest, 3: name, 5: stamp(from), 6: to === null ? '' : stamp(to), 7: error })
const log = (digest: string, text: string): Buffer => written({ 1: digest, 4: Buffer.from(text) })

async function* from(...messages: readonly Buffer[]): AsyncGenerator<Buffer, void, undefined> {
  for (const message of messages) yield await Promise.resolve(message)
}

async function told(...messages: readonly Buffer[]) {
  const items: BuildProgress[] = []
  for await (const item of buildProgress(from(...messages))) items.push(item)
  const steps = new Map(items.flatMap((item) => item.steps).map((step) => [step.id, step]))
  return { steps: [...steps.values()], lines: items.flatMap(({ lines }) => lines), last: items.at(-1) }
}

describe('the progress of a build', () => {
  test('joins lines that come in pieces, and ends the last one', async () => {
    const { lines, steps, last } = await told(
      written({ 1: vertex('a', '[1/2] RUN one', 1, null) }),
      written({ 3: log('a', 'first ha') }),
      written({ 3: log('a', 'lf\nsecond\r\n10%\r100%\nwith\u001b[31m red\u001b[0m\nno end') }),
      written({ 1: vertex('a', '[1/2] RUN one', 1, 3) })
    )
    expect(lines.map(({ text }) => text)).toEqual(['first half', 'second', '100%', 'with red', 'no end'])
    expect(lines.every(({ step }) => step === 1)).toBe(true)
    expect(lines.map(({ spans }) => spans)).toEqual([[], [], [], [{ start: 4, end: 8, fg: '1' }], []])
    expect(steps).toMatchObject([{ number: 1, state: 'Done', tookMs: 2000, logLines: 5 }])
    expect(last?.ended).toBe(true)
  })

  test('a step that never ended was stopped, one with an error failed', async () => {
    const { steps } = await told(
      join(
        written({ 1: vertex('a', 'one', 1, null) }),
        written({ 1: vertex('b', 'two', 1, 2, 'exit code: 1') })
      )
    )
    expect(steps.map(({ state }) => state)).toEqual(['Canceled', 'Error'])
  })

  test('what cannot be read is a sentence', async () => {
    await expect(told(Buffer.from('ffff', 'hex'))).rejects.toMatchObject({ code: 'DataLoss' })
  })
})

test('a failure is told with its lines of the Dockerfile; a damaged detail is passed over', () => {
  const source = {
    info: { filename: 'Dockerfile', data: Buffer.from('FROM a\nRUN b').toString('base64') },
    ranges: [{ start: { line: 2 }, end: { line: 2 } }]
  }
  const detail = (text: string): Buffer =>
    written({ 1: 'github.com/moby/buildkit/errdefs.Source+json', 2: text })
  const status = join(
    written({ 2: 'it failed', 3: detail(JSON.stringify(source)) }),
    written({ 3: detail('{') }),
    written({ 3: written({ 1: 'other', 2: '{}' }) })
  )
  expect(readFailure(status)).toEqual({
    message: 'it failed',
    sources: [{ name: 'Dockerfile', text: 'FROM a\nRUN b', lines: [{ from: 2, to: 2 }] }]
  })
})

describe('provenance', () => {
  const metadata = {
    source: { infos: [{ filename: 'Dockerfile', data: 'RlJPTSBh' }] },
    vcs: { revision: 'abc' }
  }

  test.each([
    [
      '0.2',
      {
        metadata: { 'https://mobyproject.org/buildkit@v1#metadata': metadata },
        materials: [{ uri: 'pkg:a' }]
      }
    ],
    [
      '1',
      {
        runDetails: { metadata: { buildkit_metadata: metadata } },
        buildDefinition: { resolvedDependencies: [{ uri: 'pkg:a' }] }
      }
    ]
  ])('of SLSA %s has the source and what was read', (_, predicate) => {
    const expected = {
      sources: [{ name: 'Dockerfile', text: 'FROM a', cut: false }],
      materials: [{ uri: 'pkg:a', digest: '' }],
      revision: 'abc'
    }
    expect(readProvenance(JSON.stringify({ predicate }))).toMatchObject(expected)
    expect(readProvenance(JSON.stringify(predicate))).toMatchObject(expected)
  })

  test.each(['', '[]', 'null', '{"predicate":3}', '{"predicate":{"materials":"x"}}'])(
    '%s tells nothing',
    (text) => {
      expect(readProvenance(text)).toMatchObject({ sources: [], materials: [] })
    }
  )

  test('an address is shown without a login', () => {
    expect(withoutLogin('https://me:token@example.com/a.git#main')).toBe('https://example.com/a.git#main')
    expect(withoutLogin('git@github.com:a/b')).toBe('git@github.com:a/b')
  })
})
