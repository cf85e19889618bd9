/** Waiting, for the few things that have no event to wait for. */
import { setTimeout as sleep } from 'node:timers/promises'

/** Waits; false when the signal aborted meanwhile. */
export async function pause(milliseconds: number, signal: AbortSignal): Promise<boolean> {
  try {
    await sleep(milliseconds, undefined, { signal })
    return true
  } catch (error) {
    if (signal.aborted) return false
    throw error
  }
}
