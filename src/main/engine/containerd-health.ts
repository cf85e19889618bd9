/**
 * The look behind an API that answers: does containerd answer, and did it lose containers while it was away? Used by
 * engine/health.ts. The only thing it ever ends is a containerd of ours that hangs.
 */
import { existsSync } from 'node:fs'
import { toAppError } from '@shared/errors'
import { z } from 'zod'
import type { EngineEndpoint } from './endpoint'
import { signalProcess, type ProcessId } from './hosts/proc'
import { readJson, readVersion } from './probe'

/** How long `/version` may take before containerd counts as hung (it answers within milliseconds). */
const HUNG_MS = 15_000

/**
 * `fine`, `away` (dockerd starts it again by itself, within some 20 s), or `ended`: it hung and was killed. Throws when
 * the API itself does not answer.
 */
export async function lookAtContainerd(
  endpoint: EngineEndpoint,
  containerd: ProcessId | null,
  signal: AbortSignal
): Promise<'fine' | 'away' | 'ended'> {
  try {
    const { containerd: answers } = await readVersion(endpoint, HUNG_MS, signal)
    return answers === false || containerd === null ? 'away' : 'fine'
  } catch (error) {
    if (toAppError(error).code !== 'Deadline' || containerd === null) throw error
    return signalProcess(containerd, 'SIGKILL') ? 'ended' : 'away'
  }
}

const Running = z.array(z.object({ Id: z.string() }))
const State = z.object({ State: z.object({ Running: z.boolean(), Pid: z.number() }) })

/**
 * Containers that died while containerd was away stay "running" in the engine for ever; only a restart of dockerd
 * makes it look again. Answers their ids.
 */
export async function findGhosts(endpoint: EngineEndpoint, signal: AbortSignal): Promise<string[]> {
  const running = await readJson(endpoint, '/containers/json', Running, 5000, signal)
  const ghosts: string[] = []
  for (const { Id } of running) {
    const found = await readJson(endpoint, `/containers/${Id}/json`, State, 3000, signal).catch(() => null)
    if (found?.State.Running === true && found.State.Pid > 0 && !existsSync(`/proc/${found.State.Pid}`))
      ghosts.push(Id)
  }
  return ghosts
}
