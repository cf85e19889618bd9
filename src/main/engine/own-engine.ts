/** Tells our own engine from another's: the CLI may well be set to Quayside's socket. Used by engine/supervisor.ts. */
import { realpathSync } from 'node:fs'
import type { Paths } from '../platform/paths'
import type { EngineEndpoint } from './endpoint'
import { readInfo } from './probe'

/** True for our socket under any name, and for any socket behind which an engine with our data root answers. */
export async function isOwnEngine(
  endpoint: EngineEndpoint,
  paths: Paths,
  timeoutMs: number
): Promise<boolean> {
  if (endpoint.kind !== 'unix' && endpoint.kind !== 'npipe') return false
  if (resolved(endpoint.path) === resolved(paths.socket)) return true
  const info = await readInfo(endpoint, timeoutMs).catch(() => null)
  return info !== null && resolved(info.DockerRootDir) === resolved(paths.engineDataDir)
}

function resolved(path: string): string {
  try {
    return realpathSync(path)
  } catch {
    return path
  }
}
