/**
 * Our daemon.json: read, checked to be an object, and one key written: `live-restore`. Used by the Linux hosts. Keys
 * the user wrote are kept; a file that is not JSON is reported, never overwritten.
 */
import { AppError } from '@shared/errors'
import { readIfThere, writeFileAtomically } from '../platform/files'

type Config = Record<string, unknown>

/** The engine's configuration; a missing file is an empty one. Fails with kind `bad-config`. */
export function readEngineConfig(path: string): Config {
  const text = readIfThere(path)
  if (text === null || text.trim() === '') return {}
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Config
    throw new Error('not an object')
  } catch (cause) {
    throw new AppError('InvalidParameter', 'The engine’s configuration file is not valid JSON.', {
      hint: `Correct ${path}, or move it aside to start with the defaults.`,
      details: { kind: 'bad-config', path },
      cause
    })
  }
}

/** Sets `live-restore`; true when the file changed, so that the engine has to be told (SIGHUP). */
export function writeLiveRestore(path: string, enabled: boolean): boolean {
  const config = readEngineConfig(path)
  if (config['live-restore'] === enabled) return false
  writeFileAtomically(path, `${JSON.stringify({ ...config, 'live-restore': enabled }, null, 2)}\n`)
  return true
}
