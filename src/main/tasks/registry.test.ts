import { describe, expect, it } from 'vitest'
import type { Task } from '@shared/contract/tasks'
import { AppError } from '@shared/errors'
import { applyChange } from '@shared/patch'
import { TaskRegistry } from './registry'

/** The tasks as a page has them, read until they are as wanted. */
async function until(
  registry: TaskRegistry,
  holds: (tasks: readonly Task[]) => boolean
): Promise<readonly Task[]> {
  let tasks: ReadonlyMap<string, Task> = new Map()
  for await (const change of registry.watch(AbortSignal.timeout(5000))) {
    tasks = applyChange(tasks, change)
    if (holds([...tasks.values()])) return [...tasks.values()]
  }
  throw new Error('never')
}

describe('tasks', () => {
  it('show their progress, then what they came to', async () => {
    const registry = new TaskRegistry()
    let finish = (): void => undefined
    const gate = new Promise<void>((resolve) => (finish = resolve))
    const { done } = registry.run(
      'Load x.tar',
      async (update) => {
        update({ progress: { current: 1, total: 4 }, message: 'Loading' })
        await gate
        return 5
      },
      (result) => `Loaded ${result}`
    )
    expect((await until(registry, ([task]) => task?.message === 'Loading'))[0]).toMatchObject({
      title: 'Load x.tar',
      state: 'running',
      progress: { current: 1, total: 4 },
      endedAt: null
    })
    finish()
    expect(await done).toBe(5)
    expect((await until(registry, ([task]) => task?.state === 'succeeded'))[0]?.message).toBe('Loaded 5')
  })

  it('keep why they failed and what to do', async () => {
    const registry = new TaskRegistry()
    const { done } = registry.run('Pull x', () =>
      Promise.reject(new AppError('NotFound', 'No x.', { hint: 'Check it.' }))
    )
    await expect(done).rejects.toThrow('No x.')
    expect(await until(registry, ([task]) => task?.state === 'failed')).toMatchObject([
      { message: 'No x.', hint: 'Check it.' }
    ])
  })

  it('end as cancelled when they are cancelled, whatever the work then throws', async () => {
    const registry = new TaskRegistry()
    const { id, done } = registry.run(
      'Pull x',
      (_, signal) =>
        new Promise((_resolve, reject) => {
          signal.addEventListener('abort', () => reject(new Error('socket hang up')))
        })
    )
    expect(() => registry.dismiss(id)).toThrow(/still running/)
    registry.cancel(id)
    await expect(done).rejects.toMatchObject({ code: 'Cancelled' })
    expect(await until(registry, ([task]) => task?.state === 'cancelled')).toHaveLength(1)
    registry.dismiss(id)
    expect(await until(registry, (tasks) => tasks.length === 0)).toEqual([])
    expect(() => registry.cancel(id)).toThrow(/no such task/)
  })

  it('can be tried again when they say so, as the same task', async () => {
    const registry = new TaskRegistry()
    let tries = 0
    const work = async (): Promise<number> => {
      tries += 1
      await Promise.resolve()
      if (tries === 1) throw new AppError('Unavailable', 'It broke off.', { hint: 'Again.' })
      return tries
    }
    const { id, done } = registry.run('Pull x', work, (result) => `Try ${result}`, { retryable: true })
    await expect(done).rejects.toThrow('It broke off.')
    registry.retry(id)
    expect(await until(registry, ([task]) => task?.state === 'succeeded')).toMatchObject([
      { Id: id, message: 'Try 2', hint: null, retryable: true }
    ])
    expect(() => registry.retry(id)).toThrow(/cannot be tried again/)
    const other = registry.run('Load x', () => Promise.reject(new Error('no')))
    await expect(other.done).rejects.toThrow()
    expect(() => registry.retry(other.id)).toThrow(/cannot be tried again/)
  })

  it('are a hundred at most; running ones are never forgotten', async () => {
    const registry = new TaskRegistry()
    const { id } = registry.run('Stays', () => new Promise(() => undefined))
    for (let index = 0; index < 120; index += 1)
      await registry.run(`Task ${index}`, () => Promise.resolve()).done
    const tasks = await until(registry, (all) => all.length > 0)
    expect(tasks).toHaveLength(100)
    expect(tasks.some((task) => task.Id === id)).toBe(true)
  })
})
