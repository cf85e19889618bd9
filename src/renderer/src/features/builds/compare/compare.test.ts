import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { BuildRecord, PastBuild } from '@shared/contract/build-history'
import type { BuildStep } from '@shared/contract/builds'
import { MASK } from '@shared/docker/secrets'
import { differenceText } from '../build-rows'
import { buildBefore, MOST_POINTS, recipeOf, recipesOf, trendOf, trendPoints } from '../trend/build-trend'
import { compareInputs, shownValue } from './compare-inputs'
import { compareSteps } from './compare-steps'
import { dockerfileDiff } from './dockerfile-diff'

const step = (id: string, text: string, more: Partial<BuildStep> = {}): BuildStep => ({
  id,
  number: 1,
  text,
  stage: '',
  platform: '',
  state: 'Done',
  startedAt: 0,
  endedAt: 1000,
  tookMs: 1000,
  bytes: 0,
  totalBytes: 0,
  error: '',
  logLines: 0,
  warnings: 0,
  ...more
})

describe('steps side by side', () => {
  const rows = (before: readonly BuildStep[], after: readonly BuildStep[]) =>
    compareSteps(before, after).map(({ text, change, differenceMs }) => [text, change, differenceMs])

  test('a step is found again by its content, its words, and its words without numbers', () => {
    const before = [step('a', '[1/2] FROM x'), step('b', '[2/2] RUN y', { tookMs: 3000 })]
    const after = [
      step('a', '[1/3] FROM x', { state: 'Cached', tookMs: 0 }),
      step('n', '[2/3] RUN new'),
      step('c', '[3/3] RUN y', { tookMs: 500 })
    ]
    expect(rows(before, after)).toEqual([
      ['[1/3] FROM x', 'Cached now', -1000],
      ['[2/3] RUN new', 'New', null],
      ['[3/3] RUN y', '', -2500]
    ])
    expect(rows(after, before).map(([, change]) => change)).toEqual(['Not cached any more', 'Missing', ''])
  })

  test('the same words twice, or for two platforms, are two steps', () => {
    const twice = [step('a', 'RUN true'), step('b', 'RUN true'), step('c', 'RUN true', { platform: 'arm64' })]
    const again = [step('d', 'RUN true', { platform: 'arm64' }), step('e', 'RUN true')]
    expect(rows(twice, again).map(([, change]) => change)).toEqual(['', 'Missing', ''])
  })

  test('tells a failure', () => {
    expect(rows([step('a', 'x')], [step('a', 'x', { state: 'Error' })])[0]?.[1]).toBe('Done before')
  })

  test('has every step of both exactly once, in the order of the earlier build', () => {
    const some = fc.array(
      fc.record({
        id: fc.constantFrom('a', 'b', 'c', 'd'),
        text: fc.constantFrom('x', 'y', '[1/2] z', '[2/3] z')
      }),
      { maxLength: 12 }
    )
    fc.assert(
      fc.property(some, some, (first, second) => {
        const before = first.map(({ id, text }) => step(id, text))
        const after = second.map(({ id, text }) => step(id, text))
        const pairs = compareSteps(before, after)
        expect(pairs.flatMap((pair) => pair.before ?? [])).toEqual(before)
        expect(new Set(pairs.flatMap((pair) => pair.after ?? []))).toEqual(new Set(after))
        expect(pairs.filter((pair) => pair.after !== null)).toHaveLength(after.length)
      })
    )
  })
})

const record = (ref: string, more: Partial<BuildRecord> = {}): BuildRecord => ({
  Id: ref,
  ref,
  name: 'shop',
  tags: [],
  state: 'Done',
  createdAt: 1,
  startedAt: 1,
  completedAt: 2,
  durationMs: 1000,
  stepsTotal: 4,
  stepsCached: 1,
  stepsDone: 4,
  warnings: 0,
  pinned: false,
  error: '',
  builder: 'default',
  context: '/shop',
  dockerfile: 'Dockerfile',
  target: '',
  ...more
})

const past = (more: Partial<PastBuild>, of: Partial<BuildRecord> = {}): PastBuild => ({
  record: record('r', of),
  frontend: 'dockerfile.v0',
  platforms: [],
  revision: '',
  repository: '',
  args: [],
  labels: [],
  contexts: [],
  options: [],
  outputs: [],
  materials: [],
  sources: [],
  attachments: [],
  result: [],
  error: '',
  ...more
})

