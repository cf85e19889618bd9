import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { BuildSteps, placeOf, type SolveStatus, type SolveVertex } from './solve-status'
import { joined, lengthMs } from './spans'

const vertex = (digest: string, more: Partial<SolveVertex> = {}): SolveVertex => ({
  digest,
  name: `[1/1] ${digest}`,
  inputs: [],
  started: null,
  completed: null,
  cached: false,
  error: '',
  ...more
})
const status = (more: Partial<SolveStatus>): SolveStatus => ({
  vertexes: [],
  statuses: [],
  logs: [],
  warnings: [],
  ...more
})

describe('BuildSteps', () => {
  it('lists what has begun, in that order', () => {
    const steps = new BuildSteps()
    steps.take(status({ vertexes: [vertex('a'), vertex('b'), vertex('c')] }))
    steps.take(status({ vertexes: [vertex('b', { started: 10 })] }))
    steps.take(status({ vertexes: [vertex('a', { started: 12, completed: 15 })] }))
    expect(steps.list.map(({ id, number, state }) => [id, number, state])).toEqual([
      ['b', 1, 'Running'],
      ['a', 2, 'Done']
    ])
    expect(steps.get('c')).toBeUndefined()
    expect(steps.totals.steps).toBe(3)
  })

  it('tells a cached step, a failed one and one that was stopped', () => {
    const steps = new BuildSteps()
    const ran = { started: 1, completed: 2 }
    steps.take(
      status({
        vertexes: [
          vertex('a', { ...ran, cached: true }),
          vertex('b', { ...ran, error: 'process "/bin/sh -c false" did not complete successfully' }),
          vertex('c', { ...ran, error: 'failed to solve: context canceled' }),
          vertex('d', { started: 1 })
        ]
      })
    )
    steps.end(5)
    expect(steps.list.map(({ state }) => state)).toEqual(['Cached', 'Error', 'Canceled', 'Canceled'])
    expect(steps.get('d')?.endedAt).toBe(5)
  })

  it('takes pauses out of the time of a step that began twice', () => {
    const steps = new BuildSteps()
    steps.take(status({ vertexes: [vertex('a', { started: 0, completed: 10 })] }))
    steps.take(status({ vertexes: [vertex('a', { started: 50, completed: 60 })] }))
    expect(steps.list[0]).toMatchObject({ startedAt: 0, endedAt: 60, tookMs: 20 })
    expect(steps.totals).toMatchObject({ realMs: 60, addedMs: 20 })
  })

  it('adds up what was transferred, without unpacking', () => {
    const steps = new BuildSteps()
    steps.take(status({ vertexes: [vertex('a', { started: 0 })] }))
    const bytes = (id: string, current: number, total: number) => ({ id, vertex: 'a', current, total })
    steps.take(status({ statuses: [bytes('sha256:1', 3, 10), bytes('extracting sha256:1', 9, 9)] }))
    steps.take(status({ statuses: [bytes('sha256:1', 7, 10), bytes('sha256:2', 1, 2)] }))
    expect(steps.list[0]).toMatchObject({ bytes: 8, totalBytes: 12 })
  })

  it('counts warnings and lines, and takes messages about steps it has never heard of', () => {
    const steps = new BuildSteps()
    steps.take(status({ vertexes: [vertex('a', { started: 0 })] }))
    steps.addLines('a', 4)
    steps.addLines('x', 4)
    const warning = { text: 'hm', detail: [], url: '', line: 3 }
    steps.take(
      status({
        warnings: [
          { vertex: 'a', ...warning },
          { vertex: 'x', ...warning }
        ]
      })
    )
    expect(steps.list[0]).toMatchObject({ logLines: 4, warnings: 1 })
    expect(steps.warnings).toHaveLength(2)
  })

  it('shows a hostile name as text on one line', () => {
    const steps = new BuildSteps()
    steps.take(
      status({ vertexes: [vertex('a', { name: '[1/1] RUN \u001b[2J\u202eevil\n\u0007x', started: 0 })] })
    )
    expect(steps.list[0]?.text).toBe('[1/1] RUN evil x')
  })

  it('keeps number and order whatever comes, and never shows a step that ends before it begins', () => {
    const vertexes = fc.record({
      digest: fc.constantFrom('a', 'b', 'c', 'd'),
      started: fc.option(fc.integer({ min: 0, max: 100 })),
      completed: fc.option(fc.integer({ min: 0, max: 100 })),
      cached: fc.boolean(),
      error: fc.constantFrom('', 'bad', 'context canceled')
    })
    fc.assert(
      fc.property(fc.array(vertexes), (all) => {
        const steps = new BuildSteps()
        const order: string[] = []
        for (const one of all) {
          steps.take(status({ vertexes: [vertex(one.digest, one)] }))
          if (one.started !== null && !order.includes(one.digest)) order.push(one.digest)
        }
        steps.end(200)
        expect(steps.list.map(({ id }) => id)).toEqual(order)
        for (const step of steps.list) {
          expect(step.endedAt ?? -1).toBeGreaterThanOrEqual(step.startedAt)
          expect(step.tookMs ?? -1).toBeGreaterThanOrEqual(0)
          expect(step.state).not.toBe('Running')
        }
      })
    )
  })
})

describe('placeOf', () => {
  it.each([
    ['[internal] load build definition from Dockerfile', '', ''],
    ['[2/3] RUN make', '', ''],
    ['[build 2/5] RUN make', 'build', ''],
    ['[stage-1 1/2] FROM scratch', 'stage-1', ''],
    ['[linux/arm64 build 2/5] RUN make', 'build', 'linux/arm64'],
    ['[linux/amd64->arm/v7 build 2/5] RUN make', 'build', 'linux/amd64->arm/v7'],
    ['[auth] library/alpine:pull token for registry.example', '', ''],
    ['[context base] load metadata', '', ''],
    ['exporting to image', '', ''],
    ['[] x', '', '']
  ])('%s', (name, stage, platform) => {
    expect(placeOf(name)).toEqual({ stage, platform })
  })
})

describe('joined', () => {
  const span = fc
    .tuple(fc.integer({ min: 0, max: 50 }), fc.integer({ min: 0, max: 50 }))
    .map(([from, length]) => ({ from, to: from + length }))

  it('covers what the spans cover, once', () => {
    fc.assert(
      fc.property(fc.array(span), (spans) => {
        const covered = new Set<number>()
        for (const { from, to } of spans) for (let at = from; at < to; at += 1) covered.add(at)
        expect(lengthMs(joined(spans))).toBe(covered.size)
      })
    )
  })
})
