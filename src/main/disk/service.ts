/**
 * Readings of the engine's disk, one at a time however many ask, and lists of objects removed from it with what that freed. Keeps
 * what was freed since the app started. Plain Node; called by handlers/disk.
 */
import { randomUUID } from 'node:crypto'
import type { DiskReport, Freed, ReclaimItem, ReclaimOutcome } from '@shared/contract/disk'
import { heldBytes } from '@shared/disk/held'
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
  #last: Promise<unknown> = Promise.resolve()

  constructor(deps: DiskServiceDeps) {
    this.#deps = deps
  }

  /** A reading that begins after the call, and after the one under way. */
  async read(onProgress?: Progress, signal?: AbortSignal): Promise<DiskReport> {
    const before = this.#last
    const mine = (async () => {
      await before
      signal?.throwIfAborted()
      const root = this.#deps.dataRoot()
      return await readDisk(await this.#deps.client(), {
        logBytes: (id) => logBytes(root, id),
        onProgress,
        signal
      })
    })()
    this.#last = mine.catch(() => undefined)
    return await mine
  }

  /** Lists carried out, the newest first. */
  freed(): Freed[] {
    return [...this.#freed]
  }

  /** Removes what is on the list and is still as it was; what was done is kept also when it fails in the middle. */
  async reclaim(
    items: readonly ReclaimItem[],
    promisedBytes: number,
    onProgress: Progress,
    signal: AbortSignal
  ): Promise<Freed> {
    const outcomes: ReclaimOutcome[] = []
    const client = await this.#deps.client()
    const before = await this.read(undefined, signal)
    // Also after a failure or a cancellation: what went is gone, and somebody wants to know how much it was.
    const finish = async (): Promise<Freed> => {
      const after = outcomes.length === 0 ? null : await this.read().catch(() => null)
      const freed = record(
        outcomes,
        promisedBytes,
        after === null ? null : heldBytes(before) - heldBytes(after)
      )
      if (outcomes.length > 0) this.#keep(freed)
      return freed
    }
    try {
      const tell = (outcome: ReclaimOutcome): void => {
        outcomes.push(outcome)
        onProgress(outcomes.length, items.length)
      }
      await removeItems(client, items, tell, signal)
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

function record(
  outcomes: readonly ReclaimOutcome[],
  promisedBytes: number,
  freedBytes: number | null
): Freed {
  const stayed = outcomes.filter((one) => one.stayed !== null)
  const went = outcomes.filter((one) => one.stayed === null)
  return {
    id: randomUUID(),
    at: Date.now(),
    promisedBytes,
    freedBytes,
    removed: went.length,
    outcomes: [...stayed, ...went].slice(0, MOST_OUTCOMES)
  }
}
