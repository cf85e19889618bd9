/**
 * The engine's log file: opened for dockerd to append to, rotated when an engine starts, read from its end. Never a
 * pipe: a pipe that nobody reads freezes dockerd's whole API after 64 KB.
 */
import { closeSync, fstatSync, openSync, readSync, statSync } from 'node:fs'
import { rotateFile } from '../platform/logger'

const MAX_BYTES = 8 * 1024 * 1024
const KEEP = 3
const TAIL_BYTES = 256 * 1024

/** Opens the log for appending (and rotates it first); the caller closes it once the child has it. */
export function openEngineLog(path: string): number {
  try {
    rotateFile(path, MAX_BYTES, KEEP)
  } catch {
    // An old file that cannot be moved is no reason not to start.
  }
  return openSync(path, 'a', 0o600)
}

/** The file's size in bytes; 0 when it is not there. */
export function logSize(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0
}

/** The last `count` lines written after byte `from`, oldest first; long lines are cut at 2000 characters. */
export function tailLines(path: string, count: number, from = 0): string[] {
  let file: number
  try {
    file = openSync(path, 'r')
  } catch {
    return []
  }
  try {
    const { size } = fstatSync(file)
    // A file smaller than before was rotated: all of it is new.
    const start = Math.max(from > size ? 0 : from, size - TAIL_BYTES)
    const buffer = Buffer.alloc(size - start)
    const bytes = readSync(file, buffer, 0, buffer.length, start)
    const lines = buffer.subarray(0, bytes).toString('utf8').split('\n')
    if (start > from) lines.shift()
    return lines
      .filter((line) => line !== '')
      .map((line) => line.slice(0, 2000))
      .slice(-count)
  } finally {
    closeSync(file)
  }
}
