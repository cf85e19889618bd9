/**
 * Main's side of the browsing thread: asks it questions and hands on the answers. The thread starts with the first question
 * and ends a while after the last image was closed; when it dies, what was open fails and the next question starts another.
 */
import { randomUUID } from 'node:crypto'
import { AppError, fromPlain } from '@shared/errors'
import type { FromBrowser, Question, Questions, ToBrowser } from './browse-messages'
import { Channel } from './channel'

export interface BrowseThread {
  readonly post: (message: ToBrowser) => void
  readonly onMessage: (listener: (message: FromBrowser) => void) => void
  readonly onFailure: (listener: (error: Error) => void) => void
  readonly end: () => void
}

export type StartBrowseThread = () => BrowseThread

/** How long the indexes of closed images stay in memory, for whoever opens the next one soon. */
const REST_MS = 60_000

type Reply =
  { readonly type: 'item'; readonly item: unknown } | { readonly type: 'end'; readonly value: unknown }

export class ImageBrowser {
  readonly #start: StartBrowseThread
  readonly #asked = new Map<number, Channel<Reply>>()
  readonly #open = new Set<string>()
  /** Told when the thread, and with it every image that was open, is gone. */
  readonly #onLost = new Set<(why: AppError) => void>()
  #thread: BrowseThread | null = null
  #rest: NodeJS.Timeout | null = null
  #next = 1

  constructor(start: StartBrowseThread) {
    this.#start = start
  }

  /** A handle for a new image; it counts as open until {@link close}. */
  reserve(): string {
    const handle = randomUUID()
    this.#open.add(handle)
    return handle
  }

  /** The image is not looked at any more; its memory is given back. */
  close(handle: string): void {
    this.#open.delete(handle)
    if (this.#thread === null) return
    void this.one('close', { handle }, new AbortController().signal).catch(() => undefined)
  }

  /** Resolves when aborted; rejects when what is open is lost with the thread. */
  untilLost(signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal.aborted) {
        resolve()
        return
      }
      const lost = (why: AppError): void => {
        signal.removeEventListener('abort', closed)
        reject(why)
      }
      const closed = (): void => {
        this.#onLost.delete(lost)
        resolve()
      }
      this.#onLost.add(lost)
      signal.addEventListener('abort', closed, { once: true })
    })
  }

  /** Asks a question whose answer is one value. */
  async one<Q extends Question>(
    question: Q,
    params: Questions[Q]['params'],
    signal: AbortSignal
  ): Promise<Questions[Q]['end']> {
    const answer = this.ask(question, params, signal)
    for (;;) {
      const result = await answer.next()
      if (result.done === true) return result.value
    }
  }

  /** Asks a question. Leaving the loop, or aborting, cancels it in the thread. */
  async *ask<Q extends Question>(
    question: Q,
    params: Questions[Q]['params'],
    signal: AbortSignal
  ): AsyncGenerator<Questions[Q]['item'], Questions[Q]['end'], undefined> {
    signal.throwIfAborted()
    const id = this.#next++
    const replies = new Channel<Reply>()
    this.#asked.set(id, replies)
    const thread = this.#running()
    const onAbort = (): void => replies.close(new AppError('Cancelled', 'Cancelled.'))
    signal.addEventListener('abort', onAbort, { once: true })
    let ended = false
    try {
      thread.post({ type: 'ask', id, question, params })
      for await (const reply of replies) {
        if (reply.type === 'end') {
          ended = true
          return reply.value as Questions[Q]['end']
        }
        yield reply.item as Questions[Q]['item']
        thread.post({ type: 'more', id })
      }
      throw threadEnded()
    } finally {
      signal.removeEventListener('abort', onAbort)
      this.#asked.delete(id)
      if (!ended) thread.post({ type: 'cancel', id })
      this.#settle()
    }
  }

  /** The app quits. */
  dispose(): void {
    this.#drop(threadEnded())
  }

  #running(): BrowseThread {
    if (this.#rest !== null) clearTimeout(this.#rest)
    this.#rest = null
    if (this.#thread !== null) return this.#thread
    const thread = this.#start()
    this.#thread = thread
    thread.onMessage((message) => this.#receive(message))
    thread.onFailure((error) => {
      if (this.#thread === thread) this.#drop(threadFailed(error))
    })
    return thread
  }

  #receive(message: FromBrowser): void {
    const replies = this.#asked.get(message.id)
    if (message.type === 'error') replies?.close(fromPlain(message.error))
    else if (message.type === 'item') replies?.push({ type: 'item', item: message.item })
    else replies?.push({ type: 'end', value: message.value })
  }

  #drop(why: AppError): void {
    const thread = this.#thread
    this.#thread = null
    for (const replies of this.#asked.values()) replies.close(why)
    for (const lost of this.#onLost) lost(why)
    this.#onLost.clear()
    thread?.end()
  }

  /** Nobody looks at anything: the thread ends unless that changes soon. */
  #settle(): void {
    if (this.#thread === null || this.#open.size > 0 || this.#asked.size > 0 || this.#rest !== null) return
    this.#rest = setTimeout(() => {
      this.#rest = null
      if (this.#open.size === 0 && this.#asked.size === 0) this.#drop(threadEnded())
    }, REST_MS)
    this.#rest.unref()
  }
}

function threadEnded(): AppError {
  return new AppError('Unavailable', 'Looking at images was interrupted.', { hint: 'Open the image again.' })
}

function threadFailed(cause: Error): AppError {
  return new AppError('System', 'The image took more memory than there is for looking at images.', {
    hint: 'Close other images and open it again.',
    cause
  })
}