test('inputs side by side: what differs, what only one has, and what may be a secret', () => {
  const before = past({
    args: [{ name: 'PASSWORD', value: 'old' }],
    labels: [{ name: 'team', value: 'a' }],
    materials: [{ uri: 'pkg:docker/x', digest: 'sha256:1' }]
  })
  const after = past(
    {
      args: [{ name: 'PASSWORD', value: 'new' }],
      materials: [{ uri: 'pkg:docker/x', digest: 'sha256:2' }],
      result: ['sha256:9']
    },
    { target: 'last' }
  )
  const rows = compareInputs(before, after, (digests) => (digests.length > 0 ? '5 MB' : ''))
  const row = (name: string) => rows.find((one) => one.name === name)
  expect(row('Build argument PASSWORD')).toMatchObject({ differs: true, secret: true })
  expect(row('Label team')).toMatchObject({ before: 'a', after: '', differs: true })
  expect(row('Read pkg:docker/x')).toMatchObject({ before: 'sha256:1', after: 'sha256:2' })
  expect(row('Target')).toMatchObject({ before: '', after: 'last' })
  expect(row('Size of the image')).toMatchObject({ before: '', after: '5 MB' })
  expect(row('Context')?.differs).toBe(false)
  expect(row('Revision')).toBeUndefined()
  expect(shownValue('new', true, false)).toBe(MASK)
  expect(shownValue('new', true, true)).toBe('new')
  expect(shownValue('', true, false)).toBe('–')
})

test('Dockerfiles are compared line by line', () => {
  const lines = dockerfileDiff('FROM a\nRUN x\n', 'FROM a\nRUN new\nRUN x')
  expect(lines.map(({ kind, text }) => `${kind} ${text}`)).toEqual([
    'same FROM a',
    'added RUN new',
    'same RUN x'
  ])
  expect(lines.map(({ before, after }) => [before, after])).toEqual([
    [1, 1],
    [null, 2],
    [2, 3]
  ])
  const many = (word: string) => Array.from({ length: 5000 }, (_, n) => `${word}${n}`).join('\n')
  expect(dockerfileDiff(many('a'), many('b'))).toHaveLength(10_000)
  expect(dockerfileDiff('', '')).toEqual([])
})

describe('builds of the same thing', () => {
  const builds = [
    record('a', { createdAt: 1 }),
    record('b', { createdAt: 2, state: 'Error', durationMs: 500 }),
    record('c', { createdAt: 3, target: 'x' }),
    record('d', { createdAt: 4, state: 'Running', durationMs: null }),
    record('e', { createdAt: 5, durationMs: 250, stepsCached: 4 }),
    record('f', { createdAt: 6, context: '', name: 'lost' })
  ]
  const recipe = recipeOf(record('x'))

  test('are those of one context, Dockerfile and target that have ended, the oldest first', () => {
    expect(trendOf(builds, recipe).map(({ ref }) => ref)).toEqual(['a', 'b', 'e'])
    const many = Array.from({ length: 90 }, (_, n) => record(`r${n}`, { createdAt: n }))
    expect(trendOf(many, recipe)).toHaveLength(MOST_POINTS)
    expect(trendOf(many, recipe).at(-1)?.ref).toBe('r89')
    expect(recipesOf(builds)).toEqual([{ value: recipe, label: '/shop (4)' }])
  })

  test('have one before each but the first', () => {
    expect(buildBefore(builds, record('e', { createdAt: 5 }))?.ref).toBe('b')
    expect(buildBefore(builds, record('a', { createdAt: 1 }))).toBeNull()
  })

  test('are drawn against the longest', () => {
    expect(trendPoints(trendOf(builds, recipe)).map(({ duration, cached }) => [duration, cached])).toEqual([
      [100, 25],
      [50, 25],
      [25, 100]
    ])
    expect(trendPoints([])).toEqual([])
    expect(trendPoints([record('z', { durationMs: 0, stepsTotal: 0 })])).toMatchObject([
      { duration: 0, cached: 0, x: 50 }
    ])
  })
})

test.each([
  [1234, '+1.2s'],
  [-90_000, '−1m 30s'],
  [20, '0.0s'],
  [-20, '0.0s']
])('%s ms more is %s', (milliseconds, text) => expect(differenceText(milliseconds)).toBe(text))
