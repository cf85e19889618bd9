/**
 * What main knows of the engine that is in use: its client, its event stream and the collections that follow it.
 * main/application.ts wires it to the supervisor (connect, disconnect); handlers read it. It never starts or stops an engine.
 */
import { setMaxListeners } from 'node:events'
import type { ContainerState, ContainerSummary } from '@shared/docker/container'
import type { ImageSummary } from '@shared/docker/image'
import { attempted, toAppError, type AppError } from '@shared/errors'
import type { Change } from '@shared/patch'
import { DockerClient } from '../docker/client'
import { listContainers, listContainersById } from '../docker/containers'
import type { EngineEndpoint } from '../docker/endpoint'
import { engineNotRunning } from '../docker/errors'
import { openEvents, type EngineEvent } from '../docker/events'
import { listImages } from '../docker/images'
import type { CoalescerTiming } from './coalescer'
import { effectsOf } from './events'
import { Pulse } from './pulse'
import { pause } from './pause'
import { WatchedCollection } from './watch'

export interface SessionLog {
  warn(message: string, fields: Readonly<Record<string, string | number>>): void
}

export interface SessionCounters {
  /** Requests sent to engines since the session was made, event streams and pings included. */
  readonly engineRequests: number
  readonly events: number
  readonly containerPatches: number
  readonly imagePatches: number
}

const FIRST_RETRY_MS = 100
const LAST_RETRY_MS = 2000
const FIRST_CONFIRM_MS = 50
const LAST_CONFIRM_MS = 6400

/** One connection to an engine: from connect() to disconnect() or the next connect(). */
interface Run {
  readonly endpoint: EngineEndpoint
  readonly abort: AbortController
  client: DockerClient
  /** Aborted to open the event stream anew. */
  stream: AbortController
  /** Aborted when the events are no longer followed, for whatever reason. */
  followed: AbortController
}

/** Told of each connection whose events are followed; `signal` aborts when they no longer are. */
export type ConnectedListener = (client: DockerClient, signal: AbortSignal) => void

export class EngineSession {
  readonly #containers: WatchedCollection<ContainerSummary>
  readonly #images: WatchedCollection<ImageSummary>
  readonly #lostListeners = new Set<() => void>()
  readonly #connectedListeners = new Set<ConnectedListener>()
  readonly #eventListeners = new Set<(event: EngineEvent) => void>()
  readonly #log: SessionLog
  /** Beats when `docker info` would say something else. */
  readonly #info = new Pulse()
  /** What the newest event of a container says of its state, until its row says so too. */
  readonly #expected = new Map<string, readonly ContainerState[]>()
  #run: Run | null = null
  #connecting: { readonly abort: AbortController; readonly opened: Promise<unknown> } | null = null
  #pastRequests = 0
  #events = 0

  constructor(options: { readonly log?: SessionLog; readonly timing?: CoalescerTiming } = {}) {
    this.#log = options.log ?? { warn: () => undefined }
    const common = { eager: true, ...(options.timing === undefined ? {} : { timing: options.timing }) }
    const failed = (kind: string) => (error: AppError) =>
      this.#log.warn('list failed', { kind, code: error.code, message: error.message })
    this.#containers = new WatchedCollection({ ...common, onError: failed('containers') })
    this.#images = new WatchedCollection({ ...common, onError: failed('images') })
  }

