/**
 * The figures of every container for as long as the app runs: live for those somebody looks at (feed.ts), now and then
 * for all others that run (rounds.ts), written into their histories (history-book.ts). Follows the engine session; made
 * once by the composition root, read by handlers/containers.ts.
 */
import type { ContainerStats, ContainerSummary } from '@shared/docker/container'
import type { StatsNews } from '@shared/contract/containers'
import type { DockerClient } from '../docker/client'
import { listRunningIds } from '../docker/containers'
import type { EngineEvent } from '../docker/events'
import { takeSample } from '../docker/stats'
import type { EngineSession } from '../resources/session'
import { StatsFeed } from './feed'
import { HistoryBook } from './history-book'
import { Rounds, type RoundsTiming } from './rounds'
import { RunningContainers } from './running'

interface Connection {
  readonly client: DockerClient
  readonly running: RunningContainers
}

export class StatsRecorder {
  readonly book = new HistoryBook()
  readonly #feeds = new Map<string, StatsFeed>()
  readonly #rounds: Rounds
  readonly #session: EngineSession
  #hidden = false
  #connection: Connection | null = null

  constructor(
    session: EngineSession,
    timings?: { readonly shown: RoundsTiming; readonly hidden: RoundsTiming }
  ) {
    const source = {
      due: (signal: AbortSignal) => this.#due(signal),
      read: (id: string, signal: AbortSignal) => this.#read(id, signal)
    }
    this.#session = session
    this.#rounds = new Rounds(source, timings)
    session.onConnected((client, signal) => this.#connected(client, signal))
    session.onEvent((event) => this.#event(event))
  }

  /** Streams of the engine that are open now. */
  get openStreams(): number {
    return [...this.#feeds.values()].filter(({ open }) => open).length
  }

  /** No page can be seen: what nobody looks at is read more rarely. */
  rest(): void {
    this.#hidden = this.#rounds.hidden = true
  }

  wake(): void {
    this.#hidden = this.#rounds.hidden = false
  }

  /**
   * The newest figures, then newer ones, until the container is removed or the signal aborts; null while there are none
   * that say anything. Goes on when the engine comes back.
   */
  async *watch(id: string, signal: AbortSignal): AsyncGenerator<ContainerStats | null, void, undefined> {
    const feed = this.#use(id)
    try {
      let shown: ContainerStats | null = null
      for (let beats = -1; await feed.pulse.beyond(beats, signal);) {
        beats = feed.pulse.beats
        if (feed.removed) return
        if (feed.latest !== shown) yield feed.latest
        shown = feed.latest
      }
    } finally {
      this.#release(id, feed)
    }
  }

  /** The whole history and the newest figures, then what is added to them; a container that is removed keeps it. */
  async *watchHistory(id: string, signal: AbortSignal): AsyncGenerator<StatsNews, void, undefined> {
    const feed = this.#use(id)
    const { history, release } = this.book.read(id)
    try {
      let sent: number | null = null
      for (let beats = -1; await feed.pulse.beyond(beats, signal);) {
        beats = feed.pulse.beats
        const points = sent === null ? null : history.since(sent)
        sent = history.lastAt
        const { latest } = feed
        if (points === null) yield { type: 'snapshot', levels: history.levels(), latest }
        else yield { type: 'points', points, latest }
      }
    } finally {
      release()
      this.#release(id, feed)
    }
  }

  #connected(client: DockerClient, signal: AbortSignal): void {
    const connection = { client, running: new RunningContainers() }
    this.#connection = connection
    this.book.cutAll()
    for (const [id, feed] of this.#feeds) this.#follow(id, feed)
    signal.addEventListener('abort', () => {
      if (this.#connection !== connection) return
      this.#connection = null
      for (const feed of this.#feeds.values()) feed.stop()
    })
    void this.#rounds.run(signal)
  }

  #event(event: EngineEvent): void {
    const change = this.#connection?.running.apply(event) ?? null
    if (change === null) return
    const { id } = event
    const feed = this.#feeds.get(id)
    this.book.cut(id)
    if (change === 'started' && feed !== undefined) this.#follow(id, feed)
    if (change === 'ended') feed?.stop()
    if (change === 'removed') {
      feed?.remove()
      this.book.remove(id)
    }
  }

  #use(id: string): StatsFeed {
    const feed = this.#feeds.get(id) ?? new StatsFeed(id, (sample) => this.book.add(id, sample, Date.now()))
    this.#feeds.set(id, feed)
    feed.users += 1
    this.#follow(id, feed)
    return feed
  }

  #release(id: string, feed: StatsFeed): void {
    feed.users -= 1
    if (feed.users > 0) return
    feed.stop()
    this.#feeds.delete(id)
  }

  #follow(id: string, feed: StatsFeed): void {
    const connection = this.#connection
    // One of which nothing is known yet is asked for: the engine knows.
    if (connection !== null && connection.running.has(id) !== false) feed.start(connection.client)
  }

  async #due(signal: AbortSignal): Promise<readonly string[]> {
    const connection = this.#connection
    if (connection === null) return []
    const { client, running } = connection
    // While a page follows the list, it has been asked for already; what events said since is newer than either.
    const rows = this.#hidden ? [] : [...this.#session.containers.values()]
    if (rows.length > 0) running.list(rows.filter(isUp).map(({ Id }) => Id))
    else if (!running.listed) running.list(await listRunningIds(client, signal))
    return running.ids.filter((id) => this.#feeds.get(id)?.open !== true)
  }

  async #read(id: string, signal: AbortSignal): Promise<void> {
    const connection = this.#connection
    if (connection === null) return
    const sample = await takeSample(connection.client, id, signal)
    // It may have stopped, or be streamed, since it was asked.
    if (connection.running.has(id) === true && this.#feeds.get(id)?.open !== true)
      this.book.add(id, sample, Date.now())
  }
}

/** As `docker ps` has it. */
function isUp({ State }: ContainerSummary): boolean {
  return State === 'running' || State === 'paused'
}
