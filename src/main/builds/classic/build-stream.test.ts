import { describe, expect, it } from 'vitest'
import { BuildSteps } from '@shared/builds/solve-status'
import { BuildStream } from './build-stream'

/** Feeds values a second apart and answers the steps and each step's log. */
function read(...values: readonly unknown[]) {
  const stream = new BuildStream()
  const steps = new BuildSteps()
  const logs = new Map<string, string>()
  let at = 0
  for (const value of values) {
    const status = stream.take(value, (at += 1000))
    steps.take(status)
    for (const { vertex, data } of status.logs) {
      logs.set(vertex, (logs.get(vertex) ?? '') + Buffer.from(data).toString())
    }
  }
  if (stream.error === null) steps.take(stream.end(at + 1000))
  return { stream, steps, logs, list: steps.list.map(({ text, state, tookMs }) => ({ text, state, tookMs })) }
}
const said = (stream: string) => ({ stream })

describe('BuildStream', () => {
  it('makes a step of each instruction, with its stage, cache mark, time and words', () => {
    const { list, logs, stream, steps } = read(
      said('Step 1/3 : FROM busybox AS base'),
      said('\n'),
      said(' ---> 0123\n'),
      said('Step 2/3 : RUN make'),
      said(' ---> Using cache\n'),
      said('Step 3/3 : FROM scratch'),
      { aux: { ID: 'sha256:abc' } },
      said('Successfully built abc\n')
    )
    expect(list).toEqual([
      { text: '[base 1/3] FROM busybox AS base', state: 'Done', tookMs: 3000 },
      { text: '[base 2/3] RUN make', state: 'Cached', tookMs: 2000 },
      { text: '[3/3] FROM scratch', state: 'Done', tookMs: 3000 }
    ])
    expect(steps.totals).toMatchObject({ steps: 3, completed: 3, cached: 1 })
    expect(steps.list.map(({ stage }) => stage)).toEqual(['base', 'base', ''])
    expect(stream.imageId).toBe('sha256:abc')
    expect(logs.get('step-3')).toBe('Successfully built abc\n')
  })

  it('reads what Podman says', () => {
    const { list } = read(
      said('STEP 1/2: FROM docker.io/library/busybox\n'),
      said('STEP 2/2: RUN true\n'),
      said('--> Using cache 0123\n')
    )
    expect(list.map(({ state }) => state)).toEqual(['Done', 'Cached'])
  })

  it('a failure ends the step that ran', () => {
    const { list, stream } = read(said('Step 1/2 : FROM x'), said('Step 2/2 : RUN false'), {
      error: 'short',
      errorDetail: { code: 1, message: 'the whole' }
    })
    expect(list.at(-1)).toMatchObject({ state: 'Error' })
    expect(stream.error).toBe('the whole')
    expect(stream.step).toBe(2)
  })

  it('takes a line that a command prints for a line', () => {
    const { list, logs } = read(
      said('Step 1/3 : FROM x'),
      said('Step 3/3 : RUN evil'),
      said('Step 2/9 : RUN evil'),
      said('Step 2/3 : RUN good')
    )
    expect(list.map(({ text }) => text)).toEqual(['[1/3] FROM x', '[2/3] RUN good'])
    expect(logs.get('step-1')).toBe('Step 3/3 : RUN evilStep 2/9 : RUN evil')
  })

  it('tells the bytes of a base image that is pulled, and passes over what is no message', () => {
    const { steps } = read(
      said('Step 1/1 : FROM x'),
      { status: 'Downloading', id: 'l1', progressDetail: { current: 5, total: 10 } },
      { status: 'Extracting', id: 'l1', progressDetail: { current: 9, total: 10 } },
      { status: 'Pull complete', id: 'l1', progressDetail: {} },
      null,
      7,
      { stream: 8 },
      { aux: 'x' }
    )
    expect(steps.list[0]).toMatchObject({ bytes: 5, totalBytes: 10, state: 'Done' })
  })
})