  /** An engine became usable: opens its event stream, then lets the collections list it. Replaces the one before. */
  async connect(endpoint: EngineEndpoint): Promise<void> {
    this.disconnect()
    const abort = new AbortController()
    // One pause per container whose row is being confirmed listens to it; there is no leak to warn of.
    setMaxListeners(0, abort.signal)
    const opened = openRun(endpoint, abort.signal)
    const connecting = { abort, opened }
    this.#connecting = connecting
    try {
      const { events, ...opening } = await opened
      const run: Run = { endpoint, abort, ...opening, followed: new AbortController() }
      this.#run = run
      this.#followed(run, events)
    } catch (error) {
      throw attempted('Could not connect to the engine', error)
    } finally {
      if (this.#connecting === connecting) this.#connecting = null
    }
  }

  /** The engine stopped, or another one is going to be used: what was shown stays as it was last seen. */
  disconnect(): void {
    this.#connecting?.abort.abort()
    this.#connecting = null
    const run = this.#run
    if (run === null) return
    this.#run = null
    run.abort.abort()
    run.followed.abort()
    this.#retire(run.client)
    this.#containers.offline()
    this.#images.offline()
  }

  /** The computer slept, so events may be missing: opens the stream anew and lists everything again. */
  resync(): void {
    this.#run?.stream.abort()
  }

  /** No page can be seen: events are still followed, but nothing is read for them until {@link wake}. */
  rest(): void {
    this.#containers.rest()
    this.#images.rest()
    this.#info.rest()
  }

  wake(): void {
    this.#containers.wake()
    this.#images.wake()
    this.#info.wake()
  }

  /**
   * The client of the engine in use; waits for one that is just being connected, because the page may ask as soon as it
   * reads that the engine runs. Rejects with EngineNotRunning while there is none.
   */
  async client(): Promise<DockerClient> {
    await this.#connecting?.opened.catch(() => undefined)
    if (this.#run === null) throw engineNotRunning()
    return this.#run.client
  }

  /** The machine on which published ports are reached. */
  get host(): string {
    const endpoint = this.#run?.endpoint
    return endpoint?.kind === 'tcp' || endpoint?.kind === 'ssh' ? endpoint.host : 'localhost'
  }

  /** Whether the engine's file system is this machine's: it listens on a socket here. */
  get local(): boolean {
    return this.#run?.endpoint.kind === 'unix'
  }

  /** Whether an engine is connected. */
  get connected(): boolean {
    return this.#run !== null
  }

  watchContainers(signal: AbortSignal): AsyncGenerator<Change<ContainerSummary>, void, undefined> {
    return this.#containers.watch(signal)
  }

  watchImages(signal: AbortSignal): AsyncGenerator<Change<ImageSummary>, void, undefined> {
    return this.#images.watch(signal)
  }

  /** The rows as last read; empty until a page has watched them. */
  get containers(): ReadonlyMap<string, ContainerSummary> {
    return this.#containers.rows
  }

  get images(): ReadonlyMap<string, ImageSummary> {
    return this.#images.rows
  }

  /** Counts the changes of `docker info`; wait on it to read the info again. */
  get infoPulse(): Pulse {
    return this.#info
  }

  /** The event stream ended although nobody asked for it: the engine may be gone. Answers how to stop listening. */
  onEventsLost(listener: () => void): () => void {
    this.#lostListeners.add(listener)
    return () => this.#lostListeners.delete(listener)
  }

  /** An engine's events are followed from now on; called at once when they are already. Answers how to stop listening. */
  onConnected(listener: ConnectedListener): () => void {
    this.#connectedListeners.add(listener)
    const run = this.#run
    if (run !== null && !run.followed.signal.aborted) listener(run.client, run.followed.signal)
    return () => this.#connectedListeners.delete(listener)
  }

  /** Every event as it arrives, also while nobody looks: what listens must be cheap. Answers how to stop listening. */
  onEvent(listener: (event: EngineEvent) => void): () => void {
    this.#eventListeners.add(listener)
    return () => this.#eventListeners.delete(listener)
  }

  get counters(): SessionCounters {
    return {
      engineRequests: this.#pastRequests + (this.#run?.client.requests ?? 0),
      events: this.#events,
      containerPatches: this.#containers.counters.patches,
      imagePatches: this.#images.counters.patches
    }
  }

  /** The stream is open: the collections may list, and events are drained for as long as it lasts. */
  #followed(run: Run, events: AsyncIterable<EngineEvent>): void {
    const skipped = (kind: string) => (reason: string) => this.#log.warn('row skipped', { kind, reason })
    const { client } = run
    this.#containers.online({
      list: (signal) => listContainers(client, signal, skipped('containers')),
      byId: (ids, signal) => listContainersById(client, ids, signal, skipped('containers'))
    })
    this.#images.online({ list: (signal) => listImages(client, signal, skipped('images')) })
    this.#info.beat()
    run.followed = new AbortController()
    setMaxListeners(0, run.followed.signal)
    for (const listener of [...this.#connectedListeners]) listener(client, run.followed.signal)
    void this.#drain(run, events)
  }

  async #drain(run: Run, events: AsyncIterable<EngineEvent>): Promise<void> {
    const { stream } = run
    try {
      for await (const event of events) this.#apply(event)
    } catch (error) {
      if (!stream.signal.aborted && !run.abort.signal.aborted) {
        this.#log.warn('event stream broke off', { message: toAppError(error).message })
      }
    }
    if (run.abort.signal.aborted) return
    run.followed.abort()
    this.#containers.offline()
    this.#images.offline()
    if (!stream.signal.aborted) for (const listener of [...this.#lostListeners]) listener()
    await this.#reopen(run)
  }

  #apply(event: EngineEvent): void {
    this.#events += 1
    const effects = effectsOf(event)
    if (effects.container !== undefined) {
      this.#containers.touch(effects.container)
      this.#expect(effects.container, effects.states)
    }
    if (effects.removedContainer !== undefined) this.#containers.remove(effects.removedContainer)
    if (effects.images === true) this.#images.touchAll()
    if (effects.info === true) this.#info.beat()
    for (const listener of this.#eventListeners) listener(event)
  }

  /**
   * dockerd announces a pause (and under load other changes) before its list shows it: `LogContainerEvent` precedes
   * `CheckpointTo` in moby's daemon/pause.go. A row that contradicts the newest event is read again until it does not.
   */
  #expect(id: string, states: readonly ContainerState[] | undefined): void {
    if (states === undefined || this.#run === null || this.#containers.resting) return
    this.#expected.set(id, states)
    void this.#confirm(id, states, this.#run.abort.signal)
  }

  async #confirm(id: string, states: readonly ContainerState[], signal: AbortSignal): Promise<void> {
    for (let waitMs = FIRST_CONFIRM_MS; waitMs <= LAST_CONFIRM_MS; waitMs *= 2) {
      if (!(await pause(waitMs, signal)) || this.#expected.get(id) !== states) return
      const row = this.#containers.rows.get(id)
      // One that is stale or just being read will say so by itself.
      if (row !== undefined && !this.#containers.isSettled(id)) continue
      if (row === undefined || states.includes(row.State)) break
      this.#containers.touch(id)
    }
    this.#expected.delete(id)
  }

  /** Tries until the engine answers again or disconnect() is called; it may be another version, so all is negotiated anew. */
  async #reopen(run: Run): Promise<void> {
    let waitMs = FIRST_RETRY_MS
    while (!run.abort.signal.aborted) {
      try {
        const opened = await openRun(run.endpoint, run.abort.signal)
        this.#retire(run.client)
        run.client = opened.client
        run.stream = opened.stream
        this.#followed(run, opened.events)
        return
      } catch {
        // Not there yet; the supervisor decides when to give up.
      }
      await pause(waitMs, run.abort.signal)
      waitMs = Math.min(waitMs * 2, LAST_RETRY_MS)
    }
  }

  #retire(client: DockerClient): void {
    this.#pastRequests += client.requests
    client.dispose()
  }
}

async function openRun(endpoint: EngineEndpoint, signal: AbortSignal) {
  const client = await DockerClient.connect(endpoint, signal)
  const stream = new AbortController()
  try {
    const events = await openEvents(client, AbortSignal.any([signal, stream.signal]))
    signal.throwIfAborted()
    return { client, stream, events }
  } catch (error) {
    stream.abort()
    client.dispose()
    throw error
  }
}
