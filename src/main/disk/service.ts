/**
 * Readings of the engine's disk, one at a time however many ask, and lists of objects removed from it with what that freed. Keeps
 * what was freed since the app started. Plain Node; called by handlers/disk.
 */
import { randomUUID } from 'node:crypto'
import type { DiskReport, Freed, ReclaimItem, ReclaimOutcome } from '@shared/contract/disk'
import { heldBytes } from '@shared/disk/held'
import { diskNames } from '@shared/disk/names'
import { diskKey } from '@shared/disk/keys'
import type { DockerClient } from '../docker/client'
import { removeItems } from '../docker/disk-removal'
import { readDisk } from '../docker/disk-usage'
import { logBytes } from './log-bytes'

/** Enough to look back on a day of tidying up. */
const MOST_KEPT = 20
const MOST_OUTCOMES = 200

export interface DiskServiceDeps {
  readonly client: () => Promise<DockerClient>
  /** The bundled engine's data; null while another engine is the one. */
  readonly dataRoot: () => string | null
}

type Progress = (done: number, total: number) => void

export class DiskService {
  readonly #deps: DiskServiceDeps
  readonly #freed: Freed[] = []
  readonly #readings = new Turns()
  readonly #lists = new Turns()

  constructor(deps: DiskServiceDeps) {
    this.#deps = deps
  }

  /** A reading that begins after the call, and after the one under way. */
  read(onProgress?: Progress, signal?: AbortSignal): Promise<DiskReport> {
    return this.#readings.take(async () => {
      signal?.throwIfAborted()
      const root = this.#deps.dataRoot()
      const client = await this.#deps.client()
      return await readDisk(client, { logBytes: (id) => logBytes(root, id), onProgress, signal })
    })
  }

  /** Lists carried out, the newest first. */
  freed(): Freed[] {
    return [...this.#freed]
  }

  /**
   * Removes what is on the list and is still as it was; what was done is kept also when it fails in the middle. One list after
   * the other: two at once would each measure what the other freed.
   */
  reclaim(
    items: readonly ReclaimItem[],
    promisedBytes: number,
    onProgress: Progress,
    signal: AbortSignal
  ): Promise<Freed> {
    return this.#lists.take(() => this.#carryOut(items, promisedBytes, onProgress, signal))
  }

  async #carryOut(
    items: readonly ReclaimItem[],
    promisedBytes: number,
    onProgress: Progress,
    signal: AbortSignal
  ): Promise<Freed> {
    const before = await this.read(undefined, signal)
    const name = diskNames(before)
    const outcomes: ReclaimOutcome[] = []
    // Also after a failure or a cancellation: what went is gone, and somebody wants to know how much it was.
    const finish = async (): Promise<Freed> => {
      const after = outcomes.length === 0 ? null : await this.read().catch(() => null)
      const bytes = after === null ? null : heldBytes(before) - heldBytes(after)
      const freed = record(outcomes, promisedBytes, bytes)
      if (outcomes.length > 0) this.#keep(freed)
      return freed
    }
    try {
      const tell = (outcome: Omit<ReclaimOutcome, 'name'>): void => {
        outcomes.push({ ...outcome, name: name(diskKey(outcome.kind, outcome.id)) })
        onProgress(outcomes.length, items.length)
      }
      await removeItems(await this.#deps.client(), items, tell, signal)
    } catch (error) {
      await finish()
      throw error
    }
    return await finish()
  }

  #keep(freed: Freed): void {
    this.#freed.unshift(freed)
    this.#freed.splice(MOST_KEPT)
  }
}

/** One piece of work at a time, in the order they were asked for. */
class Turns {
  #last: Promise<unknown> = Promise.resolve()

  take<T>(work: () => Promise<T>): Promise<T> {
    const mine = this.#last.then(work)
    this.#last = mine.catch(() => undefined)
    return mine
  }
}

function record(
  outcomes: readonly ReclaimOutcome[],
  promisedBytes: number,
  freedBytes: number | null
): Freed {
  const stayed = outcomes.filter(({ result }) => result === 'stayed')
  const others = outcomes.filter(({ result }) => result !== 'stayed')
  return {
    id: randomUUID(),
    at: Date.now(),
    promisedBytes,
    freedBytes,
    removed: others.filter(({ result }) => result === 'removed').length,
    stayed: stayed.length,
    outcomes: [...stayed, ...others].slice(0, MOST_OUTCOMES)
  }
}
