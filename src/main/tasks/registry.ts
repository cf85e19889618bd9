/**
 * Long work that goes on whatever page is open. Handlers start tasks and answer their ids; the page watches all of them.
 * Finished tasks stay until they are dismissed, the oldest ones go when there are too many.
 */
import { randomUUID } from 'node:crypto'
import type { Task, Transfer } from '@shared/contract/tasks'
import { AppError, toAppError } from '@shared/errors'
import type { Change } from '@shared/patch'
import { WatchedCollection } from '../resources/watch'

/** What the work may say while it runs. */
export interface TaskUpdate {
  readonly progress?: { readonly current: number; readonly total: number } | null
  readonly message?: string
  readonly transfer?: Transfer | null
}

/** The work itself: answers its last word, for example "Loaded nginx:latest". */
export type Work<R> = (update: (news: TaskUpdate) => void, signal: AbortSignal) => Promise<R>

export interface RunningTask<R> {
  readonly id: string
  /** Settles as the work does; a failure is also on the task, so nobody has to wait for it. */
  readonly done: Promise<R>
}

const MAX_TASKS = 100

interface Entry {
  task: Task
  abort: AbortController
  /** Does the work again; null for work that cannot simply be repeated. */
  readonly again: ((signal: AbortSignal) => Promise<unknown>) | null
}

/** What differs from task to task. */
export interface RunOptions {
  /** The work may be done again after a failure: it reads everything anew and finds what is there already. */
  readonly retryable?: boolean
  /** The page that tells of it. */
  readonly page?: string
}

export class TaskRegistry {
  readonly #entries = new Map<string, Entry>()
  readonly #tasks = new WatchedCollection<Task>({ timing: { leadMs: 0, burstMs: 50 } })

  constructor() {
    const read = (id: string) => this.#entries.get(id)?.task
    this.#tasks.online({
      list: () => Promise.resolve([...this.#entries.values()].map((entry) => entry.task)),
      byId: (ids) => Promise.resolve(ids.map(read).filter((task) => task !== undefined))
    })
  }

  /** Starts the work as a task. `lastWord` makes the message of a success out of its result. */
  run<R>(
    title: string,
    work: Work<R>,
    lastWord: (result: R) => string = () => 'Done',
    { retryable = false, page }: RunOptions = {}
  ): RunningTask<R> {
    const id = randomUUID()
    const abort = new AbortController()
    const task: Task = {
      Id: id,
      title,
      state: 'running',
      progress: null,
      message: '',
      hint: null,
      transfer: null,
      retryable,
      wantsLogin: null,
      page: page ?? null,
      startedAt: Date.now(),
      endedAt: null
    }
    const begin = (signal: AbortSignal) => this.#finish(id, work, lastWord, signal)
    this.#entries.set(id, { task, abort, again: retryable ? begin : null })
    this.#change(id, {})
    this.#dropOldest()
    const done = begin(abort.signal)
    // The task itself carries the failure; a caller that does not wait must not crash the process.
    done.catch(() => undefined)
    return { id, done }
  }

  /** All tasks, then their changes. */
  watch(signal: AbortSignal): AsyncGenerator<Change<Task>, void, undefined> {
    return this.#tasks.watch(signal)
  }

  /** Asks the work to stop; the task ends as `cancelled` once it has. Nothing happens to one that has ended. */
  cancel(id: string): void {
    this.#existing(id).abort.abort()
  }

  /** Does the work again after a failure or a cancellation; the task keeps its id and its place. */
  retry(id: string): void {
    const entry = this.#existing(id)
    const { state } = entry.task
    if (entry.again === null || state === 'running' || state === 'succeeded') {
      throw new AppError('Conflict', 'The task cannot be tried again.', {
        hint: state === 'running' ? 'It is running.' : 'Start it anew.'
      })
    }
    entry.abort = new AbortController()
    this.#change(id, {
      state: 'running',
      progress: null,
      message: '',
      hint: null,
      wantsLogin: null,
      startedAt: Date.now(),
      endedAt: null
    })
    entry.again(entry.abort.signal).catch(() => undefined)
  }

  /** The app quits: nothing goes on. */
  cancelAll(): void {
    for (const { abort } of this.#entries.values()) abort.abort()
  }

  /** Takes a finished task off the list; a running one has to be cancelled first. */
  dismiss(id: string): void {
    if (this.#existing(id).task.state === 'running') {
      throw new AppError('Conflict', 'The task is still running.', { hint: 'Cancel it first.' })
    }
    this.#entries.delete(id)
    this.#tasks.touch(id)
  }

  async #finish<R>(
    id: string,
    work: Work<R>,
    lastWord: (result: R) => string,
    signal: AbortSignal
  ): Promise<R> {
    try {
      const result = await work((news) => this.#change(id, news), signal)
      this.#change(id, { state: 'succeeded', message: lastWord(result), endedAt: Date.now() })
      return result
    } catch (thrown) {
      const error = toAppError(thrown)
      const cancelled = signal.aborted || error.code === 'Cancelled'
      this.#change(id, {
        state: cancelled ? 'cancelled' : 'failed',
        message: cancelled ? 'Cancelled' : error.message,
        hint: cancelled ? null : (error.hint ?? null),
        wantsLogin: cancelled ? null : loginWanted(error),
        endedAt: Date.now()
      })
      throw cancelled ? new AppError('Cancelled', 'Cancelled.', { cause: error }) : error
    }
  }

  #change(id: string, news: Partial<Task>): void {
    const entry = this.#entries.get(id)
    if (entry === undefined) return
    entry.task = { ...entry.task, ...news }
    this.#tasks.touch(id)
  }

  #existing(id: string): Entry {
    const entry = this.#entries.get(id)
    if (entry !== undefined) return entry
    throw new AppError('NotFound', 'There is no such task.', { hint: 'It has been dismissed.' })
  }

  #dropOldest(): void {
    for (const [id, entry] of this.#entries) {
      if (this.#entries.size <= MAX_TASKS) return
      if (entry.task.state === 'running') continue
      this.#entries.delete(id)
      this.#tasks.touch(id)
    }
  }
}

function loginWanted({ details }: AppError): string | null {
  const host = details?.['loginTo']
  return typeof host === 'string' ? host : null
}
