/**
 * What we write down about the engine we started (`run/engine.json`) and about ourselves (`run/supervisor.json`), so
 * that the next app can adopt the one and knows whether the other still lives. Used by the Linux hosts.
 */
import { rmSync } from 'node:fs'
import { AppError } from '@shared/errors'
import { z } from 'zod'
import { readIfThere, writeFileAtomically } from '../platform/files'
import { bootId, isAlive, readProcess } from './hosts/proc'

const Record = z.object({
  bootId: z.string(),
  pid: z.number(),
  startTime: z.string(),
  /** Where this engine's part of the log begins, in bytes. */
  logOffset: z.number().catch(0)
})
export type EngineRecord = z.output<typeof Record>

/** null when there is no record or it is damaged. */
export function readRecord(path: string): EngineRecord | null {
  try {
    return Record.parse(JSON.parse(readIfThere(path) ?? 'null'))
  } catch {
    return null
  }
}

export function writeRecord(path: string, record: EngineRecord): void {
  writeFileAtomically(path, JSON.stringify(record))
}

/**
 * Claims an engine's folder for this process; a claim of a process that is gone, or of an earlier boot, is taken over.
 * Fails with kind `in-use` while another Quayside holds it.
 */
export function claimFolder(path: string): void {
  const self = readProcess(process.pid)
  if (self === null) return
  const holder = readRecord(path)
  if (holder !== null && holder.pid !== self.pid && holder.bootId === bootId() && isAlive(holder)) {
    throw new AppError(
      'Conflict',
      `Another Quayside (process ${holder.pid}) is using this folder’s engine.`,
      {
        hint: 'Use that window, or quit it first. A second one needs its own QUAYSIDE_HOME.',
        details: { kind: 'in-use', pid: holder.pid }
      }
    )
  }
  writeRecord(path, { bootId: bootId(), pid: self.pid, startTime: self.startTime, logOffset: 0 })
}

/** True while this process holds the claim. */
export function holdsClaim(path: string): boolean {
  return readRecord(path)?.pid === process.pid
}

export function releaseFolder(path: string): void {
  if (holdsClaim(path)) rmSync(path, { force: true })
}
