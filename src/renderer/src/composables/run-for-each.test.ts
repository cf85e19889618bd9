import { describe, expect, it } from 'vitest'
import { AppError } from '@shared/errors'
import { bulkSummary, runForEach, type BulkTarget } from './run-for-each'

const targets = (count: number): BulkTarget[] =>
  Array.from({ length: count }, (_, index) => ({ id: `id-${index}`, name: `name-${index}` }))

describe('runForEach', () => {
  it('does a few at a time and all of them in the end', async () => {
    let running = 0
    let most = 0
    const results = await runForEach(targets(20), async () => {
      running += 1
      most = Math.max(most, running)
      await Promise.resolve()
      running -= 1
    })
    expect(most).toBe(4)
    expect(results.map((result) => result.name)).toEqual(targets(20).map((target) => target.name))
    expect(results.every((result) => result.outcome === 'done')).toBe(true)
  })

  it('goes on when one has vanished, and says so for that one', async () => {
    const seen: string[] = []
    const results = await runForEach(
      targets(3),
      (target) =>
        target.id === 'id-1'
          ? Promise.reject(
              new AppError('NotFound', 'No such container: name-1.', { hint: 'It was removed meanwhile.' })
            )
          : Promise.resolve(),
      (result) => seen.push(`${result.name} ${result.outcome}`)
    )
    expect(results[1]).toEqual({
      id: 'id-1',
      name: 'name-1',
      outcome: 'failed',
      message: 'No such container: name-1.',
      hint: 'It was removed meanwhile.'
    })
    expect(seen.sort()).toEqual(['name-0 done', 'name-1 failed', 'name-2 done'])
  })

  it('turns anything thrown into a sentence', async () => {
    const [result] = await runForEach(targets(1), () => Promise.reject(new TypeError('x is undefined')))
    expect(result).toMatchObject({ outcome: 'failed', message: 'Something went wrong inside Quayside.' })
  })

  it('finishes what has begun and leaves the rest once cancelled', async () => {
    const controller = new AbortController()
    const results = await runForEach(
      targets(8),
      () => Promise.resolve(controller.abort()),
      undefined,
      controller.signal
    )
    expect(results[0]?.outcome).toBe('done')
    expect(results.at(-1)?.outcome).toBe('cancelled')
  })
})

describe('bulkSummary', () => {
  it('says how many of how many', async () => {
    const done = await runForEach(targets(2), () => Promise.resolve())
    const failed = await runForEach(targets(1), () => Promise.reject(new Error()))
    expect(bulkSummary('Stopped', done, 'container')).toBe('Stopped 2 containers')
    expect(bulkSummary('Stopped', [...done, ...failed], 'container')).toBe('Stopped 2 of 3 containers')
    expect(bulkSummary('Removed', done.slice(1), 'image')).toBe('Removed 1 image')
  })
})
