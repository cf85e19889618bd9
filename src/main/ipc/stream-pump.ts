/**
 * Moves a handler's items to a page that acknowledges what it has used. The handler is not asked for more while the
 * page's window is full, so a slow page slows the engine's socket, not main's memory. Called by the router only.
 */
import type { Delivery } from '@shared/contract/dsl'
import type { ServerPort } from './port'

/** How much may be under way unacknowledged: bytes for byte items, and this many of anything else. */
export const WINDOW = { bytes: 256 * 1024, items: 64 }

/** What one item takes of the window; a byte array its share of it, anything else one place. */
function costOf(item: unknown, windowBytes: number): number {
  return item instanceof Uint8Array ? (item.byteLength / windowBytes) * WINDOW.items : 1
}

/** Counts what the page has not acknowledged and lets the pump wait for room. */
export class Credit {
  readonly #windowBytes: number
  readonly #costs: number[] = []
  #unacked = 0
  #waiting: { readonly limit: number; readonly resolve: () => void } | null = null

  constructor(windowBytes = WINDOW.bytes) {
    this.#windowBytes = windowBytes
  }

  get unacked(): number {
    return this.#unacked
  }

  /** `item` is under way. */
  spend(item: unknown): void {
    const cost = costOf(item, this.#windowBytes)
    this.#costs.push(cost)
    this.#unacked += cost
  }

  /** The page is done with `items` more items; a number it cannot mean is cut to what is open. */
  acknowledge(items: number): void {
    for (let n = 0; n < items && this.#costs.length > 0; n += 1) this.#unacked -= this.#costs.shift() ?? 0
    if (this.#costs.length === 0) this.#unacked = 0
    if (this.#waiting !== null && this.#unacked <= this.#waiting.limit) {
      this.#waiting.resolve()
      this.#waiting = null
    }
  }

  /** Resolves when at most `limit` is unacknowledged, or when the stream is aborted. */
  async room(limit: number, signal: AbortSignal): Promise<void> {
    if (this.#unacked <= limit || signal.aborted) return
    await new Promise<void>((resolve) => {
      this.#waiting = { limit, resolve }
      signal.addEventListener(
        'abort',
        () => {
          resolve()
        },
        { once: true }
      )
    })
  }
}

/** Sends every item of `source` by the rules of `delivery`; answers the value the source ended with. */
export async function pump<I, E>(
  source: AsyncGenerator<I, E, undefined>,
  delivery: Delivery,
  port: ServerPort,
  credit: Credit,
  signal: AbortSignal
): Promise<E | undefined> {
  return delivery === 'latest'
    ? pumpLatest(source, port, credit, signal)
    : pumpAll(source, delivery, port, credit, signal)
}

async function pumpAll<I, E>(
  source: AsyncGenerator<I, E, undefined>,
  delivery: 'lossless' | 'state',
  port: ServerPort,
  credit: Credit,
  signal: AbortSignal
): Promise<E | undefined> {
  for (;;) {
    const result = await source.next()
    if (result.done === true) return result.value
    if (signal.aborted) return undefined
    port.post({ type: 'next', items: [result.value] })
    credit.spend(result.value)
    // `state`: the producer is asked again only when the page is ready, so it merges what comes meanwhile.
    if (delivery === 'state') await credit.room(0, signal)
    else if (credit.unacked >= WINDOW.items) await credit.room(WINDOW.items / 2, signal)
  }
}

async function pumpLatest<I, E>(
  source: AsyncGenerator<I, E, undefined>,
  port: ServerPort,
  credit: Credit,
  signal: AbortSignal
): Promise<E | undefined> {
  let slot: { readonly item: I } | null = null
  let sending: Promise<void> = Promise.resolve()
  const send = async (): Promise<void> => {
    await credit.room(0, signal)
    if (slot === null || signal.aborted) return
    port.post({ type: 'next', items: [slot.item] })
    credit.spend(slot.item)
    slot = null
  }
  for (;;) {
    const result = await source.next()
    if (result.done === true) {
      await sending
      return result.value
    }
    if (signal.aborted) return undefined
    const idle = slot === null
    slot = { item: result.value }
    if (idle) sending = send()
  }
}
