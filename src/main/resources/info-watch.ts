/**
 * `docker info` as it changes: read when something it counts has changed, at most twice a second, and only for a page that
 * waits for it. Called by handlers/system.ts.
 */
import type { SystemInfo } from '@shared/contract/system'
import { attempted, toAppError } from '@shared/errors'
import { systemInfo } from '../docker/info-text'
import { engineInfo } from '../docker/system'
import type { EngineSession } from './session'
import { pause } from './pause'

const MIN_INTERVAL_MS = 500
/** The engine hangs here while containerd hangs (RELIABILITY E2d). */
const INFO_DEADLINE_MS = 15_000
const RETRY_MS = 2000

/** Items differ from one another; while no engine runs there are none. Fails when the engine refuses to tell. */
export async function* watchInfo(
  session: EngineSession,
  userName: () => Promise<string>,
  signal: AbortSignal
): AsyncGenerator<SystemInfo, void, undefined> {
  let seen = 0
  let shown = ''
  while (!signal.aborted) {
    if (!(await session.infoPulse.beyond(seen, signal))) return
    seen = session.infoPulse.beats
    const info = await readInfo(session, userName, signal)
    const text = JSON.stringify(info)
    if (info !== null && text !== shown) {
      shown = text
      yield info
    }
    await pause(MIN_INTERVAL_MS, signal)
  }
}

async function readInfo(
  session: EngineSession,
  userName: () => Promise<string>,
  signal: AbortSignal
): Promise<SystemInfo | null> {
  while (session.connected && !signal.aborted) {
    try {
      const deadline = AbortSignal.any([signal, AbortSignal.timeout(INFO_DEADLINE_MS)])
      return systemInfo(await engineInfo(await session.client(), deadline), await userName())
    } catch (error) {
      const { code } = toAppError(error)
      // The engine just went away: the next connection beats the pulse.
      if (code === 'EngineNotRunning' || code === 'Cancelled') return null
      if (code !== 'Unavailable' && code !== 'Deadline')
        throw attempted('Could not read the engine’s info', error)
      await pause(RETRY_MS, signal)
    }
  }
  return null
}
